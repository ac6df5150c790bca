import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, posix, win32 } from 'node:path';
import * as z from 'zod';
import type { AdapterNotes } from '../transport/elm327/index.ts';
import type { Io } from './io.ts';

const FORMAT = 'kombi/adapters@1';
/** More than anybody owns; the ones longest unused go. */
const MOST_NOTES = 50;

const rung = z.enum(['stn', 'raw', 'slow']);
const findings = z.strictObject({
  name: z.string(),
  isStn: z.boolean(),
  takes: z.record(z.string(), z.boolean()),
  traffic: z.strictObject({
    countsAnswers: z.boolean().exactOptional(),
    overruns: z.boolean().exactOptional(),
    failed: z.array(rung).exactOptional(),
    proven: rung.exactOptional(),
  }),
  identity: z.string(),
});
const file = z.strictObject({
  format: z.literal(FORMAT),
  adapters: z.array(z.strictObject({ port: z.string(), findings })),
});
type Notes = z.infer<typeof file>['adapters'];

/**
 * What adapters were found to be, in a file of the platform's cache folder. It only spares questions: whether an adapter may
 * write is proved each time. A file that is damaged, or of another version, is one that is not there; one that cannot be
 * written is none.
 *
 * @returns undefined where the environment names no place for it
 */
export function adapterNotes({ env, platform }: Pick<Io, 'env' | 'platform'>): AdapterNotes | undefined {
  const path = notesPath(env, platform);
  if (path === undefined) return undefined;
  return {
    find: async (port) => (await readNotes(path)).find((note) => note.port === port)?.findings,
    keep: async (port, { identity = '', traffic, ...found }) => {
      // A cable that failed once is no reason to go another way for ever, unless that way was the right one.
      const { failed: _failed, ...seen } = traffic;
      const note = { port, findings: { ...found, identity, traffic: seen.proven === undefined ? seen : { ...traffic } } };
      const before = await readNotes(path);
      const notes = [note, ...before.filter((other) => other.port !== port)].slice(0, MOST_NOTES);
      if (JSON.stringify(notes) !== JSON.stringify(before)) await writeNotes(path, notes);
    },
  };
}

/** @see source: XDG Base Directory Specification 0.8 (published): a relative XDG_CACHE_HOME is ignored */
function notesPath(env: Io['env'], platform: NodeJS.Platform): string | undefined {
  const name = 'adapters.json';
  if (platform === 'win32') {
    const base = env['LOCALAPPDATA'];
    return base ? win32.join(base, 'kombi', 'cache', name) : undefined;
  }
  const home = env['HOME'];
  if (platform === 'darwin') return home ? posix.join(home, 'Library', 'Caches', 'kombi', name) : undefined;
  const cacheHome = env['XDG_CACHE_HOME'];
  if (cacheHome && posix.isAbsolute(cacheHome)) return posix.join(cacheHome, 'kombi', name);
  return home ? posix.join(home, '.cache', 'kombi', name) : undefined;
}

async function readNotes(path: string): Promise<Notes> {
  try {
    return file.parse(JSON.parse(await readFile(path, 'utf8'))).adapters;
  } catch {
    return [];
  }
}

/** By another name first, so that who reads meanwhile reads a whole file. */
async function writeNotes(path: string, adapters: Notes): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    await writeFile(temporary, `${JSON.stringify({ format: FORMAT, adapters }, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
