import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Input } from './target.ts';

const FOLDER = fileURLToPath(new URL('corpus/', import.meta.url));

/** An input that was once taken wrongly. Text as text, bytes in hex. */
interface Entry {
  readonly was: string;
  readonly text?: string;
  readonly hex?: string;
}

/** Inputs that broke a target once and never may again: `corpus/<target>.json`. */
export function corpusOf(target: string): readonly { readonly was: string; readonly input: Input }[] {
  return entriesOf(target).map(({ was, text, hex }) => ({ was, input: text ?? Uint8Array.from(Buffer.from(hex ?? '', 'hex')) }));
}

/** @returns the file */
export function addToCorpus(target: string, input: Input, was: string): string {
  const entry: Entry = typeof input === 'string' ? { was, text: input } : { was, hex: Buffer.from(input).toString('hex') };
  const file = fileOf(target);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(file, `${escaped(JSON.stringify([...entriesOf(target), entry], null, 2))}\n`);
  return file;
}

function entriesOf(target: string): readonly Entry[] {
  const file = fileOf(target);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Entry[]) : [];
}

function fileOf(target: string): string {
  return `${FOLDER}${target}.json`;
}

/** Nothing in the file may act on the screen of who looks at it, or be lost as no UTF-8. */
function escaped(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
