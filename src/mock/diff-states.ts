import { fromHex } from '../core/index.ts';
import type { CarState, VolatileState } from './state.ts';

/** One difference. A bit's `path` ends in byte offset (hex) and bit: `ecus.60.blocks.3301.@25.3`; its values are 0 and 1. */
export interface StateDifference {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

const HEX = /^([0-9A-F]{2})+$/;

/** Every bit, and every value that is no bytes of equal length, in which two states differ; in order of path. */
export function diffStates(before: CarState | VolatileState, after: CarState | VolatileState): readonly StateDifference[] {
  const differences: StateDifference[] = [];
  compare('', before, after, differences);
  return differences;
}

function compare(path: string, before: unknown, after: unknown, found: StateDifference[]): void {
  if (before === after) return;
  if (isObject(before) && isObject(after)) {
    for (const key of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()) {
      compare(path === '' ? key : `${path}.${key}`, before[key], after[key], found);
    }
  } else if (
    typeof before === 'string' &&
    typeof after === 'string' &&
    before.length === after.length &&
    HEX.test(before) &&
    HEX.test(after)
  ) {
    compareBits(path, fromHex(before), fromHex(after), found);
  } else {
    found.push({ path, before, after });
  }
}

function compareBits(path: string, before: Uint8Array, after: Uint8Array, found: StateDifference[]): void {
  for (const [offset, old] of before.entries()) {
    const now = after[offset] ?? 0;
    for (let bit = 0; bit < 8; bit += 1) {
      const mask = 1 << bit;
      if (((old ^ now) & mask) === 0) continue;
      const at = offset.toString(16).toUpperCase().padStart(2, '0');
      found.push({ path: `${path}.@${at}.${bit}`, before: (old & mask) >> bit, after: (now & mask) >> bit });
    }
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
