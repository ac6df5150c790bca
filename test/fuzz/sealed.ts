import { readFileSync } from 'node:fs';
import { sha256 } from '../../src/archive/sha256.ts';
import { canonicalText } from '../../src/archive/strict-json.ts';

export type Document = Record<string, unknown>;

const CAR = new URL('../../fixtures/archive/format-1/vehicles/WBA6C92010D000001/', import.meta.url);
const load = (path: string) => new Uint8Array(readFileSync(new URL(path, CAR)));

export const BACKUP = load('backups/20261120T101540Z-f16d-0002-3710e383098d2dee.json');
export const JOURNAL = load('journals/20261120T101541Z-5f1e0c9a7b3d2468.jsonl');
export const MANIFEST = load('MANIFEST.sha256');

/** What a backup holds, without its seal. */
export const BACKUP_CONTENT: Document = withoutKey(JSON.parse(Buffer.from(BACKUP).toString()) as Document, 'contentSha256');

/** The records of a journal, without their sums. */
export const JOURNAL_RECORDS: readonly Document[] = Buffer.from(JOURNAL)
  .toString()
  .trimEnd()
  .split('\n')
  .map((line) => withoutKey(JSON.parse(line) as Document, 'sum'));

/** A backup of any content whose own hash holds, as whoever knows the format can make one. */
export function sealedBackup(content: Document): Document {
  return { ...content, contentSha256: sha256(canonicalText(content)) };
}

/** One line of a journal whose sum holds. */
export function sealedLine(body: string): string {
  return `${body.slice(0, -1)},"sum":"${sha256(body)}"}`;
}

/** A journal whose sums hold and whose lines follow each other. */
export function sealedJournal(records: readonly Document[]): string {
  let prev = '0'.repeat(64);
  return records
    .map((record, seq) => {
      const line = sealedLine(JSON.stringify({ seq, prev, ...withoutKey(withoutKey(record, 'seq'), 'prev') }));
      prev = sha256(line);
      return `${line}\n`;
    })
    .join('');
}

function withoutKey({ ...document }: Document, key: string): Document {
  delete document[key];
  return document;
}
