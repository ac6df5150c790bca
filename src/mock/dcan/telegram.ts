/** A request as the cable reads it. */
export interface Request {
  readonly target: number;
  readonly source: number;
  readonly payload: Uint8Array;
  /** How many bytes of the line it takes, checksum included. */
  readonly length: number;
  readonly isSound: boolean;
}

const SHORT_LENGTH = 0x3f;

/**
 * Reads the request at the front: format and length, target, source, payload, checksum.
 *
 * @returns undefined while it is incomplete; 'noise' where it can begin no request
 * @see bmw-diagnostics §10: EdiabasLib (third-party code)
 */
export function readRequest(bytes: Uint8Array): Request | 'noise' | undefined {
  const format = bytes[0];
  if (format === undefined) return undefined;
  if (format < 0x80) return 'noise';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let head = 3;
  let count = format & SHORT_LENGTH;
  if (count === 0) {
    if (bytes.length < 4) return undefined;
    head = 4;
    count = view.getUint8(3);
    if (count === 0) {
      if (bytes.length < 6) return undefined;
      head = 6;
      count = view.getUint16(4);
    }
  }
  if (count === 0) return 'noise';
  const length = head + count + 1;
  if (bytes.length < length) return undefined;
  const sum = bytes.subarray(0, length - 1).reduce((total, byte) => total + byte, 0) % 256;
  return {
    target: view.getUint8(1),
    source: view.getUint8(2),
    payload: bytes.slice(head, head + count),
    length,
    isSound: sum === bytes[length - 1],
  };
}

/** What an ECU said, as the cable tells it. */
export function telegramOf(source: number, tester: number, payload: Uint8Array): Uint8Array {
  const count = payload.length;
  const head =
    count <= SHORT_LENGTH
      ? [0x80 + count, tester, source]
      : count < 0x100
        ? [0x80, tester, source, count]
        : [0x80, tester, source, 0, Math.floor(count / 0x100), count % 0x100];
  const open = [...head, ...payload];
  return Uint8Array.from([...open, open.reduce((total, byte) => total + byte, 0) % 256]);
}
