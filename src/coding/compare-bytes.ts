import { type BlockLayout, layoutFits, parameterNames, parameterRange } from '../catalog/index.ts';

/** A part of a block in which two contents differ: a parameter, or eight bytes where no name is known. */
export interface DifferingRange {
  readonly parameter: string | undefined;
  readonly offset: number;
  readonly length: number;
}

const UNNAMED_BYTES = 8;

/**
 * Where two contents of a block differ, in the order of the block.
 *
 * @param layout named only where both contents are long enough for it
 */
export function differingRanges(left: Uint8Array, right: Uint8Array, layout: BlockLayout | undefined): readonly DifferingRange[] {
  const length = Math.max(left.length, right.length);
  const fits = layout !== undefined && layoutFits(layout, Math.min(left.length, right.length));
  const named = fits ? parameterNames(layout).flatMap((name) => parameterRange(layout, name) ?? []) : [];
  const ranges = new Map<number, DifferingRange>();
  for (let offset = 0; offset < length; offset += 1) {
    if (left[offset] === right[offset]) continue;
    const parameter = named.find((range) => offset >= range.offset && offset < range.offset + range.length);
    const start = offset - (offset % UNNAMED_BYTES);
    const range: DifferingRange =
      parameter === undefined
        ? { parameter: undefined, offset: start, length: Math.min(UNNAMED_BYTES, length - start) }
        : { parameter: parameter.name, offset: parameter.offset, length: parameter.length };
    ranges.set(range.offset, range);
  }
  return [...ranges.values()];
}
