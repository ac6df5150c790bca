/** Payload types. @see ISO 13400-2 (published); which of them BMW's use is bmw-diagnostics §2 (third-party code) */
export const TYPE = {
  headerNegative: 0x0000,
  identification: 0x0001,
  identificationByEid: 0x0002,
  identificationByVin: 0x0003,
  announcement: 0x0004,
  routingActivation: 0x0005,
  routingActivationAnswer: 0x0006,
  aliveCheck: 0x0007,
  aliveAnswer: 0x0008,
  entityStatus: 0x4001,
  entityStatusAnswer: 0x4002,
  powerMode: 0x4003,
  powerModeAnswer: 0x4004,
  diagnostic: 0x8001,
  acknowledge: 0x8002,
  negative: 0x8003,
} as const;

/** Why a header is refused (ISO 13400-2). */
export const HEADER_NEGATIVE = { pattern: 0x00, type: 0x01, tooLarge: 0x02, length: 0x04 } as const;

/** ISO 13400-2:2019, which BMW uses (bmw-diagnostics §2). */
export const VERSION = 0x03;
/** With this one a tester asks who is there before it knows the version (ISO 13400-2). */
const ANY_VERSION = 0xff;
const HEADER_BYTES = 8;
/** Larger is no request: it is refused before anything is allocated for it. */
export const MAX_BODY_BYTES = 0x10000;

/** Version, its complement, `u16` type, `u32` length of the body, body; big-endian. */
export function encodeFrame(version: number, type: number, ...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const frame = new Uint8Array(HEADER_BYTES + length);
  const view = new DataView(frame.buffer);
  view.setUint8(0, version);
  view.setUint8(1, version ^ 0xff);
  view.setUint16(2, type);
  view.setUint32(4, length);
  let at = HEADER_BYTES;
  for (const part of parts) {
    frame.set(part, at);
    at += part.length;
  }
  return frame;
}

/** The same frame with another length in its head. */
export function withLength(frame: Uint8Array, length: number): Uint8Array {
  const lie = new Uint8Array(frame);
  new DataView(lie.buffer).setUint32(4, length);
  return lie;
}

/** An address as it stands in a body. */
export function u16(value: number): readonly number[] {
  return [value >> 8, value & 0xff];
}

/** A frame as it was read, or why there is none: refused, or not so many bytes yet. */
export type Read =
  | { readonly version: number; readonly type: number; readonly body: Uint8Array; readonly end: number }
  | { readonly negative: number }
  | { readonly needed: number };

/** Reads the frame at the front; its version is the one to answer in, because scapy takes no answer in another. */
export function readFrame(bytes: Uint8Array): Read {
  if (bytes.length < HEADER_BYTES) return { needed: HEADER_BYTES };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint8(0);
  const type = view.getUint16(2);
  const knowsVersion = (version >= 0x01 && version <= VERSION) || version === ANY_VERSION;
  if (!knowsVersion || (version ^ view.getUint8(1)) !== 0xff) return { negative: HEADER_NEGATIVE.pattern };
  const length = view.getUint32(4);
  if (length > MAX_BODY_BYTES) return { negative: HEADER_NEGATIVE.tooLarge };
  const end = HEADER_BYTES + length;
  return end > bytes.length ? { needed: end } : { version: Math.min(version, VERSION), type, body: bytes.subarray(HEADER_BYTES, end), end };
}
