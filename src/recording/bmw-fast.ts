import { concatBytes } from '../core/index.ts';

/** One BMW-FAST telegram, taken apart. */
export interface Telegram {
  readonly functional: boolean;
  readonly target: number;
  readonly source: number;
  readonly payload: Uint8Array;
}

export interface TelegramShape {
  readonly headerBytes: number;
  readonly payloadBytes: number;
}

/** The tester on K-line and CAN (bmw-diagnostics §4). */
export const TESTER = 0xf1;
export const FUNCTIONAL_BIT = 0x40;
const FORMAT_BIT = 0x80;
const SHORT_LENGTH = 0x3f;
export const LONGEST_PAYLOAD = 0xffff;

/**
 * How long a telegram is, told by its first bytes.
 *
 * Shape   [0] 80|length, C0|length where all ECUs are asked · [1] target · [2] source · payload · checksum
 *         length 0 in [0]: the length is [3]; 00 there too: it is the u16 at [4..5]
 * Units   bytes; the checksum that follows is in neither number
 *
 * @param at a byte by its offset; undefined behind the end, or where it is not fixed
 * @returns the shape, or what is wrong in words
 * @see bmw-diagnostics §10: EdiabasLib (third-party code), bytes recorded on an F10, a G31 and an E61
 */
export function telegramShape(at: (offset: number) => number | undefined): TelegramShape | string {
  const format = at(0);
  if (format === undefined) return 'it begins with no fixed byte';
  if ((format & FORMAT_BIT) === 0) return `it begins with ${hex(format)}; a BMW-FAST telegram begins with 80 to FF`;
  const short = format & SHORT_LENGTH;
  if (short > 0) return { headerBytes: 3, payloadBytes: short };
  const byte = at(3);
  if (byte === undefined) return 'its length is open, or behind its end';
  if (byte > 0) return { headerBytes: 4, payloadBytes: byte };
  const [high, low] = [at(4), at(5)];
  if (high === undefined || low === undefined) return 'its length is open, or behind its end';
  const payloadBytes = high * 0x100 + low;
  return payloadBytes === 0 ? 'its length is 0' : { headerBytes: 6, payloadBytes };
}

/** The checksum of everything in front of it: the sum, modulo 256. */
export function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  return sum & 0xff;
}

/** A telegram without its checksum, in the shortest form of its length. @param payload 1 to 65535 bytes */
export function encodeTelegram({ functional, target, source, payload }: Telegram): Uint8Array {
  const format = functional ? FORMAT_BIT | FUNCTIONAL_BIT : FORMAT_BIT;
  const { length } = payload;
  if (length <= SHORT_LENGTH) return concatBytes(Uint8Array.of(format | length, target, source), payload);
  if (length <= 0xff) return concatBytes(Uint8Array.of(format, target, source, length), payload);
  return concatBytes(Uint8Array.of(format, target, source, 0, length >> 8, length & 0xff), payload);
}

export function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}
