import { KombiError } from './errors.ts';

const HEX = Array.from({ length: 256 }, (_, value) => value.toString(16).toUpperCase().padStart(2, '0'));

/** Upper-case hex, without separator unless one is given. */
export function toHex(bytes: Uint8Array, separator = ''): string {
  let text = '';
  for (let index = 0; index < bytes.length; index += 1) {
    if (index > 0) text += separator;
    text += HEX[bytes[index] ?? 0];
  }
  return text;
}

/**
 * Reads hex digits; spaces between bytes are allowed.
 *
 * @throws {KombiError} `usage.hex` on an odd number of digits or any other character
 */
export function fromHex(text: string): Uint8Array {
  const digits = text.replace(/ /g, '');
  if (digits.length % 2 !== 0) {
    throw new KombiError({
      code: 'usage.hex',
      message: `"${text}" has an odd number of hex digits`,
      hint: 'Write two digits per byte, such as 0F.',
    });
  }
  if (!/^[0-9a-fA-F]*$/.test(digits)) {
    throw new KombiError({ code: 'usage.hex', message: `"${text}" is not hex`, hint: 'Use the digits 0-9 and A-F.' });
  }
  const bytes = new Uint8Array(digits.length / 2);
  for (let index = 0; index < bytes.length; index += 1) {
    bytes[index] = Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16);
  }
  return bytes;
}

export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index += 1) {
    if (left[index] !== right[index]) return false;
  }
  return true;
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/**
 * A plain copy. `slice` is none where the bytes are a Node Buffer: there it is a view, and what changes the copy
 * changes the original.
 */
export function copyBytes(bytes: Uint8Array, from = 0): Uint8Array {
  return new Uint8Array(bytes.subarray(from));
}

/** The u16, big-endian, at `offset`; undefined where the bytes end before it does. */
export function readU16(bytes: Uint8Array, offset: number): number | undefined {
  const high = bytes[offset];
  const low = bytes[offset + 1];
  return high === undefined || low === undefined ? undefined : high * 0x100 + low;
}

/** The u32, big-endian, at `offset`; undefined where the bytes end before it does. */
export function readU32(bytes: Uint8Array, offset: number): number | undefined {
  const high = readU16(bytes, offset);
  const low = readU16(bytes, offset + 2);
  return high === undefined || low === undefined ? undefined : high * 0x10000 + low;
}

/** Printable ASCII as it is; every other byte as `\xNN`, so that no ECU can send escapes to a terminal. */
export function printableAscii(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${HEX[byte]}`;
  }
  return text;
}
