import { EXIT, KombiError } from '../core/index.ts';
import type { Plan } from '../job/index.ts';
import { commandLine } from './command-line.ts';
import type { Context } from './context.ts';
import { dangersText, unnamedDangers } from './dangerous-messages.ts';

const VIN_TAIL = 7;

/**
 * Refuses early where nobody could consent: before a backup is read for nothing.
 *
 * @throws {KombiError} `plan.stale` where another plan was consented to; where nobody can be asked `consent.missing`, or
 *   `consent.dangerous` for messages that nobody named (exit 3)
 */
export function assertConsentPossible(context: Context, plan: Plan): void {
  const { globals, words } = context;
  const accepted = globals.accept?.toLowerCase() === plan.id;
  if (globals.accept !== undefined && !accepted) {
    throw new KombiError({
      code: 'plan.stale',
      exit: EXIT.refused,
      message: `--accept ${globals.accept} consents to another plan than this one, ${plan.id}`,
      hint: 'The car or the edits are not what they were. Look at the plan with --dry-run, then accept the id that it shows.',
    });
  }
  const unnamed = unnamedDangers(context, plan);
  if (context.isPersonThere || (accepted && unnamed.length === 0)) return;
  const lacking = [...unnamed.flatMap((id) => ['--hide-dangerous', String(id)]), ...(accepted ? [] : ['--accept', plan.id])];
  const toConsent = `\`${commandLine([...words, ...lacking])}\``;
  if (unnamed.length > 0) {
    throw new KombiError({
      code: 'consent.dangerous',
      exit: EXIT.refused,
      message: `${dangersText(plan, unnamed)}. Such a message is hidden only where it is named`,
      hint: `If you are certain that you want to drive without that warning: ${toConsent}`,
    });
  }
  throw new KombiError({
    code: 'consent.missing',
    exit: EXIT.refused,
    message: 'There is no terminal to ask for consent in, and --yes does not consent to a write',
    hint: `Look at the plan; to consent to it: ${toConsent}`,
  });
}

/**
 * Consent to one plan: its id given beforehand, or the end of the VIN typed now. There is no other.
 *
 * @throws {KombiError} `consent.refused` (exit 3), `signal.*` (exit 130)
 */
export async function askConsent(context: Context, plan: Plan): Promise<void> {
  if (context.globals.accept !== undefined) return;
  const { io } = context;
  const prompter = await context.prompter();
  const typed = await prompter.ask('Write to this car? Type the last seven of its VIN:', io.signal);
  if (typed.trim().toUpperCase() === plan.vehicle.vin.slice(-VIN_TAIL)) return;
  throw new KombiError({
    code: 'consent.refused',
    exit: EXIT.refused,
    message: typed.trim() === '' ? 'No consent was given' : `"${typed}" is not the end of this car's VIN`,
    hint: `The VIN is ${plan.vehicle.vin}. If this is not the car you meant, check the link.`,
  });
}

/**
 * An ordinary question; `--yes` answers it.
 *
 * @throws {KombiError} `consent.missing`, `consent.refused` (exit 3)
 */
export async function assertYes(context: Context, question: string): Promise<void> {
  const { globals, io, words } = context;
  if (globals.yes) return;
  if (!context.isPersonThere) {
    throw new KombiError({
      code: 'consent.missing',
      exit: EXIT.refused,
      message: `There is no terminal to ask in: ${question}`,
      hint: `To answer yes: \`${commandLine([...words, '--yes'])}\``,
    });
  }
  const prompter = await context.prompter();
  if (await prompter.confirm(question, true, io.signal)) return;
  throw new KombiError({ code: 'consent.refused', exit: EXIT.refused, message: 'You said no' });
}

/** @throws {KombiError} `consent.missing`, `plan.stale` (exit 3) */
export function assertConsentToForward({ globals, words }: Context, planId: string): void {
  if (globals.accept?.toLowerCase() === planId) return;
  throw new KombiError({
    code: globals.accept === undefined ? 'consent.missing' : 'plan.stale',
    exit: EXIT.refused,
    message: `To complete the interrupted job, accept its plan ${planId}`,
    hint: `Without --forward the old bytes are put back. To complete it: \`${commandLine([...words, '--accept', planId])}\``,
  });
}
