import { type BlockLayout, parameterNames, parameterRange } from '../catalog/index.ts';
import { toHex } from '../core/index.ts';
import type { Style } from './style.ts';

/** Bytes of a block that are shown on one line: a parameter, or up to eight where no name is known. */
export interface BlockRow {
  /** `CC_ACTIVIERUNG_5`, `@20`. */
  readonly label: string;
  readonly offset: number;
  readonly length: number;
  /** Whether `label` is the name of a parameter. */
  readonly named: boolean;
}

const ROW_BYTES = 8;

/** Every byte of a block once, in its order: parameters where they are known, and between them rows that begin at multiples of eight. */
export function rowsOfBlock(layout: BlockLayout | undefined, blockLength: number): readonly BlockRow[] {
  const named = layout === undefined ? [] : parameterNames(layout).flatMap((name) => parameterRange(layout, name) ?? []);
  const inside = named.filter((range) => range.offset + range.length <= blockLength);
  const rows: BlockRow[] = [];
  let at = 0;
  const fillTo = (end: number) => {
    while (at < end) {
      const length = Math.min(ROW_BYTES - (at % ROW_BYTES), end - at);
      rows.push({ label: `@${hexOffset(at)}`, offset: at, length, named: false });
      at += length;
    }
  };
  for (const { name, offset, length } of inside.sort((left, right) => left.offset - right.offset)) {
    fillTo(offset);
    rows.push({ label: name, offset, length, named: true });
    at = offset + length;
  }
  fillTo(blockLength);
  return rows;
}

/** As addresses write it: hex, two digits at least. */
export function hexOffset(offset: number): string {
  return offset.toString(16).toUpperCase().padStart(2, '0');
}

/**
 * `FF FF [FF → F7] FF`: a changed byte in brackets, with both values, so that no colour is needed to see it. The blanks inside
 * the brackets do not break, so that a change stays on one line; to be made plain ones when lines are broken.
 */
export function rowText(
  bytes: { readonly old: Uint8Array; readonly new: Uint8Array },
  { offset, length }: Pick<BlockRow, 'offset' | 'length'>,
  style: Style,
): string {
  const parts: string[] = [];
  for (let at = offset; at < offset + length; at += 1) {
    const [before, after] = [toHex(bytes.old.subarray(at, at + 1)), toHex(bytes.new.subarray(at, at + 1))];
    parts.push(before === after ? before : style.mark(`[${before}\u00a0→\u00a0${after}]`));
  }
  return parts.join(' ');
}
