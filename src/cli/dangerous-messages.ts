import { hiddenDangers } from '../coding/index.ts';
import { EXIT, KombiError } from '../core/index.ts';
import type { Plan } from '../job/index.ts';
import type { Context } from './context.ts';

/**
 * The messages that have to be named one by one before a plan may hide them: they warn of danger, or nobody knows of what.
 * To undo and to restore is to put back what the car held before; the way back asks for no more words than the way there,
 * and the plan says what it hides.
 */
export function mustBeNamed({ kind, effects }: Plan): readonly number[] {
  return kind === 'undo' || kind === 'restore' ? [] : hiddenDangers(effects).map(({ messageId }) => messageId);
}

/** Those that `--hide-dangerous` has not named. */
export function unnamedDangers({ globals }: Context, plan: Plan): readonly number[] {
  return mustBeNamed(plan).filter((id) => !globals.hideDangerous.includes(id));
}

/** `Messages 301, 1000 warn of danger or are not known here`. */
export function dangersText({ effects }: Plan, ids: readonly number[]): string {
  const isDanger = (id: number) => effects.some(({ messageId, dangerous }) => messageId === id && dangerous);
  const [message, warns, is] = ids.length === 1 ? ['Message', 'warns', 'is'] : ['Messages', 'warn', 'are'];
  const why = [...(ids.some(isDanger) ? [`${warns} of danger`] : []), ...(ids.every(isDanger) ? [] : [`${is} not known here`])];
  return `${message} ${ids.join(', ')} ${why.join(' or ')}`;
}

/** What a person types who hides such messages: `hide 301 302`. */
export function hidePhrase(ids: readonly number[]): string {
  return `hide ${ids.join(' ')}`;
}

/**
 * Has the phrase typed for what `--hide-dangerous` has not named.
 *
 * @throws {KombiError} `consent.refused` (exit 3), `signal.*` (exit 130)
 */
export async function askForDangers(context: Context, plan: Plan): Promise<void> {
  const unnamed = unnamedDangers(context, plan);
  if (unnamed.length === 0) return;
  const phrase = hidePhrase(unnamed);
  const prompter = await context.prompter();
  const typed = await prompter.ask(`${dangersText(plan, unnamed)}. To hide all the same, type "${phrase}":`, context.io.signal);
  const words = typed.toLowerCase().match(/[^\s,]+/g) ?? [];
  if (words.join(' ') === phrase) return;
  throw new KombiError({
    code: 'consent.refused',
    exit: EXIT.refused,
    message: words.length === 0 ? 'Nothing was typed, so nothing is hidden' : `"${typed}" is not "${phrase}"`,
    hint: 'Fix what the message warns of. To hide only other messages, leave these out.',
  });
}
