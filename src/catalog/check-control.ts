import { KombiError } from '../core/index.ts';

/** Where the bit of a message lies in the masks of any cluster with eight bytes a group. */
export interface CheckControlPosition {
  /** Counts from 1, as in `CC_ACTIVIERUNG_5`. */
  readonly group: number;
  readonly byte: number;
  /** 0 is the lowest. */
  readonly bit: number;
}

const MESSAGES_PER_GROUP = 64;
const BITS = 8;

/**
 * Group, byte and bit of a Check Control message: 299 is group 5, byte 5, bit 3.
 *
 * @throws {KombiError} `usage.message` where `id` is no whole number from 0 on
 * @see bmw-kombi-ccid-tool and the bimmer.studio calculator (published); agrees with the edit that owners made
 */
export function checkControlPosition(id: number): CheckControlPosition {
  if (!Number.isInteger(id) || id < 0) {
    throw new KombiError({
      code: 'usage.message',
      message: `${id} is not the id of a Check Control message`,
      hint: 'Ids are whole numbers, such as 299.',
    });
  }
  return { group: Math.floor(id / MESSAGES_PER_GROUP) + 1, byte: Math.floor((id % MESSAGES_PER_GROUP) / BITS), bit: id % BITS };
}

/** The way back from {@link checkControlPosition}. */
export function checkControlId({ group, byte, bit }: CheckControlPosition): number {
  return (group - 1) * MESSAGES_PER_GROUP + byte * BITS + bit;
}
