import { fromHex } from '../../core/index.ts';
import { bytesText } from './cheat-file.ts';
import type { CheatFlaw, CheatPlace } from './cheat-place.ts';

/** A number as bytes, one for each byte of the place; or a name that only the CAFD explains. */
export type CheatValue = { readonly bytes: Uint8Array; readonly name?: undefined } | { readonly bytes?: undefined; readonly name: string };

/** @returns the value, or what is wrong with it at this place */
export function readValue(text: string, place: CheatPlace): CheatValue | CheatFlaw {
  if (text === '') return { code: 'value', message: 'it has no value' };
  const parts = text.replace(/,\s*$/, '').split(/\s*,\s*/);
  if (!parts.every((part) => /^(?:0x)?[0-9a-f]{1,2}$/i.test(part))) return { name: text };
  const bytes = fromHex(parts.map((part) => part.replace(/^0x/i, '').padStart(2, '0')).join(''));
  return flawOf(bytes, place) ?? { bytes };
}

/** What is wrong with a number at a place; undefined where nothing is. */
export function flawOf(bytes: Uint8Array, { start, end, mask }: CheatPlace): CheatFlaw | undefined {
  const length = end - start + 1;
  if (bytes.length !== length)
    return { code: 'value', message: `the value has ${bytesText(bytes.length)}, the place ${bytesText(length)}` };
  const [value = 0] = bytes;
  if (length > 1 || (value << shiftOf(mask) <= 0xff && ((value << shiftOf(mask)) & ~mask) === 0)) return undefined;
  return { code: 'value', message: `the value ${hex(value)} does not fit into the bits ${mask.toString(2).padStart(8, '0')}` };
}

/**
 * The value as edits without their ECU: whole bytes as such, else bit by bit, so that no neighbour is touched.
 * `3060.@44=32`, `3060.@1F.4=0`
 */
export function editsAt({ block, start, mask }: CheatPlace, bytes: Uint8Array): readonly string[] {
  const at = (index: number) => `${hex(block, 4)}.@${hex(start + index)}`;
  if (mask === 0xff) return [...bytes].map((byte, index) => `${at(index)}=${hex(byte)}`);
  const shifted = (bytes[0] ?? 0) << shiftOf(mask);
  return [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => (mask >> bit) & 1).map((bit) => `${at(0)}.${bit}=${(shifted >> bit) & 1}`);
}

/** A value is shifted to the lowest set bit of its mask (the format's description). */
function shiftOf(mask: number): number {
  return 31 - Math.clz32(mask & -mask);
}

function hex(value: number, digits = 2): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}
