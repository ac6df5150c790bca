import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import type { PlatformFacts } from '../../../src/cli/doctor/platform-facts.ts';
import { execute } from '../../../src/cli/execute.ts';
import type { Io } from '../../../src/cli/io.ts';
import type { Choice } from '../../../src/cli/prompter.ts';
import { resultSchema } from '../../../src/cli/schemas/index.ts';
import { type Clock, systemClock } from '../../../src/core/index.ts';
import { type CarState, diffStates, startMockCar } from '../../../src/mock/index.ts';
import { watchEveryWrite } from '../../support/watch-every-write.ts';

/** What is typed, said, or chosen (by value; none of several: []). */
export type Answer = string | boolean | readonly string[];

export interface RunOptions {
  /** A person sits at a terminal and gives these answers; without it nobody is there. */
  readonly answers?: readonly Answer[];
  /** What happens when the person is asked, before the answer is given. */
  readonly whenAsked?: () => Promise<void>;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly columns?: number;
  readonly signal?: AbortSignal;
  readonly links?: readonly string[];
  /** The computer that the command runs on. */
  readonly computer?: PlatformFacts;
  /** Real time unless given. */
  readonly clock?: Clock;
  /** Sees what is written to stdout as it is written. */
  readonly onOutput?: (text: string) => void;
  /** The same of stderr. */
  readonly onTalk?: (text: string) => void;
}

export interface Run {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  /** As worded, with the colours that the question would have where colours are wanted. */
  readonly questions: readonly string[];
}

/** Everything that the archive holds after a test, by kind. */
export interface Files {
  readonly backups: number;
  /** The state that each journal ended in, oldest first; OPEN where it did not end. */
  readonly journals: readonly string[];
  /** Backups that were put away; absent where none was. */
  readonly trash?: number;
}

type EcuState = CarState['ecus'][string];

const EMPTY: Files = { backups: 0, journals: [] };

/**
 * One mock car and one archive per test. After every test the complete state of the car and the files of the archive
 * are compared with what the test says; a test that says nothing has changed nothing.
 */
export class Bench {
  folder = '';
  profile = 'f06-sos';
  /** Every bit of the car that differs from its profile after the test. */
  car: readonly string[] = [];
  files: Files = EMPTY;

  get stateFile(): string {
    return join(this.folder, 'car.json');
  }

  get archive(): string {
    return join(this.folder, 'archive');
  }

  /** A link to this test's car. */
  link(...options: string[]): string {
    const all = [
      `state=${encodeURIComponent(this.stateFile)}`,
      ...options.map((option) => option.replace(/^(\w+)=(.*)$/, (_, key, value) => `${key}=${encodeURIComponent(value)}`)),
    ];
    return `mock:${this.profile}?${all.join('&')}`;
  }

  /** Runs a command line on this test's car and archive, in this process. */
  on(link: string, words: readonly string[], options: RunOptions = {}): Promise<Run> {
    return this.run([...words, '--link', link], options);
  }

  async run(words: readonly string[], options: RunOptions = {}): Promise<Run> {
    const out: string[] = [];
    const err: string[] = [];
    const questions: string[] = [];
    const isTerminal = options.answers !== undefined;
    const answers = [...(options.answers ?? [])];
    const answer = async (question: string) => {
      questions.push(question);
      await options.whenAsked?.();
      const [given] = answers.splice(0, 1);
      if (given === undefined) throw new Error(`nobody said how to answer: ${question}`);
      return given;
    };
    const io: Io = {
      stdout: {
        write: (text) => {
          out.push(text);
          options.onOutput?.(text);
        },
        isTerminal,
        columns: options.columns,
      },
      stderr: {
        write: (text) => {
          err.push(text);
          options.onTalk?.(text);
        },
        isTerminal,
        columns: options.columns,
      },
      stdin: { isTerminal, read: async () => options.stdin ?? '' },
      env: { NO_COLOR: '1', KOMBI_ARCHIVE: this.archive, ...options.env },
      platform: options.computer?.platform ?? 'linux',
      signal: options.signal ?? new AbortController().signal,
      now: () => new Date('2026-11-20T10:15:30Z'),
      clock: options.clock ?? systemClock,
      prompter: async (style) => ({
        ask: async (question) => String(await answer(style.mark(question))),
        confirm: async (question) => (await answer(style.mark(question))) === true,
        choose: async (question, choices) => chosen(question, choices, await answer(style.mark(question))),
        chooseSome: async (question, choices) =>
          [await answer(style.mark(question))].flat().map((value) => chosen(question, choices, value)),
      }),
      findLinks: async () => (options.links ?? []).map((link) => ({ link, what: 'a port' })),
      platformFacts: async () => {
        if (options.computer === undefined) throw new Error('nobody said which computer this is');
        return options.computer;
      },
    };
    const exit = await execute(words, io);
    return { exit, stdout: out.join(''), stderr: err.join(''), questions };
  }

