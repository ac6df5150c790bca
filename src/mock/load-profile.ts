import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deserialize } from 'node:v8';
import { loadReadyMade } from '../catalog/index.ts';
import { KombiError, lazily, messageOf } from '../core/index.ts';
import { type Profile, profileSchema } from './profile.ts';

// Right from src/mock, from dist/mock and from a bundle in dist/cli: keep this file two folders below the top.
const VEHICLES = fileURLToPath(new URL('../../fixtures/vehicles/', import.meta.url));

/** The cars as the build left them, checked; undefined where this is no build. */
const READY_MADE = lazily(() => loadReadyMade<ReadonlyMap<string, Uint8Array>>(new URL('../mock/profiles.bin', import.meta.url)));

/** Names of the cars that come with the program, sorted. */
export function profileNames(): readonly string[] {
  return readdirSync(VEHICLES)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}

/**
 * Loads a mock car by name, or from a file where the text holds a slash, a backslash or ends in `.json`. One with `extends`
 * is the mock car of that name with the file merged over it (RFC 7396: tables by key, null takes away, all else replaces).
 *
 * @throws {KombiError} `usage.profile` when there is no such car, or its file is invalid (naming file and JSON path)
 */
export function loadProfile(nameOrPath: string): Profile {
  const isPath = /[/\\]|\.json$/.test(nameOrPath);
  if (!isPath && !profileNames().includes(nameOrPath)) {
    throw new KombiError({
      code: 'usage.profile',
      message: `There is no mock car "${nameOrPath}"`,
      hint: `Mock cars: ${profileNames().join(', ')}.`,
    });
  }
  const ready = isPath ? undefined : READY_MADE()?.get(nameOrPath);
  if (ready !== undefined) return deserialize(ready) as Profile;
  const file = isPath ? nameOrPath : `${VEHICLES}${nameOrPath}.json`;
  const parsed = profileSchema().safeParse(extended(file));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new KombiError({
    code: 'usage.profile',
    message: `${file}: ${issue?.path.join('.') || 'the file'}: ${issue?.message ?? 'invalid'}`,
    hint: 'Compare with the profiles in fixtures/vehicles.',
  });
}

/** The car in a file, with the one that it extends under it. */
function extended(file: string): unknown {
  const car = readJson(file);
  if (!isTable(car) || car['extends'] === undefined) return car;
  const { extends: base, ...changes } = car;
  const name = profileNames().find((each) => each === base);
  if (name !== undefined) return merged(readJson(`${VEHICLES}${name}.json`), changes);
  throw new KombiError({
    code: 'usage.profile',
    message: `${file}: extends: there is no mock car ${JSON.stringify(base)}`,
    hint: `Mock cars: ${profileNames().join(', ')}.`,
  });
}

function merged(base: unknown, changes: unknown): unknown {
  if (!isTable(changes)) return changes;
  const table = isTable(base) ? { ...base } : {};
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) delete table[key];
    else table[key] = merged(table[key], value);
  }
  return table;
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new KombiError({
      code: 'usage.profile',
      message: `The mock car ${file} cannot be read: ${messageOf(error)}`,
      hint: 'Name a mock car or a readable JSON file.',
      cause: error,
    });
  }
}
