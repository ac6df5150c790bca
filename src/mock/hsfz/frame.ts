import { readU16, readU32 } from '../../core/index.ts';

/** HSFZ control words. @see bmw-diagnostics §1.1: Wireshark, scapy, gallia and EdiabasLib agree (third-party code) */
export const CONTROL = {
  diagnostic: 0x01,
  acknowledge: 0x02,
  terminal15: 0x10,
  vehicleIdentification: 0x11,
  aliveCheck: 0x12,
  aliveAnswer: 0x13,
  incorrectTesterAddress: 0x40,
  incorrectControlWord: 0x41,
  incorrectFormat: 0x42,
  incorrectDestination: 0x43,
  messageTooLarge: 0x44,
} as const;

const HEADER_BYTES = 6;
/** Larger is no request: it is refused before anything is allocated for it. */
export const MAX_BODY_BYTES = 0x10000;

/** `u32` length of the body, `u16` control word, body; big-endian. */
export function encodeFrame(control: number, body: Uint8Array | readonly number[]): Uint8Array {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  writeHeader(frame, body.length, control);
  frame.set(body, HEADER_BYTES);
  return frame;
}

/** A frame whose body is source, target and (a part of) a UDS message. */
export function encodeMessage(control: number, source: number, target: number, uds: Uint8Array): Uint8Array {
  // Out of Node's pool: typed arrays of their own would cost the hot path more than all the rest.
  const frame = Buffer.allocUnsafe(HEADER_BYTES + 2 + uds.length);
  writeHeader(frame, 2 + uds.length, control);
  frame[6] = source;
  frame[7] = target;
  frame.set(uds, 8);
  return frame;
}

function writeHeader(frame: Uint8Array, bodyBytes: number, control: number): void {
  frame[0] = bodyBytes >>> 24;
  frame[1] = (bodyBytes >>> 16) & 0xff;
  frame[2] = (bodyBytes >>> 8) & 0xff;
  frame[3] = bodyBytes & 0xff;
  frame[4] = control >> 8;
  frame[5] = control & 0xff;
}

/** The same frame with another length in its head. */
export function withLength(frame: Uint8Array, length: number): Uint8Array {
  const lie = new Uint8Array(frame);
  new DataView(lie.buffer).setUint32(0, length);
  return lie;
}

export interface FrameConsumer {
  /** `body` is valid during the call only. @returns false to stop reading */
  frame(control: number, body: Uint8Array): boolean;
  /** What came is no HSFZ, or too long: there is no finding back into the stream. */
  hopeless(why: 'format' | 'length'): void;
}

/** Cuts a stream of bytes into frames, however they are chunked. */
export class FrameReader {
  readonly #consumer: FrameConsumer;
  #rest: Uint8Array = new Uint8Array(0);
  #restBytes = 0;

  constructor(consumer: FrameConsumer) {
    this.#consumer = consumer;
  }

  feed(chunk: Uint8Array): void {
    const bytes = this.#restBytes === 0 ? chunk : this.#append(chunk);
    let offset = 0;
    while (bytes.length - offset >= HEADER_BYTES) {
      const length = readU32(bytes, offset) ?? 0;
      const control = readU16(bytes, offset + 4) ?? 0;
      if (control > 0xff || length > MAX_BODY_BYTES) {
        this.#restBytes = 0;
        this.#consumer.hopeless(control > 0xff ? 'format' : 'length');
        return;
      }
      const end = offset + HEADER_BYTES + length;
      if (end > bytes.length) break;
      if (!this.#consumer.frame(control, bytes.subarray(offset + HEADER_BYTES, end))) return;
      offset = end;
    }
    if (offset === bytes.length) this.#restBytes = 0;
    else this.#keep(bytes.subarray(offset));
  }

  /** Joins to what was kept, in a buffer that doubles, so that a frame in single bytes costs no more than in one. */
  #append(chunk: Uint8Array): Uint8Array {
    const total = this.#restBytes + chunk.length;
    if (total > this.#rest.length) {
      const larger = new Uint8Array(Math.max(total, this.#rest.length * 2));
      larger.set(this.#rest.subarray(0, this.#restBytes));
      this.#rest = larger;
    }
    this.#rest.set(chunk, this.#restBytes);
    return this.#rest.subarray(0, total);
  }

  #keep(rest: Uint8Array): void {
    if (rest.buffer === this.#rest.buffer) this.#rest.copyWithin(0, rest.byteOffset, rest.byteOffset + rest.length);
    else this.#rest = new Uint8Array(rest);
    this.#restBytes = rest.length;
  }
}
