import type { Archive } from '../archive/index.ts';
import type { Catalog } from '../catalog/index.ts';
import { KombiError } from '../core/index.ts';
import type { Outcome } from './command.ts';
import { toJsonLine } from './escape.ts';
import { Input } from './input.ts';
import type { Io } from './io.ts';
import { parseMessageId } from './parse-message-id.ts';
import { ProgressLine } from './progress-line.ts';
import type { Prompter } from './prompter.ts';
import { type Style, styleFor } from './style.ts';
import { widthOf } from './text.ts';

/** The options that every command takes. */
export interface Globals {
  readonly link: string | undefined;
  readonly archive: string | undefined;
  readonly json: boolean;
  readonly yes: boolean;
  readonly accept: string | undefined;
  /** Messages named one by one that may be hidden although they warn of danger, or nobody knows of what. */
  readonly hideDangerous: readonly number[];
  readonly trace: string | undefined;
  readonly redact: boolean;
  readonly timeoutMs: number | undefined;
  readonly experimental: boolean;
  readonly requireOffsite: boolean;
  readonly verbose: boolean;
  readonly color: boolean;
  readonly language: 'en' | 'de';
}

/** @throws {KombiError} `usage.option` */
export function readGlobals(options: Readonly<Record<string, unknown>>): Globals {
  const input = new Input([], options);
  const language = input.text('lang') ?? 'en';
  if (language !== 'en' && language !== 'de') {
    throw new KombiError({ code: 'usage.option', message: `--lang ${language} is not known`, hint: 'Languages: en, de.' });
  }
  return {
    link: input.text('link'),
    archive: input.text('archive'),
    json: input.flag('json'),
    yes: input.flag('yes'),
    accept: input.text('accept'),
    hideDangerous: input.list('hideDangerous').map(parseMessageId),
    trace: input.text('trace'),
    redact: input.flag('redact'),
    timeoutMs: input.integer('timeout', 1, 600_000),
    experimental: input.flag('experimental'),
    requireOffsite: input.flag('requireOffsite'),
    verbose: input.flag('verbose'),
    color: options['color'] !== false,
    language,
  };
}

/** One run of one command: its options, its screen, and what has to be put away at the end. */
export class Context implements AsyncDisposable {
  readonly io: Io;
  readonly globals: Globals;
  /** The command line as typed. */
  readonly words: readonly string[];
  readonly #deferred: (() => Promise<void>)[] = [];
  #catalog: Promise<Catalog> | undefined;
  #screen: Promise<{ out: Style; err: Style; progress: ProgressLine }> | undefined;

  constructor(io: Io, globals: Globals, words: readonly string[]) {
    this.io = io;
    this.globals = globals;
    this.words = words;
  }

  get width(): number {
    return widthOf(this.io.env['COLUMNS'], this.io.stdout.columns);
  }

  get language(): 'en' | 'de' {
    return this.globals.language;
  }

  /** The style of results. */
  async style(): Promise<Style> {
    return (await this.#screens()).out;
  }

  /** The style of talk. */
  async talkStyle(): Promise<Style> {
    return (await this.#screens()).err;
  }

  async progress(): Promise<ProgressLine> {
    return (await this.#screens()).progress;
  }

  /** Whether somebody can be asked. */
  get isPersonThere(): boolean {
    return this.io.stdin.isTerminal && this.io.stderr.isTerminal;
  }

  /** Somebody to ask; whatever stood on the screen meanwhile is gone. */
  async prompter(): Promise<Prompter> {
    const { err, progress } = await this.#screens();
    progress.clear();
    return this.io.prompter(err);
  }

  /** Part of the result that should be seen before the command ends: the plan, the backup. Talk where stdout is for a program. */
  async show(lines: readonly string[]): Promise<void> {
    (await this.progress()).clear();
    const text = `${lines.join('\n')}\n`;
    if (!this.globals.json) this.io.stdout.write(text);
    else if (this.isPersonThere) this.io.stderr.write(text);
  }

  /** Talk: what happens meanwhile, and what a person should know about the result. */
  async say(text: string): Promise<void> {
    const { err, progress } = await this.#screens();
    progress.clear();
    this.io.stderr.write(`${err.quiet(text)}\n`);
  }

  /** Runs at the end of the command, last first, however it ends. */
  defer(cleanUp: () => Promise<void>): void {
    this.#deferred.push(cleanUp);
  }

  /** One for the whole command: it reads each of its files once. */
  catalog(): Promise<Catalog> {
    this.#catalog ??= this.#loadCatalog();
    return this.#catalog;
  }

  async #loadCatalog(): Promise<Catalog> {
    const [{ loadCatalog }, { parseWithoutCompiling }] = await Promise.all([import('../catalog/index.ts'), import('./parse-once.ts')]);
    parseWithoutCompiling();
    return loadCatalog();
  }

  async archive(): Promise<Archive> {
    const { openArchive } = await import('../archive/index.ts');
    return openArchive(await this.archiveDirectory(), { now: () => this.io.now() });
  }

  async archiveDirectory(): Promise<string> {
    const { env, platform } = this.io;
    const named = this.globals.archive ?? env['KOMBI_ARCHIVE'];
    return named || (await import('../archive/default-directory.ts')).defaultArchiveDirectory(env, platform);
  }

  /** The one line of `--json`, or what is left to tell a person. */
  async finish(command: string, { result, lines = [], vehicle = 'untouched', error }: Outcome): Promise<void> {
    (await this.#screen)?.progress.clear();
    const told = error && { error: { code: error.code, message: error.message, hint: error.hint ?? '' } };
    if (this.globals.json) {
      this.io.stdout.write(toJsonLine({ schema: `kombi/${command}@1`, ok: error === undefined, vehicle, result, ...told }));
    } else if (lines.length > 0) this.io.stdout.write(`${lines.join('\n')}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    (await this.#screen)?.progress.clear();
    for (const cleanUp of this.#deferred.splice(0).reverse()) await cleanUp();
  }

  #screens() {
    this.#screen ??= this.#openScreens();
    return this.#screen;
  }

  async #openScreens() {
    const { io, globals } = this;
    const out = await styleFor(io.stdout, io, globals.color);
    const err = await styleFor(io.stderr, io, globals.color);
    return { out, err, progress: new ProgressLine({ output: io.stderr, style: err, clock: io.clock }) };
  }
}
