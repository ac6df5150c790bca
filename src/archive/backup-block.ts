import * as z from 'zod';
import { fromHex, KombiError, toHex } from '../core/index.ts';
import { sha256 } from './sha256.ts';

const ROW_BYTES = 16;

/** A coding block as it was read, 16 bytes to a row so that a text diff shows the bytes that changed. */
export interface BackupBlock {
  /** Four upper-case hex digits. */
  readonly did: string;
  /** Bytes. */
  readonly length: number;
  /** Over the raw bytes. */
  readonly sha256: string;
  /** How many equal readings stand behind the bytes. */
  readonly reads: number;
  readonly rows: readonly string[];
}

export const didSchema = z.string().regex(/^[0-9A-F]{4}$/);
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

export const backupBlockSchema: z.ZodType<BackupBlock> = z.object({
  did: didSchema,
  length: z.int().min(0).max(0xffff),
  sha256: sha256Schema,
  reads: z.int().min(1),
  rows: z.array(z.string().regex(/^(?:[0-9A-F]{2}){1,16}$/)),
});

export function backupBlock({
  did,
  bytes,
  reads,
}: {
  readonly did: string;
  readonly bytes: Uint8Array;
  readonly reads: number;
}): BackupBlock {
  const rows: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += ROW_BYTES) rows.push(toHex(bytes.subarray(offset, offset + ROW_BYTES)));
  return { did, length: bytes.length, sha256: sha256(bytes), reads, rows };
}

/** @throws {KombiError} `archive.damaged` where rows, length and hash do not agree */
export function blockBytes(block: BackupBlock): Uint8Array {
  const bytes = fromHex(block.rows.join(''));
  const problem = problemOf(block, bytes);
  if (problem !== undefined) throw new KombiError({ code: 'archive.damaged', message: `Block ${block.did} is damaged: ${problem}` });
  return bytes;
}

/** What is wrong with a block, if anything. */
export function blockProblem(block: BackupBlock): string | undefined {
  return problemOf(block, fromHex(block.rows.join('')));
}

function problemOf(block: BackupBlock, bytes: Uint8Array): string | undefined {
  if (bytes.length !== block.length) return `it holds ${bytes.length} bytes instead of ${block.length}`;
  if (sha256(bytes) !== block.sha256) return 'its bytes do not match their SHA-256';
  return undefined;
}
