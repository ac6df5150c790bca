import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { type MessageTexts, parseMessageTexts } from '../catalog/index.ts';
import { KombiError, messageOf } from '../core/index.ts';
import type { OptionSpec } from './command.ts';
import type { Context } from './context.ts';
import type { Input } from './input.ts';

export const TEXTS_OPTION: OptionSpec = {
  flags: '--texts <file>',
  help: 'your own full texts beside the labels: a CSV of id, en, de (or KOMBI_TEXTS)',
};

/** The list of all ids has 90 kB. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * The full texts that the person has of messages; none unless `--texts` or `KOMBI_TEXTS` names a file.
 *
 * @throws {KombiError} `usage.texts` (exit 2), with the line where there is one
 */
export async function loadOwnTexts({ io }: Context, input: Input): Promise<MessageTexts> {
  const path = input.text('texts') ?? (io.env['KOMBI_TEXTS'] || undefined);
  if (path === undefined) return new Map();
  return parseMessageTexts(await readText(path), basename(path));
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) throw new Error(`it has ${size} bytes, more than ${MAX_BYTES}`);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(path));
  } catch (error) {
    throw new KombiError({
      code: 'usage.texts',
      message: `${path} cannot be read as texts: ${messageOf(error)}`,
      hint: 'Name a CSV file in UTF-8 with the columns id, en and de.',
    });
  }
}
