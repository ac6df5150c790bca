import { readU16 } from '../core/index.ts';

/** The head of a vehicle order (FA): what identifies the car. Its option lists follow behind. */
export interface VehicleOrderHead {
  /** Four characters as ordered: `F006`. */
  readonly series: string;
  /** Four characters, the type key: `6C92`. */
  readonly typeKey: string;
}

const VERSION = 0x03;
const CHARACTER_BITS = 6;
const CRITERION_CHARACTERS = 4;
const SERIES_CHARACTERS = 4;
const TYPE_CHARACTERS = 4;

/** The two high bits of a character choose its row of ASCII. */
const ROWS: Readonly<Record<number, number>> = { 0b01: 0x30, 0b10: 0x40, 0b11: 0x50 };

/**
 * Decodes the head of the vehicle order, DID 3F06.
 *
 * Shape   [0..1] length of the order, u16; [2] version 03; then a bit stream of 6-bit characters, two bits row
 *         (01 0x30, 10 0x40, 11 0x50) and four bits column: criterion 4, series 4, type 4, …
 * @returns undefined where the bytes are no order of that shape
 * @see source: bmw-diagnostics §5.3, decoded from a recorded F10 and a recorded G31 (recorded)
 */
export function decodeVehicleOrderHead(data: Uint8Array): VehicleOrderHead | undefined {
  const length = readU16(data, 0);
  if (length === undefined || data.length < 2 + length || data[2] !== VERSION) return undefined;
  const bits = data.subarray(3, 2 + length);
  const text = decodeCharacters(bits, CRITERION_CHARACTERS + SERIES_CHARACTERS + TYPE_CHARACTERS);
  if (text === undefined) return undefined;
  return {
    series: text.slice(CRITERION_CHARACTERS, CRITERION_CHARACTERS + SERIES_CHARACTERS),
    typeKey: text.slice(CRITERION_CHARACTERS + SERIES_CHARACTERS),
  };
}

function decodeCharacters(bits: Uint8Array, count: number): string | undefined {
  let text = '';
  for (let index = 0; index < count; index += 1) {
    const first = index * CHARACTER_BITS;
    const pair = readU16(bits, first >> 3) ?? (bits[first >> 3] ?? Number.NaN) * 0x100;
    const value = (pair >> (16 - CHARACTER_BITS - (first & 7))) & 0x3f;
    const row = ROWS[value >> 4];
    if (row === undefined) return undefined;
    text += String.fromCharCode(row + (value & 0x0f));
  }
  return text;
}

/** `F006` as people say it: `F06`; `S15A` and the like stay as they are. */
export function seriesName(series: string): string {
  return /^[A-Z]0\d\d$/.test(series) ? series[0] + series.slice(2) : series;
}
