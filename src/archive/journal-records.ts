import * as z from 'zod';
import { didSchema, sha256Schema } from './backup-block.ts';

/** One block that a transaction changes. All bytes in hex. */
export interface JournalOperation {
  /** ECU address, two hex digits. */
  readonly ecu: string;
  readonly did: string;
  readonly old: string;
  /** Bits that the plan may change. */
  readonly mask: string;
  readonly new: string;
  readonly oldSha: string;
  readonly newSha: string;
}

/** What is going to be done, durable before anything is (F2). */
export interface JournalBegin {
  readonly type: 'BEGIN';
  readonly txid: string;
  readonly vin: string;
  readonly kind: 'code' | 'restore' | 'undo' | 'apply';
  readonly label?: string;
  /** The transaction that this one takes back. */
  readonly undoes?: string;
  readonly planId: string;
  readonly ecus: readonly { readonly address: string; readonly serial: string; readonly svkSha: string }[];
  /** Id of the backup that holds every `old`. */
  readonly backup: string;
  readonly tool: string;
  readonly adapter: string;
  /** UTC, ISO 8601. */
  readonly time: string;
  readonly ops: readonly JournalOperation[];
  /** Check Control messages that the driver no longer sees, or sees again; absent where there are none. */
  readonly hides?: readonly number[];
  readonly shows?: readonly number[];
}

/** As it stands in the file. */
export interface BeginRecord extends JournalBegin {
  readonly format: typeof JOURNAL_FORMAT;
  /** Per vehicle and rising; decides the order where clocks jumped. */
  readonly sequence: number;
}

/** A write is about to leave; synced before it does (F3). */
export interface IntentRecord {
  readonly type: 'INTENT';
  /** Index into BEGIN's `ops`. */
  readonly op: number;
  /** From 1. */
  readonly attempt: number;
  readonly dir: 'forward' | 'back';
}

/** How the ECU answered: a hint, not synced. */
export interface ResultRecord {
  readonly type: 'RESULT';
  readonly op: number;
  readonly outcome: 'positive' | `nrc:${string}` | 'unknown';
}

/** What a block was read to hold: a hint, not synced. */
export interface SeenRecord {
  readonly type: 'SEEN';
  readonly op: number;
  readonly value: 'old' | 'new' | 'other' | 'none';
  readonly afterReset: boolean;
  readonly hex?: string;
}

/** The transaction is over (F4). */
export interface EndRecord {
  readonly type: 'END';
  readonly state: 'COMMITTED' | 'ROLLED_BACK' | 'ABORTED' | 'STUCK';
  /** SHA-256 of what each block was last read to hold, in the order of BEGIN's `ops`. */
  readonly observed: readonly string[];
  readonly time: string;
}

export type JournalRecord = BeginRecord | IntentRecord | ResultRecord | SeenRecord | EndRecord;

export const JOURNAL_FORMAT = 1;
/** A transaction's id becomes part of a file name. */
export const TXID = /^[0-9a-z]{4,64}$/;

const hex = z.string().regex(/^(?:[0-9A-F]{2})*$/);
const addressSchema = z.string().regex(/^[0-9A-F]{2}$/);
const op = z.int().min(0);
const time = z.iso.datetime();
const messageIds = z.exactOptional(z.array(z.int().min(0)));

// The order of keys here is the order in the line.
export const journalRecordSchema: z.ZodType<JournalRecord> = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('BEGIN'),
    format: z.literal(JOURNAL_FORMAT),
    txid: z.string().regex(TXID),
    sequence: z.int().min(1),
    vin: z.string(),
    kind: z.enum(['code', 'restore', 'undo', 'apply']),
    label: z.exactOptional(z.string()),
    undoes: z.exactOptional(z.string()),
    planId: z.string(),
    ecus: z.array(z.object({ address: addressSchema, serial: z.string(), svkSha: sha256Schema })),
    backup: z.string(),
    tool: z.string(),
    adapter: z.string(),
    time,
    ops: z.array(
      z.object({ ecu: addressSchema, did: didSchema, old: hex, mask: hex, new: hex, oldSha: sha256Schema, newSha: sha256Schema }),
    ),
    hides: messageIds,
    shows: messageIds,
  }),
  z.object({ type: z.literal('INTENT'), op, attempt: z.int().min(1), dir: z.enum(['forward', 'back']) }),
  z.object({
    type: z.literal('RESULT'),
    op,
    outcome: z.union([z.enum(['positive', 'unknown']), z.templateLiteral(['nrc:', z.string().regex(/^[0-9A-F]{2}$/)])]),
  }),
  z.object({
    type: z.literal('SEEN'),
    op,
    value: z.enum(['old', 'new', 'other', 'none']),
    afterReset: z.boolean(),
    hex: z.exactOptional(hex),
  }),
  z.object({
    type: z.literal('END'),
    state: z.enum(['COMMITTED', 'ROLLED_BACK', 'ABORTED', 'STUCK']),
    observed: z.array(sha256Schema),
    time,
  }),
]);