  /** Puts the cluster of this test's car into another state than its profile's. */
  prepareCluster(change: (cluster: EcuState) => EcuState): void {
    const state = startMockCar({ profile: this.profile }).exportState();
    const cluster = state.ecus['60'] ?? {};
    writeFileSync(this.stateFile, JSON.stringify({ ...state, ecus: { ...state.ecus, 60: { ...cluster, ...change(cluster) } } }));
  }

  /** What the car differs in from its profile, one line a bit. */
  carDifferences(): readonly string[] {
    if (!existsSync(this.stateFile)) return [];
    const fresh = startMockCar({ profile: this.profile }).exportState();
    const now = startMockCar({ profile: this.profile, stateFile: this.stateFile }).exportState();
    return diffStates(fresh, now).map(({ path, before, after }) => `${path} ${String(before)}→${String(after)}`);
  }

  archiveFiles(): Files {
    const all = filesBelow(this.archive);
    const journals = all.filter((file) => file.endsWith('.jsonl')).sort();
    const backups = all.filter((file) => /^vehicles\/.*\/backups\/.*\.json$/.test(file));
    const trash = all.filter((file) => /^trash\/vehicles\/.*\/backups\/.*\.json$/.test(file));
    const kept = all.filter((file) => /(^|\/)(FORMAT\.json|\.gitattributes|MANIFEST\.sha256|recipes\/[^/]*\.json)$/.test(file));
    expect(
      all.filter((file) => ![...journals, ...backups, ...trash, ...kept].includes(file)),
      'left lying in the archive',
    ).toEqual([]);
    return {
      backups: backups.length,
      journals: journals.map((file) => journalState(join(this.archive, file))),
      ...(trash.length > 0 ? { trash: trash.length } : {}),
    };
  }

  /** Paths of the backups, oldest first. */
  backupPaths(): readonly string[] {
    return filesBelow(this.archive)
      .filter((file) => /\/backups\/.*\.json$/.test(file))
      .sort()
      .map((file) => join(this.archive, file));
  }
}

export function useBench(): Bench {
  const bench = new Bench();
  watchEveryWrite();
  beforeEach(() => {
    bench.folder = mkdtempSync(join(tmpdir(), 'kombi-cli-'));
    bench.profile = 'f06-sos';
    bench.car = [];
    bench.files = EMPTY;
  });
  afterEach(() => {
    try {
      expect(bench.carDifferences(), 'the complete state of the car').toEqual(bench.car);
      expect(bench.archiveFiles(), 'the files of the archive').toEqual(bench.files);
    } finally {
      for (const file of filesBelow(bench.folder)) chmodSync(join(bench.folder, file), 0o600);
      rmSync(bench.folder, { recursive: true, force: true });
    }
  });
  return bench;
}

export interface JsonLine {
  readonly schema: string;
  readonly ok: boolean;
  readonly vehicle: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test says which fields it expects by asserting on them
  readonly result: any;
  readonly error: { readonly code: string; readonly message: string; readonly hint: string };
}

/** The one line of a `--json` run, its result checked against the published schema. */
export function jsonOf({ stdout }: Pick<Run, 'stdout'>): JsonLine {
  expect(stdout).toMatch(/^\{[^\n]*\}\n$/);
  const line: JsonLine = JSON.parse(stdout);
  if (line.ok) {
    const name = /^kombi\/([a-z-]+)@1$/.exec(line.schema)?.[1] ?? '';
    expect(resultSchema(name), `a schema for ${line.schema}`).toBeDefined();
    expect(resultSchema(name)?.safeParse(line.result).error?.issues).toBeUndefined();
  } else {
    expect(line.error).toEqual({
      code: expect.stringMatching(/^[a-z]+(\.[a-z0-9-]+)+$/),
      message: expect.any(String),
      hint: expect.any(String),
    });
  }
  return line;
}

/** @throws {Error} where what a test answers is not among the choices */
function chosen<Value extends string>(question: string, choices: readonly Choice<Value>[], answer: unknown): Value {
  const found = choices.find(({ value }) => value === answer);
  if (found !== undefined) return found.value;
  throw new Error(`${question} offers ${choices.map(({ value }) => value).join(', ')}; ${JSON.stringify(answer)} is none of them`);
}

function journalState(path: string): string {
  const [last] = readFileSync(path, 'utf8').trimEnd().split('\n').slice(-1);
  const record = JSON.parse(last ?? '{}') as { type?: string; state?: string };
  return record.type === 'END' ? (record.state ?? '') : 'OPEN';
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => join(folder, file))
    .filter((file) => statSync(file).isFile())
    .map((file) => relative(folder, file));
}
