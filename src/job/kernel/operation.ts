import { createHash } from 'node:crypto';
import { type Did, type EcuAddress, equalBytes, formatDid } from '../../core/index.ts';

/** One block to bring from `old` to `new`; only bits of `mask` differ. */
export interface Operation {
  readonly ecu: EcuAddress;
  readonly ecuName: string;
  readonly did: Did;
  readonly old: Uint8Array;
  readonly mask: Uint8Array;
  readonly new: Uint8Array;
}

/** What a block holds, seen from an operation. */
export type Holding = 'old' | 'new' | 'other';

export function holdingOf(operation: Operation, bytes: Uint8Array): Holding {
  if (equalBytes(bytes, operation.new)) return 'new';
  return equalBytes(bytes, operation.old) ? 'old' : 'other';
}

/** `KOMBI 3301`, as errors name a block. */
export function nameOf(operation: Operation): string {
  return `${operation.ecuName} ${formatDid(operation.did)}`;
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
