import { KombiError } from '../../core/index.ts';
import type { AnyFrame } from '../frame-buffer.ts';

/** One BMW-FAST telegram. Its arrays are views of the buffer that it was taken from: valid as long as that is. */
export interface Telegram extends AnyFrame {
  readonly target: number;
  readonly source: number;
  readonly payload: Uint8Array;
  /** All of it, checksum included. */
  readonly bytes: Uint8Array;
}

const PHYSICAL = 0x80;
const FUNCTIONAL = 0xc0;
const LENGTH_MASK = 0x3f;
const LONGEST_BYTE = 0xff;
const CHECKSUM_BYTES = 1;

/**
 * Takes the telegram that starts at `start`.
 *
 * Shape   [0] 80 | length, C0 | length to all ECUs; [1] target; [2] source; payload; sum of all before it, modulo 256.
 *         Length 0 in [0]: it is [3]; 00 there too: it is the u16 at [4..5]
 * Units   bytes. Never waits: a short buffer is "not yet", not an error.
 *
 * @returns undefined while the telegram is incomplete
 * @throws {KombiError} `link.dcan-malformed`, `link.dcan-checksum`; nothing in BMW-FAST lets a reader find the next telegram
 * @see source: bmw-diagnostics §10 (third-party code; telegrams recorded on an F10, a G31 and an E61)
 */
export function takeTelegram(buffer: Uint8Array, start = 0, end = buffer.length): Telegram | undefined {
  const format = start < end ? buffer[start] : undefined;
  if (format === undefined) return undefined;
  if (format < PHYSICAL) {
    throw garbled('link.dcan-malformed', `${hex(format)} begins no telegram`);
  }
  const header = headerOf(buffer.subarray(start, end));
  if (header === undefined) return undefined;
  if (header.payloadBytes === 0) throw garbled('link.dcan-malformed', 'a telegram says that it is empty');
  const payloadStart = start + header.bytes;
  const sumAt = payloadStart + header.payloadBytes;
  if (sumAt >= end) return undefined;
  if (sumOf(buffer, start, sumAt) !== buffer[sumAt]) throw garbled('link.dcan-checksum', 'the checksum of a telegram is wrong');
  return {
    target: buffer[start + 1] ?? 0,
    source: buffer[start + 2] ?? 0,
    payload: buffer.subarray(payloadStart, sumAt),
    bytes: buffer.subarray(start, sumAt + CHECKSUM_BYTES),
    end: sumAt + CHECKSUM_BYTES,
  };
}

/** A telegram in the shortest form of its length. */
export function encodeTelegram(telegram: { target: number; source: number; isFunctional: boolean; payload: Uint8Array }): Uint8Array {
  const { target, source, isFunctional, payload } = telegram;
  const format = isFunctional ? FUNCTIONAL : PHYSICAL;
  const { length } = payload;
  let head = [format, target, source, 0, length >> 8, length & 0xff];
  if (length <= LENGTH_MASK) head = [format | length, target, source];
  else if (length <= LONGEST_BYTE) head = [format, target, source, length];
  const bytes = new Uint8Array(head.length + length + CHECKSUM_BYTES);
  bytes.set(head);
  bytes.set(payload, head.length);
  bytes[bytes.length - 1] = sumOf(bytes, 0, bytes.length - 1);
  return bytes;
}

function headerOf(bytes: Uint8Array): { readonly bytes: number; readonly payloadBytes: number } | undefined {
  const [format = 0, , , length, high, low] = bytes;
  const short = format & LENGTH_MASK;
  if (short > 0) return { bytes: 3, payloadBytes: short };
  if (length === undefined) return undefined;
  if (length > 0) return { bytes: 4, payloadBytes: length };
  return high === undefined || low === undefined ? undefined : { bytes: 6, payloadBytes: (high << 8) | low };
}

function sumOf(bytes: Uint8Array, start: number, end: number): number {
  let sum = 0;
  for (let index = start; index < end; index += 1) sum += bytes[index] ?? 0;
  return sum & 0xff;
}

function garbled(code: string, why: string): KombiError {
  return new KombiError({
    code,
    message: `What came over the cable cannot be read: ${why}`,
    hint: 'Check that it is a K+DCAN cable, set to D-CAN, and that its plugs sit well; `kombi doctor` looks at the port.',
  });
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}
