import { EXIT, KombiError } from '../core/index.ts';
import { interrupted } from './interrupted.ts';
import type { Style } from './style.ts';
import { displayWidth, wrap } from './text.ts';

/** One thing that a person may choose. */
export interface Choice<Value extends string = string> {
  readonly value: Value;
  readonly label: string;
  /** Shown while the choice is under the cursor. */
  readonly hint?: string | undefined;
}

/** Asks a person. Only ever called where a person sits: stdin and the screen are terminals. */
export interface Prompter {
  /** A line of text. @throws {KombiError} `signal.interrupted` (exit 130) on Ctrl-C */
  ask(question: string, signal: AbortSignal): Promise<string>;
  confirm(question: string, standard: boolean, signal: AbortSignal): Promise<boolean>;
  /** One of several, moved to with the arrow keys; `standard` is under the cursor at first, else the first one is. */
  choose<Value extends string>(question: string, choices: readonly Choice<Value>[], options: ChooseOptions<Value>): Promise<Value>;
  /** Any number of them, none too. */
  chooseSome<Value extends string>(question: string, choices: readonly Choice<Value>[], signal: AbortSignal): Promise<readonly Value[]>;
}

export interface ChooseOptions<Value extends string> {
  readonly standard?: Value | undefined;
  readonly signal: AbortSignal;
}

/** With question, hint and keys a list fits a terminal of 24 lines. No key marks everything: it is pressed by mistake. */
const LIST = { pageSize: 16, loop: false, shortcuts: { all: null, invert: null } } as const;
/** What inquirer puts in front of a choice: cursor, mark, blank. */
const BEFORE_CHOICE = 3;

/** Questions by inquirer, on stderr: stdout is for results. */
export async function createPrompter(style: Style): Promise<Prompter> {
  const { default: inquirer } = await import('inquirer');
  const prompt = inquirer.createPromptModule({ output: process.stderr });
  // Its own colours heed NO_COLOR on newer Node only, and no option of ours.
  const styles = {
    message: (text: string) => text,
    defaultAnswer: (hint: string) => style.quiet(`(${hint})`),
    error: style.failure,
    highlight: style.mark,
    description: style.quiet,
    keysHelpTip: (keys: readonly (readonly string[])[]) => style.quiet(keys.map((key) => key.join(' ')).join(' · ')),
    renderSelectedChoices: (chosen: readonly { short: string }[]) => chosen.map(({ short }) => short).join(', ') || 'none',
  };
  const icon = { checked: style.good('◉') };
  // inquirer puts a mark and a blank in front of a question; its first word stands where the mark would. It breaks
  // lines anywhere: they are broken at words here.
  const worded = (question: string) => {
    const width = columns();
    const lines = wrap(question, { width });
    const [prefix = '', ...rest] = lines.join('\n').split(' ');
    const used = displayWidth(lines.at(-1) ?? '') + 1;
    const answer = (text: string) =>
      used + displayWidth(text) <= width ? style.mark(text) : `\n${style.mark(wrap(text, { width, indent: 2 }).join('\n'))}`;
    return { name: 'answer', message: rest.join(' '), theme: { prefix, icon, style: { ...styles, answer } } } as const;
  };
  const answer = async <Value>(asked: Promise<{ answer: Value }> & { ui: { close(): void } }, signal: AbortSignal): Promise<Value> => {
    const close = () => asked.ui.close();
    signal.addEventListener('abort', close, { once: true });
    try {
      return (await asked).answer;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      // inquirer gives its errors names; their classes belong to a package below it.
      if (error instanceof Error && error.name === 'ExitPromptError') throw interrupted(EXIT.interrupted);
      throw error;
    } finally {
      signal.removeEventListener('abort', close);
    }
  };
  return {
    ask: (question, signal) => answer(prompt([{ type: 'input', ...worded(question) }]), signal),
    confirm: (question, standard, signal) => answer(prompt([{ type: 'confirm', default: standard, ...worded(question) }]), signal),
    choose: async (question, choices, { standard, signal }) => {
      const at = choices.findIndex(({ value }) => value === standard);
      const list = { type: 'select', choices: listed(choices), default: Math.max(0, at), ...LIST, ...worded(question) } as const;
      return picked(choices, await answer<number>(prompt([list]), signal));
    },
    chooseSome: async (question, choices, signal) => {
      const list = { type: 'checkbox', choices: listed(choices), ...LIST, ...worded(question) } as const;
      return (await answer<readonly number[]>(prompt([list]), signal)).map((place) => picked(choices, place));
    },
  };
}

/** For inquirer, which widens what a choice stands for: each is its place in the list. */
function listed(choices: readonly Choice[]) {
  return choices.map(({ label, hint }, value) => ({
    value,
    name: wrap(label, { width: columns() - BEFORE_CHOICE }).join(`\n${' '.repeat(BEFORE_CHOICE + 1)}`),
    short: label,
    ...(hint === undefined ? {} : { description: wrap(hint, { width: columns() }).join('\n') }),
  }));
}

/** Of the terminal that is asked in, which breaks lines whatever COLUMNS says. */
function columns(): number {
  return process.stderr.columns ?? 80;
}

function picked<Value extends string>(choices: readonly Choice<Value>[], place: number): Value {
  const choice = choices[place];
  if (choice === undefined) throw new KombiError({ code: 'bug.choice', exit: EXIT.bug, message: `There is no choice ${place}` });
  return choice.value;
}
