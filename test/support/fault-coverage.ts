import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FILE = fileURLToPath(new URL('../../fault-coverage.json', import.meta.url));

/** What the long runs have counted, each under names of its own; nothing where none has. */
export function readCoverage(): { readonly life?: object } {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8')) as object;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
}

/** Others count into the same file: only what is `counted` changes. Written aside and renamed, so that nobody reads half of it. */
export function writeCoverage(counted: object): void {
  const aside = `${FILE}.${process.pid}`;
  writeFileSync(aside, `${JSON.stringify({ ...readCoverage(), ...counted }, undefined, 2)}\n`);
  renameSync(aside, FILE);
}

/** The commit that is run, in short. */
export function commitNow(): string {
  return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
}
