import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { EXIT, KombiError, messageOf } from '../core/index.ts';
import { loadReadyMade } from './ready-made.ts';
import { type DataFiles, dataFiles } from './schema.ts';

/** Where the catalog's own data lie: the same two steps up from the sources, from `dist/catalog` and from the bundle. */
export const DATA_FOLDER = new URL('../../src/catalog/data/', import.meta.url);

export type Row<Key extends keyof DataFiles> = z.output<DataFiles[Key]['row']>;

/** Every data file, checked, for `.config/build.js`. @public */
export function loadAllDataFiles(): Record<string, readonly unknown[]> {
  const keys = Object.keys(dataFiles()) as (keyof DataFiles)[];
  return Object.fromEntries(keys.map((key) => [key, loadDataFile(DATA_FOLDER, key)]));
}

/**
 * Reads and validates one data file.
 *
 * @throws {KombiError} `catalog.invalid`, naming file and JSON path
 */
export function loadDataFile<Key extends keyof DataFiles>(folder: URL, key: Key): readonly Row<Key>[] {
  const ready = folder.href === DATA_FOLDER.href ? loadReadyMade<readonly Row<Key>[]>(readyMadeFile(key)) : undefined;
  if (ready !== undefined) return ready;
  const { file, row } = dataFiles()[key];
  const schema = z.strictObject({ [key]: z.array(row as z.ZodType<Row<Key>>) });
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
  } catch (error) {
    throw invalid(file, messageOf(error), error);
  }
  const parsed = schema.safeParse(content);
  const rows = parsed.data?.[key];
  if (rows === undefined) {
    const issue = parsed.error?.issues[0];
    throw invalid(file, `${jsonPath(issue?.path ?? [])}: ${issue?.message ?? 'missing'}`, parsed.error);
  }
  return rows;
}

/** Where the build leaves a list, checked; from the sources there is no such file. */
function readyMadeFile(key: string): URL {
  return new URL(`../catalog/data/${key}.bin`, import.meta.url);
}

function invalid(file: string, problem: string, cause: unknown): KombiError {
  return new KombiError({
    code: 'catalog.invalid',
    message: `The catalog's ${file} is not valid: ${problem}`,
    hint: 'Install kombi again; if the file is yours, correct it at that place.',
    exit: EXIT.bug,
    cause,
  });
}

/** `layouts[2].facts.block`. */
function jsonPath(path: readonly PropertyKey[]): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += text === '' ? String(step) : `.${String(step)}`;
  }
  return text === '' ? 'the file' : text;
}
