import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { EXIT, KombiError, messageOf } from '../core/index.ts';
import { DATA_FILES } from './schema.ts';

/** Where the catalog's own data lie: the same two steps up from the sources, from `dist/catalog` and from the bundle. */
export const DATA_FOLDER = new URL('../../src/catalog/data/', import.meta.url);

type DataFiles = typeof DATA_FILES;
export type Row<Key extends keyof DataFiles> = z.output<DataFiles[Key]['row']>;

/**
 * Reads and validates one data file.
 *
 * @throws {KombiError} `catalog.invalid`, naming file and JSON path
 */
export function loadDataFile<Key extends keyof DataFiles>(folder: URL, key: Key): readonly Row<Key>[] {
  const { file, row } = DATA_FILES[key];
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
