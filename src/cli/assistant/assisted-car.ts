import { EXIT, type ExitStatus } from '../../core/index.ts';
import type { Outcome } from '../command.ts';
import { commandLine } from '../command-line.ts';
import { Context } from '../context.ts';
import type { Io } from '../io.ts';
import type { Prompter } from '../prompter.ts';

/** Runs one command line and tells all that came of it; `hear` gets what it has done. */
export type Execute = (words: readonly string[], io: Io, hear?: (outcome: Outcome) => void) => Promise<ExitStatus>;

/** Somebody stopped the program in a command, which has told how it ended: with `exit` the assistant ends too. */
export class StoppedInCommand extends Error {
  readonly exit: ExitStatus;

  constructor(exit: ExitStatus) {
    super('Stopped in a command');
    this.exit = exit;
  }
}

/** The car that somebody chose: what is asked is asked on its link, and every command line ends with it. */
export class AssistedCar {
  readonly link: string;
  readonly #context: Context;
  readonly #io: Io;
  readonly #execute: Execute;

  /** @param io the world of its commands, in which links are kept */
  constructor(context: Context, { link, io, execute }: { link: string; io: Io; execute: Execute }) {
    this.link = link;
    this.#context = context;
    this.#io = io;
    this.#execute = execute;
  }

  get signal(): AbortSignal {
    return this.#io.signal;
  }

  get width(): number {
    return this.#context.width;
  }

  /** For what the assistant itself reads of the car; to be disposed of before a command runs. */
  look(): Context {
    return new Context(this.#io, { ...this.#context.globals, link: this.link }, this.#context.words);
  }

  prompter(): Promise<Prompter> {
    return this.#context.prompter();
  }

  tell(lines: readonly string[]): Promise<void> {
    return this.#context.show(lines);
  }

  /**
   * Shows a command line and runs it. What goes wrong in it has been told.
   *
   * @throws {StoppedInCommand}
   */
  async run(words: readonly string[], hear?: (outcome: Outcome) => void): Promise<void> {
    const all = [...words, '--link', this.link, ...this.#options()];
    const style = await this.#context.style();
    await this.tell(['', style.mark(`$ ${commandLine(all)}`)]);
    const exit = await this.#execute(all, this.#io, hear);
    await this.tell(['']);
    if (exit === EXIT.interrupted || exit === EXIT.terminated) throw new StoppedInCommand(exit);
    // A job that was stopped has come to its end first.
    if (this.signal.aborted) throw new StoppedInCommand(exit === EXIT.done ? EXIT.interrupted : exit);
  }

  /** What was said behind `kombi` itself and holds for each command. */
  #options(): readonly string[] {
    const { archive, experimental, timeoutMs, language, color, verbose } = this.#context.globals;
    return [
      ...(archive === undefined ? [] : ['--archive', archive]),
      ...(experimental ? ['--experimental'] : []),
      ...(timeoutMs === undefined ? [] : ['--timeout', String(timeoutMs)]),
      ...(language === 'en' ? [] : ['--lang', language]),
      ...(color ? [] : ['--no-color']),
      ...(verbose ? ['--verbose'] : []),
    ];
  }
}
