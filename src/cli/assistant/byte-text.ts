import { type BlockLayout, type Catalog, checkControlId } from '../../catalog/index.ts';
import { toHex } from '../../core/index.ts';
import { escapeText } from '../escape.ts';

const BITS = 8;

/** `FF  1111 1111`. */
export function byteText(value: number): string {
  const bits = value.toString(2).padStart(BITS, '0');
  return `${toHex(Uint8Array.of(value))}  ${bits.slice(0, 4)} ${bits.slice(4)}`;
}

/** A byte given in hex, one or two digits; undefined where it is none. */
export function parseByte(text: string): number | undefined {
  return /^[0-9a-f]{1,2}$/i.test(text.trim()) ? Number.parseInt(text.trim(), 16) : undefined;
}

/** Its bits as they are written, highest first. */
export function bitsOf(value: number): readonly { readonly bit: number; readonly value: 0 | 1 }[] {
  return Array.from({ length: BITS }, (_, index) => {
    const bit = BITS - 1 - index;
    return { bit, value: ((value >> bit) & 1) === 1 ? 1 : 0 };
  });
}

/** What a bit decides where the layout tells: `message 299, emergency call system failed`. */
export function messageOfBit(
  layout: BlockLayout | undefined,
  { offset, bit }: { readonly offset: number; readonly bit: number },
  { catalog, language }: { readonly catalog: Catalog; readonly language: 'en' | 'de' },
): string | undefined {
  const mask = layout?.mask;
  if (mask === undefined) return undefined;
  const inside = offset - mask.firstOffset;
  const group = Math.floor(inside / mask.groupBytes) + 1;
  if (inside < 0 || group > mask.groups) return undefined;
  const id = checkControlId({ group, byte: inside % mask.groupBytes, bit });
  const label = catalog.message(id)?.label[language];
  return `message ${id}${label === undefined ? '' : `, ${escapeText(label)}`}`;
}
