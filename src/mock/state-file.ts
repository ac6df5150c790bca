import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { KombiError, messageOf } from '../core/index.ts';
import { type CarState, canonicalJson, carStateSchema } from './state.ts';

/**
 * Loads a saved car; undefined where there is no such file yet.
 *
 * @throws {KombiError} `usage.state` when it cannot be read, is no car, or is one of another profile
 */
export function loadStateFile(file: string, profile: string): CarState | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw invalid(file, messageOf(error));
  }
  const parsed = carStateSchema().safeParse(parseJson(file, text));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw invalid(file, `${issue?.path.join('.') || 'the file'}: ${issue?.message ?? 'invalid'}`);
  }
  if (parsed.data.profile !== profile) throw invalid(file, `it is a "${parsed.data.profile}", not a "${profile}"`);
  return parsed.data;
}

/** Written aside and renamed, so that a reader never sees half a car. */
export function saveStateFile(file: string, state: CarState): void {
  const aside = `${file}.${process.pid}.tmp`;
  writeFileSync(aside, `${canonicalJson(state, 2)}\n`);
  renameSync(aside, file);
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(file, messageOf(error));
  }
}

function invalid(file: string, what: string): KombiError {
  return new KombiError({
    code: 'usage.state',
    message: `The mock car's state file ${file} cannot be used: ${what}`,
    hint: 'Delete it to start from the profile, or name another file.',
  });
}
