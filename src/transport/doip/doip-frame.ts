import { KombiError, readU16, readU32 } from '../../core/index.ts';

export interface DoipFrame {
  /** See {@link DoipType}. */
  readonly type: number;
  /** A view of the buffer that the frame was taken from: valid as long as that is. */
  readonly body: Uint8Array;
  /** Where the next frame starts in that buffer. */
  readonly end: number;
}

/** Payload types. @see source: ISO 13400-2 (published); which of them BMW uses: bmw-diagnostics §2 (third-party code) */
export const DoipType = {
  headerNegative: 0x0000,
  identificationRequest: 0x0001,
  announcement: 0x0004,
  routingActivation: 0x0005,
  routingActivationAnswer: 0x0006,
  aliveCheck: 0x0007,
  aliveAnswer: 0x0008,
  diagnostic: 0x8001,
  acknowledge: 0x8002,
  negative: 0x8003,
} as const;

export const DOIP_HEADER_BYTES = 8;
/** Source and target, two bytes each, in front of the UDS bytes of a diagnostic message. */
export const DOIP_ADDRESS_BYTES = 4;
/** As for HSFZ: EdiabasLib's buffer for either is 0x10010 bytes (bmw-diagnostics §1.1, third-party code). */
export const DOIP_MAX_BODY_BYTES = 0x10000;

/** ISO 13400-2:2019, which BMW uses (bmw-diagnostics §2). */
const VERSION = 0x03;
const TYPE_OFFSET = 2;
const LENGTH_OFFSET = 4;

/**
 * Takes the DoIP frame that starts at `start`.
 *
 * Shape   [0] protocol version; [1] its complement; [2..3] payload type, u16 big-endian; [4..7] body length, u32
 *         big-endian, header not counted; [8..] body; for diagnostic: source u16, target u16, UDS bytes
 * Units   bytes. Never waits: a short buffer is "not yet", not an error. Allocates nothing for the body.
 *
 * @returns undefined while the frame is incomplete
 * @throws {KombiError} `link.doip-malformed` as soon as the header is there and can be none; close the stream, because
 *   nothing in DoIP lets a reader find the next frame
 * @see source: ISO 13400-2 (published)
 */
export function takeDoipFrame(buffer: Uint8Array, start = 0, end = buffer.length): DoipFrame | undefined {
  if (end - start < DOIP_HEADER_BYTES) return undefined;
  const version = buffer[start] ?? 0;
  const length = readU32(buffer, start + LENGTH_OFFSET) ?? 0;
  // Whatever the version: gateways of an older one differ in nothing that is read here.
  const isHeader = version === (~(buffer[start + 1] ?? 0) & 0xff);
  if (!isHeader || length > DOIP_MAX_BODY_BYTES) {
    throw new KombiError({
      code: 'link.doip-malformed',
      message: isHeader
        ? `What was received is not DoIP: a frame claims ${length} bytes, and ${DOIP_MAX_BODY_BYTES} are the most`
        : 'What was received is not DoIP: the version and its complement do not fit',
      hint: 'Check that the address and the port are those of a gateway; then connect again.',
    });
  }
  const bodyStart = start + DOIP_HEADER_BYTES;
  const bodyEnd = bodyStart + length;
  if (bodyEnd > end) return undefined;
  return { type: readU16(buffer, start + TYPE_OFFSET) ?? 0, body: buffer.subarray(bodyStart, bodyEnd), end: bodyEnd };
}

/** Frames a body. */
export function encodeDoipFrame(type: number, body: Uint8Array): Uint8Array {
  const frame = Buffer.allocUnsafe(DOIP_HEADER_BYTES + body.length);
  writeHeader(frame, type);
  frame.set(body, DOIP_HEADER_BYTES);
  return frame;
}

/** Frames a diagnostic message, in one array that can leave in one write. */
export function encodeDoipDiagnostic(source: number, target: number, payload: Uint8Array): Uint8Array {
  const frame = Buffer.allocUnsafe(DOIP_HEADER_BYTES + DOIP_ADDRESS_BYTES + payload.length);
  writeHeader(frame, DoipType.diagnostic);
  frame.writeUInt16BE(source, DOIP_HEADER_BYTES);
  frame.writeUInt16BE(target, DOIP_HEADER_BYTES + 2);
  frame.set(payload, DOIP_HEADER_BYTES + DOIP_ADDRESS_BYTES);
  return frame;
}

function writeHeader(frame: Buffer, type: number): void {
  frame[0] = VERSION;
  frame[1] = ~VERSION;
  frame.writeUInt16BE(type, TYPE_OFFSET);
  frame.writeUInt32BE(frame.length - DOIP_HEADER_BYTES, LENGTH_OFFSET);
}
