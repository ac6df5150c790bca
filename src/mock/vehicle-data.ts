import type { Profile } from './profile.ts';

/** SGBM process classes by their number in an SVK. @see bmw-diagnostics §5.2, published */
const PROCESS_CLASSES: Readonly<Record<string, number>> = {
  HWEL: 0x01,
  HWAP: 0x02,
  HWFR: 0x03,
  GWTB: 0x04,
  CAFD: 0x05,
  BTLD: 0x06,
  FLSL: 0x07,
  SWFL: 0x08,
  SWFF: 0x09,
  SWPF: 0x0a,
  ONPS: 0x0b,
  IBAD: 0x0c,
  SWFK: 0x0d,
};

/** One entry of an SVK: `CAFD_7E570601_001_000_000` as class, id u32, main, sub, patch. */
export function encodeSgbm(text: string): Uint8Array {
  const [processClass = '', id = '', ...version] = text.split('_');
  const number = Number.parseInt(id, 16);
  return Uint8Array.of(
    PROCESS_CLASSES[processClass] ?? 0xff,
    number >>> 24,
    (number >>> 16) & 0xff,
    (number >>> 8) & 0xff,
    number & 0xff,
    ...version.map(Number),
  );
}

/**
 * What F101 answers after `62 F1 01`.
 *
 * Shape   [0..1] programming status 0101 · [2..3] count · [4..6] date · [7..16] fingerprint · [17..] 8 bytes an entry
 * @see bmw-diagnostics §5.2, recorded on an F10 and a G31
 */
export function encodeSvk(software: { date: Uint8Array; fingerprint: Uint8Array; entries: readonly string[] }): Uint8Array {
  const count = software.entries.length;
  return Uint8Array.of(
    0x01,
    0x01,
    count >> 8,
    count & 0xff,
    ...software.date,
    ...software.fingerprint,
    ...software.entries.flatMap((entry) => [...encodeSgbm(entry)]),
  );
}

/** Length and bytes of a message authentication code. The real one needs a secret; ours is all zero. */
const EMPTY_MAC = [0x00, 0x14, ...new Array<number>(20).fill(0)];

/** Three records: four letters, year, month, number as u16. @see bmw-diagnostics §5.3, recorded */
export function encodeILevels(iLevels: readonly string[], signed: boolean): Uint8Array {
  const records = iLevels.flatMap((text) => {
    const [series = '', year, month, step] = text.split('-');
    return [...ascii(series), Number(year), Number(month), Number(step) >> 8, Number(step) & 0xff];
  });
  return Uint8Array.from(signed ? [...records, ...EMPTY_MAC] : records);
}

/**
 * The vehicle order as 3F06 gives it.
 *
 * Shape   length u16 · version 03 · a stream of 6-bit letters: date, series, type, paint, upholstery, four each; then
 *         tag 1000, the options, three letters each, and the ending 00; the same with tag 0100 for E-words and 1100 for
 *         HO-words, four letters each, where there are any; zero bits up to a whole byte and one zero byte more ·
 *         length and MAC
 * @see bmw-diagnostics §5.3, recorded on an F10 and a G31
 */
export function encodeVehicleOrder({ date, series, type, paint, upholstery, ...lists }: Profile['order']): Uint8Array {
  const letters = (text: string) => ascii(text).map((letter) => (letter - 0x20).toString(2).padStart(6, '0'));
  let bits = letters(date + series + type + paint + upholstery).join('');
  const { options, eWords, hoWords } = lists;
  bits += `1000${letters(options.join('')).join('')}00`;
  if (eWords.length > 0) bits += `0100${letters(eWords.join('')).join('')}00`;
  if (hoWords.length > 0) bits += `1100${letters(hoWords.join('')).join('')}00`;
  const stream = `${bits.padEnd(Math.ceil(bits.length / 8) * 8, '0')}00000000`.match(/.{8}/g) ?? [];
  const order = [0x03, ...stream.map((byte) => Number.parseInt(byte, 2))];
  return Uint8Array.from([order.length >> 8, order.length & 0xff, ...order, ...EMPTY_MAC]);
}

/**
 * What the car access unit of an E-series car keeps in 3F00: version 02, then the head of the order in 6-bit letters.
 *
 * @see the E61 recording: 16 bytes (recorded), which read so (derived)
 */
export function encodeOrderHead({ date, series, type, paint, upholstery }: Profile['order']): Uint8Array {
  const bits = ascii(date + series + type + paint + upholstery).map((letter) => (letter - 0x20).toString(2).padStart(6, '0'));
  return Uint8Array.of(0x02, ...(bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

export function ascii(text: string): number[] {
  return [...text].map((letter) => letter.charCodeAt(0));
}
