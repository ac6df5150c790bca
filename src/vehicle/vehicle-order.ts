import { readU16 } from '../core/index.ts';

/** A vehicle order (FA). What could not be read is undefined, or missing in its list, and then `damage` says so. */
export interface VehicleOrder {
  /** Four characters: `0315`. */
  readonly criterion: string | undefined;
  /** Four characters as ordered: `F006`. */
  readonly series: string | undefined;
  /** Four characters, the type key: `6C92`. */
  readonly typeKey: string | undefined;
  /** Four characters: `0475`. */
  readonly paint: string | undefined;
  /** Four characters: `LCSW`. */
  readonly upholstery: string | undefined;
  /** SA codes, three characters each, in the order's order. */
  readonly options: readonly string[];
  /** Four characters each. */
  readonly eWords: readonly string[];
  /** Four characters each. */
  readonly hoWords: readonly string[];
  /** What is wrong with it, in words; undefined where all of it could be read. */
  readonly damage: string | undefined;
}

const VERSION = 0x03;
const HEAD_CHARACTERS = 4;
const CHARACTER_BITS = 6;
const ROW_BITS = 2;
const TAG_BITS = 4;
const END_OF_LIST = 0b00;

/** The two high bits of a character choose its row of ASCII. */
const ROWS: Readonly<Record<number, number>> = { 0b01: 0x30, 0b10: 0x40, 0b11: 0x50 };

/** The lists, by the tag in front of each, and how many characters an entry has. */
const LISTS = {
  0b1000: { name: 'options', characters: 3 },
  0b0100: { name: 'eWords', characters: 4 },
  0b1100: { name: 'hoWords', characters: 4 },
} as const;
const PADDING = 0b0000;

/**
 * Decodes the vehicle order, DID 3F06.
 *
 * Shape   [0..1] length of the order, u16; [2] version 03; then a bit stream of 6-bit characters, two bits row (01 0x30,
 *         10 0x40, 11 0x50) and four bits column: criterion, series, type, paint, upholstery, four each; then lists,
 *         each a tag of four bits (1000 options of three characters, 0100 E-words and 1100 HO-words of four), its
 *         entries, and 00; zero bits at the end. Behind it the length and bytes of a signature, which is not looked at.
 * @returns what can be read of a damaged order; undefined where not even its series can be
 * @see source: bmw-diagnostics §5.3, decoded from a recorded F10 and a recorded G31 (recorded; no recorded order has HO-words)
 */
export function decodeVehicleOrder(data: Uint8Array): VehicleOrder | undefined {
  const length = readU16(data, 0);
  if (length === undefined || data[2] !== VERSION) return undefined;
  const bits = new BitReader(data.subarray(3, 2 + length));
  const head = Array.from({ length: 5 }, () => bits.text(HEAD_CHARACTERS));
  const [criterion, series, typeKey, paint, upholstery] = head;
  if (series === undefined) return undefined;
  const lists: Record<(typeof LISTS)[keyof typeof LISTS]['name'], string[]> = { options: [], eWords: [], hoWords: [] };
  const inLists = readLists(bits, lists);
  // A cut explains all else that is missing.
  const damage =
    data.length < 2 + length
      ? `it is cut: ${data.length - 2} of ${length} bytes`
      : head.includes(undefined)
        ? 'a field of its head cannot be read'
        : inLists;
  return { criterion, series, typeKey, paint, upholstery, ...lists, damage };
}

/** Reads lists up to the padding. @returns what is wrong, if anything */
function readLists(bits: BitReader, lists: Readonly<Record<string, string[]>>): string | undefined {
  while (bits.left >= TAG_BITS) {
    const tag = bits.take(TAG_BITS);
    if (tag === PADDING) return undefined;
    const list = isListTag(tag) ? LISTS[tag] : undefined;
    if (list === undefined) return `it has a list of an unknown kind (${tag.toString(2).padStart(TAG_BITS, '0')})`;
    const damage = readList(bits, list.characters, lists[list.name] ?? []);
    if (damage !== undefined) return damage;
  }
  return undefined;
}

function isListTag(tag: number): tag is keyof typeof LISTS {
  return Object.hasOwn(LISTS, tag);
}

/** Reads entries up to the end of the list. @returns what is wrong, if anything */
function readList(bits: BitReader, characters: number, entries: string[]): string | undefined {
  for (;;) {
    if (bits.left < ROW_BITS) return 'a list of it has no end';
    if (bits.peek(ROW_BITS) === END_OF_LIST) {
      bits.take(ROW_BITS);
      return undefined;
    }
    const entry = bits.text(characters);
    if (entry === undefined) return 'an entry of a list cannot be read';
    entries.push(entry);
  }
}

class BitReader {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length * 8 - this.#position;
  }

  /** At most 8 bits; those behind the end are zero. */
  peek(count: number): number {
    const index = this.#position >> 3;
    const pair = (this.#bytes[index] ?? 0) * 0x100 + (this.#bytes[index + 1] ?? 0);
    return (pair >> (16 - count - (this.#position & 7))) & ((1 << count) - 1);
  }

  take(count: number): number {
    const value = this.peek(count);
    this.#position += count;
    return value;
  }

  /** So many characters; undefined where one of them is none. Its place is passed all the same. */
  text(characters: number): string | undefined {
    let text: string | undefined = '';
    for (let index = 0; index < characters; index += 1) {
      const row = this.left < CHARACTER_BITS ? undefined : ROWS[this.peek(ROW_BITS)];
      const column = this.take(CHARACTER_BITS) & 0x0f;
      text = row === undefined || text === undefined ? undefined : text + String.fromCharCode(row + column);
    }
    return text;
  }
}

/**
 * Year and month of the order's criterion (MMYY): `2015-03`. Derived: the documents do not say what it means, but on
 * both recorded cars it is the month of the I-level at shipment (`0910` with F010-10-09, `0317` with S15A-17-03).
 */
export function productionDateOf({ criterion }: VehicleOrder): string | undefined {
  const [, month, year] = /^(0[1-9]|1[0-2])(\d\d)$/.exec(criterion ?? '') ?? [];
  return month === undefined ? undefined : `20${year}-${month}`;
}

/** `F006` as people say it: `F06`; `S15A` and the like stay as they are. */
export function seriesName(series: string): string {
  return /^[A-Z]0\d\d$/.test(series) ? series[0] + series.slice(2) : series;
}
