import { KombiError, readU16, readU32 } from '../../core/index.ts';
import { HsfzControl } from './hsfz-control.ts';

export interface HsfzFrame {
  readonly control: number;
  /** A view of the buffer that the frame was taken from: valid as long as that is. */
  readonly body: Uint8Array;
  /** Where the next frame starts in that buffer. */
  readonly end: number;
}

export const HSFZ_HEADER_BYTES = 6;
/** Source and target, in front of the UDS bytes of a diagnostic message. */
export const HSFZ_ADDRESS_BYTES = 2;
/** EdiabasLib buffers 0x10010 bytes, header and margin included (bmw-diagnostics §1.1, third-party code). */
export const HSFZ_MAX_BODY_BYTES = 0x10000;

const CONTROL_OFFSET = 4;
const MAX_CONTROL = 0xff;

/**
 * Takes the HSFZ frame that starts at `start`.
 *
 * Shape   [0..3] body length, u32 big-endian, header not counted; [4..5] control word, u16 big-endian
 *         (see {@link HsfzControl}); [6..] body; for diagnostic and acknowledge: source u8, target u8, UDS bytes
 * Units   bytes. Never waits: a short buffer is "not yet", not an error. Allocates nothing for the body.
 *
 * @returns undefined while the frame is incomplete
 * @throws {KombiError} `link.hsfz-malformed` as soon as the header is there and can be none; close the stream, because
 *   nothing in HSFZ lets a reader find the next frame
 * @see source: bmw-diagnostics §1.1 (third-party code and captures agree)
 */
export function takeHsfzFrame(buffer: Uint8Array, start = 0, end = buffer.length): HsfzFrame | undefined {
  if (end - start < HSFZ_HEADER_BYTES) return undefined;
  const length = readU32(buffer, start) ?? 0;
  const control = readU16(buffer, start + CONTROL_OFFSET) ?? 0;
  if (length > HSFZ_MAX_BODY_BYTES || control > MAX_CONTROL) {
    throw new KombiError({
      code: 'link.hsfz-malformed',
      message:
        control > MAX_CONTROL
          ? `What was received is not HSFZ: the control word ${control} does not exist`
          : `What was received is not HSFZ: a frame claims ${length} bytes, and ${HSFZ_MAX_BODY_BYTES} are the most`,
      hint: 'Check that the address and the port are those of a gateway; then connect again.',
    });
  }
  const bodyStart = start + HSFZ_HEADER_BYTES;
  const bodyEnd = bodyStart + length;
  return bodyEnd > end ? undefined : { control, body: buffer.subarray(bodyStart, bodyEnd), end: bodyEnd };
}

/** Frames a body. */
export function encodeHsfzFrame(control: number, body: Uint8Array): Uint8Array {
  const frame = new Uint8Array(HSFZ_HEADER_BYTES + body.length);
  writeHeader(frame, control);
  frame.set(body, HSFZ_HEADER_BYTES);
  return frame;
}

/** Frames a diagnostic message, in one array that can leave in one write. */
export function encodeHsfzDiagnostic(source: number, target: number, payload: Uint8Array): Uint8Array {
  // Out of Node's pool, and what a socket takes as it is: a typed array would be allocated and then wrapped.
  const frame = Buffer.allocUnsafe(HSFZ_HEADER_BYTES + HSFZ_ADDRESS_BYTES + payload.length);
  writeHeader(frame, HsfzControl.diagnostic);
  frame[HSFZ_HEADER_BYTES] = source;
  frame[HSFZ_HEADER_BYTES + 1] = target;
  frame.set(payload, HSFZ_HEADER_BYTES + HSFZ_ADDRESS_BYTES);
  return frame;
}

function writeHeader(frame: Uint8Array, control: number): void {
  const length = frame.length - HSFZ_HEADER_BYTES;
  frame[0] = length >>> 24;
  frame[1] = length >>> 16;
  frame[2] = length >>> 8;
  frame[3] = length;
  frame[4] = control >>> 8;
  frame[5] = control;
}
