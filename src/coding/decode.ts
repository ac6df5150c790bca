import { toHex } from '../core/index.ts';
import { hiddenMessages } from './effects.ts';
import type { Target } from './target.ts';

/** What an address holds. */
export interface DecodedValue {
  /** The bytes; of a bit, the byte that it lies in. */
  readonly hex: string;
  readonly bit: 0 | 1 | undefined;
  /** Where the block holds Check Control masks: the ids in this range whose messages are hidden. */
  readonly hidden: readonly number[] | undefined;
}

/** @param bytes the whole block that `target` was resolved against */
export function decodeTarget(bytes: Uint8Array, target: Target): DecodedValue {
  const { offset, length, bit, layout } = target;
  const hidden = layout?.mask && hiddenMessages(bytes, layout.mask, target);
  if (bit === undefined) return { hex: toHex(bytes.subarray(offset, offset + length)), bit: undefined, hidden };
  const byte = bytes[offset] ?? 0;
  return {
    hex: toHex(Uint8Array.of(byte)),
    bit: (byte >> bit) & 1 ? 1 : 0,
    hidden: hidden?.filter((id) => id % 8 === bit),
  };
}
