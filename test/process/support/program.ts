import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
export const program = join(root, 'bin/kombi.js');
const preload = fileURLToPath(new URL('barrier.js', import.meta.url));

/** The program is what `npm run build` made of it; `npm test` builds first. */
export const isBuilt = existsSync(join(root, 'dist/cli/main.js'));

/** Where a program is struck, and how; `barrier.js` has the meaning. */
export interface Strike {
  readonly at: number;
  readonly among?: string;
  readonly side: 'before' | 'half' | 'after';
  readonly signal: NodeJS.Signals | 'hold';
}

export interface JsonLine {
  readonly ok: boolean;
  readonly vehicle: string;
  readonly result?: { readonly state?: string; readonly plan?: { readonly id: string } };
  readonly error?: { readonly code: string; readonly message: string };
}

/** How a program ended. */
export interface Ended {
  readonly exit: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The barriers that it passed, or was struck at. */
  readonly passed: readonly string[];
  /** What it said, where it came to say something. */
  readonly line: JsonLine | undefined;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  passed(): readonly string[];
}

export interface Surroundings {
  readonly link: string;
  readonly archive: string;
  /** Path of a file that is not there yet, for the barriers passed. */
  readonly trace: string;
  readonly strike?: Strike | undefined;
  /** Words in front of the program, such as those that take rights away. */
  readonly prefix?: readonly string[] | undefined;
}

/** Starts `kombi` with `--json` in a process of its own. */
export function startProgram(words: readonly string[], { link, archive, trace, strike, prefix = [] }: Surroundings): Running {
  const [command = '', ...rest] = [...prefix, process.execPath, '--import', preload, program, ...words];
  const child = spawn(command, [...rest, '--json', '--link', link, '--archive', archive], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, KOMBI_BARRIER: JSON.stringify({ archive, trace, ...strike }) },
  });
  const passed = () => (existsSync(trace) ? readFileSync(trace, 'utf8').split('\n').slice(0, -1) : []);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit, signal) => {
      const text = Buffer.concat(out).toString();
      const line = text.endsWith('\n') ? (JSON.parse(text) as JsonLine) : undefined;
      resolve({ exit, signal, passed: passed(), line, stderr: Buffer.concat(err).toString() });
      rmSync(trace, { force: true });
    });
  });
  return { child, ended, passed };
}
