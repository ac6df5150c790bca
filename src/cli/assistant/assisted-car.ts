import { EXIT, type ExitStatus } from '../../core/index.ts';
import { commandLine } from '../command-line.ts';
import { Context } from '../context.ts';
import { interrupted } from '../interrupted.ts';
import type { Io } from '../io.ts';
import type { Prompter } from '../prompter.ts';

/** Runs one command line and tells all that came of it. */
export type Execute = (words: readonly string[], io: Io) => Promise<ExitStatus>;

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
   * @throws {KombiError} `signal.*` where somebody stopped it: that stops the assistant too
   */
  async run(words: readonly string[]): Promise<ExitStatus> {
    const all = [...words, '--link', this.link, ...this.#options()];
    const style = await this.#context.style();
    await this.tell(['', style.mark(`$ ${commandLine(all)}`)]);
    const exit = await this.#execute(all, this.#io);
    await this.tell(['']);
    if (exit === EXIT.interrupted || exit === EXIT.terminated) throw interrupted(exit);
    return exit;
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
