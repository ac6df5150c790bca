import type { Did } from '../core/index.ts';

/** Identifiers from `first` to `last`, both of them too. */
export interface DidRange {
  readonly first: Did;
  readonly last: Did;
}

const range = (first: number, last: number): DidRange => ({ first: first as Did, last: last as Did });

/**
 * Where coding blocks of recorded cars lie, likely ones first: all of a G31 are within 3000-3534 and 37EF-37FE, and
 * of its 21 ECUs with any 18 have them below 3080 (bmw-diagnostics §11, the G31 recording: recorded).
 */
export const LEARNT_RANGES: readonly DidRange[] = [range(0x3000, 0x35ff), range(0x3700, 0x37ff)];

/** What `22` and `2E` are said to reach: "3000-3EFF CodingDataSet" (bmw-diagnostics §5.9, published, of the E-series). */
export const FULL_RANGES: readonly DidRange[] = [range(0x3000, 0x3eff)];

/** Of E-series ECUs: the index of their coding data (bmw-diagnostics §7.5, published; 21 ECUs of an E61, recorded). */
export const CODING_INDEX: DidRange = range(0x3fff, 0x3fff);

/** Metadata blocks, then the low identifiers, then the rest: what a person waits for comes first. */
const LIKELY: readonly DidRange[] = [range(0x37ef, 0x37ff), range(0x3000, 0x35ff), range(0x3700, 0x37ff)];

/** Every identifier of the ranges once, those first where blocks were found before. */
export function scanOrder(ranges: readonly DidRange[], known: readonly Did[] = []): readonly Did[] {
  const order = new Set<Did>();
  for (const did of known) if (covers(ranges, did)) order.add(did);
  for (const { first, last } of [...LIKELY, ...ranges]) {
    for (let did = first; did <= last; did = (did + 1) as Did) if (covers(ranges, did)) order.add(did);
  }
  return [...order];
}

function covers(ranges: readonly DidRange[], did: Did): boolean {
  return ranges.some(({ first, last }) => did >= first && did <= last);
}

/** Whether all of `wanted` lies within single ranges of `held`. */
export function includesRanges(held: readonly DidRange[], wanted: readonly DidRange[]): boolean {
  return wanted.every(({ first, last }) => held.some((each) => each.first <= first && each.last >= last));
}
