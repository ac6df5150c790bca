import { EXIT } from '../core/index.ts';
import { interrupted } from './interrupted.ts';
import type { Style } from './style.ts';

/** Asks a person. Only ever called where a person sits: stdin and the screen are terminals. */
export interface Prompter {
  /** A line of text. @throws {KombiError} `signal.interrupted` (exit 130) on Ctrl-C */
  ask(question: string, signal: AbortSignal): Promise<string>;
  confirm(question: string, standard: boolean, signal: AbortSignal): Promise<boolean>;
}

/** Questions by inquirer, on stderr: stdout is for results. */
export async function createPrompter(style: Style): Promise<Prompter> {
  const { default: inquirer } = await import('inquirer');
  const prompt = inquirer.createPromptModule({ output: process.stderr });
  // Its own colours heed NO_COLOR on newer Node only.
  const styles = {
    message: (text: string) => text,
    answer: style.mark,
    defaultAnswer: (hint: string) => style.quiet(`(${hint})`),
    error: style.failure,
  };
  // inquirer puts a mark and a blank in front of a question; its first word stands where the mark would.
  const worded = (question: string) => {
    const [prefix = '', ...rest] = question.split(' ');
    return { name: 'answer', message: rest.join(' '), theme: { prefix, style: styles } } as const;
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
  };
}
