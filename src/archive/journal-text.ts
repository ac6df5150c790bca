import * as z from 'zod';
import { KombiError } from '../core/index.ts';
import { newerFormatError } from './archive-error.ts';
import { type BeginRecord, type EndRecord, JOURNAL_FORMAT, type JournalRecord, journalRecordSchema } from './journal-records.ts';
import { sha256 } from './sha256.ts';
import { parseStrictJson, UnsoundText } from './strict-json.ts';

/** Where the next line of a journal goes. */
export interface JournalTail {
  /** Number of the next line, from 0. */
  readonly seq: number;
  /** Hash of the line before. */
  readonly prev: string;
}

export const FIRST_LINE: JournalTail = { seq: 0, prev: '0'.repeat(64) };

export interface JournalContents {
  /** Every record whose own sum holds, those after a damaged line included. */
  readonly records: readonly JournalRecord[];
  /** Undefined where the line is damaged. */
  readonly begin: BeginRecord | undefined;
  readonly end: EndRecord | undefined;
  /** Begun and not ended: blocks may be old or new. A file in which nothing was ever begun is not open. */
  readonly open: boolean;
  /** A last line cut short was ignored: its writer never got to rely on it. */
  readonly torn: boolean;
  /** What is wrong with a finished line. The old bytes are then those of the backup. */
  readonly damaged: string | undefined;
  /** Bytes without a torn line; what comes next is written there. */
  readonly length: number;
  /** The last line is whole but lacks its LF. */
  readonly unterminated: boolean;
  readonly tail: JournalTail;
}

const LF = 0x0a;
const BRACE = 0x7d;
const SUM = /^(?<body>\{.*),"sum":"(?<sum>[0-9a-f]{64})"\}$/s;
const lineSchema = z.object({ seq: z.int(), prev: z.string() });
const newerSchema = z.object({ type: z.literal('BEGIN'), format: z.int().gt(JOURNAL_FORMAT) });

/**
 * One line: `{"seq":…,"prev":…,<record>,"sum":…}` and LF, where `prev` is the SHA-256 of the line before without its
 * LF, and `sum` that of this line without `sum`.
 */
export function encodeJournalLine(
  record: JournalRecord,
  { seq, prev }: JournalTail,
): { readonly bytes: Uint8Array; readonly tail: JournalTail } {
  const parsed = journalRecordSchema.safeParse(record);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new KombiError({
      code: 'bug.journal-record',
      message: `${record.type} breaks the journal's format: ${issue?.path.join('.')}: ${issue?.message}`,
    });
  }
  const body = JSON.stringify({ seq, prev, ...parsed.data });
  const line = `${body.slice(0, -1)},"sum":"${sha256(body)}"}`;
  return { bytes: new TextEncoder().encode(`${line}\n`), tail: { seq: seq + 1, prev: sha256(line) } };
}

/**
 * Reads a journal as far as its sums hold: no record is ever taken from a line whose sum does not.
 *
 * A last line without its LF, or with NULs where data never reached the disk, is a write cut short. Anything else
 * that does not hold is damage, a finished last line too: its intent may have been synced, and its write sent.
 *
 * @throws {KombiError} `archive.newer-format`
 */
export function readJournal(bytes: Uint8Array, name = 'The journal'): JournalContents {
  const records: JournalRecord[] = [];
  let seq = FIRST_LINE.seq;
  let before: Uint8Array | undefined;
  // Hashed only for a line that can follow it: a file of empty ones has sixteen million.
  const tail = (): JournalTail => ({ seq, prev: before === undefined ? FIRST_LINE.prev : sha256(before) });
  let damaged: string | undefined;
  let torn = false;
  let unterminated = false;
  let length = 0;
  while (length < bytes.length) {
    const newline = bytes.indexOf(LF, length);
    const finished = newline >= 0;
    const line = bytes.subarray(length, finished ? newline : bytes.length);
    const last = !finished || newline === bytes.length - 1;
    const { record, problem } = readLine(line, tail, name);
    if (record === undefined && last && (!finished || line.includes(0))) {
      torn = true;
      break;
    }
    if (record !== undefined) records.push(record);
    if (problem !== undefined) damaged ??= `line ${seq + 1}: ${problem}`;
    unterminated = !finished;
    length += line.length + (finished ? 1 : 0);
    seq += 1;
    before = line;
  }
  const begin = records.find((record) => record.type === 'BEGIN');
  const end = records.findLast((record) => record.type === 'END');
  const open = end === undefined && (records.length > 0 || damaged !== undefined);
  return { records, begin, end, open, torn, damaged, length, unterminated, tail: tail() };
}

/** A record may be sound and yet stand in the wrong place. */
function readLine(line: Uint8Array, tail: () => JournalTail, name: string): { readonly record?: JournalRecord; readonly problem?: string } {
  if (line.at(-1) !== BRACE) return { problem: 'it is no line of a journal' };
  const { body, sum } = SUM.exec(new TextDecoder('utf-8', { ignoreBOM: true }).decode(line))?.groups ?? {};
  if (body === undefined) return { problem: 'it is no line of a journal' };
  if (sha256(`${body}}`) !== sum) return { problem: 'its sum does not hold' };
  const document = parseBody(`${body}}`);
  if (newerSchema.safeParse(document).success) throw newerFormatError(name, `this version knows journals of format ${JOURNAL_FORMAT}`);
  const envelope = lineSchema.safeParse(document);
  const record = journalRecordSchema.safeParse(document);
  if (!envelope.success || !record.success) return { problem: 'it is no record that this version knows' };
  const expected = tail();
  if (envelope.data.seq === expected.seq && envelope.data.prev === expected.prev) return { record: record.data };
  return { record: record.data, problem: 'it does not follow the line before it' };
}

/** A sum that holds vouches for no more than the bytes: whoever wrote them may have written anything. */
function parseBody(text: string): unknown {
  try {
    return parseStrictJson(new TextEncoder().encode(text)).document;
  } catch (error) {
    if (error instanceof UnsoundText) return undefined;
    throw error;
  }
}
