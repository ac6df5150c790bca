import { KombiError, toHex } from '../../core/index.ts';

/** Data bytes of a classic CAN frame. */
export const CAN_FRAME_BYTES = 8;
/** UDS bytes in one frame, behind the address byte: single, first, consecutive. */
export const SINGLE_FRAME_BYTES = 6;
export const FIRST_FRAME_BYTES = 5;
export const CONSECUTIVE_FRAME_BYTES = 6;
/** What the 12-bit length of a first frame can say. */
export const MAX_MESSAGE_BYTES = 0xfff;

/** High nibble of the protocol control information (ISO 15765-2, table 9). */
const PCI = { single: 0x0, first: 0x1, consecutive: 0x2, flowControl: 0x3 } as const;

export const FLOW_STATUS = { continueToSend: 0x0, wait: 0x1, overflow: 0x2 } as const;
export type FlowStatus = (typeof FLOW_STATUS)[keyof typeof FLOW_STATUS];

export interface SingleFrame {
  readonly kind: 'single';
  readonly data: Uint8Array;
}
export interface FirstFrame {
  readonly kind: 'first';
  /** Of the whole message, bytes. */
  readonly messageBytes: number;
  readonly data: Uint8Array;
}
export interface ConsecutiveFrame {
  readonly kind: 'consecutive';
  /** 0..15. */
  readonly sequence: number;
  /** Padding included: only the receiver knows where the message ends. */
  readonly data: Uint8Array;
}
export interface FlowControlFrame {
  readonly kind: 'flow-control';
  readonly status: FlowStatus;
  /** Frames until the next flow control; 0 means all the rest. */
  readonly blockSize: number;
  /** Least time from frame to frame, milliseconds. */
  readonly separationMs: number;
}
export type IsoTpFrame = SingleFrame | FirstFrame | ConsecutiveFrame | FlowControlFrame;

export interface AddressedFrame {
  /** Byte 0: the target as the sender of the frame means it. */
  readonly address: number;
  readonly frame: IsoTpFrame;
}

/** What is wrong with a frame or a message; each becomes the code `link.isotp.<fault>`. */
export type IsoTpFault = 'malformed' | 'too-long' | 'sequence' | 'interrupted' | 'overflow' | 'waiting' | 'missing' | 'no-flow-control';

export function isoTpError(fault: IsoTpFault, message: string): KombiError {
  return new KombiError({
    code: `link.isotp.${fault}`,
    message,
    hint: 'Nothing of this message is used. Read again; if it comes back, try another adapter or cable.',
  });
}

/**
 * Reads one CAN frame with extended addressing.
 *
 * Shape   [0] address  [1] PCI  [2..] by kind; padding of any value, and frames shorter than eight bytes, are accepted
 *
 * @param bytes the frame's data, 1 to 8 bytes; the result's `data` are views of it
 * @throws {KombiError} `link.isotp.malformed` no PCI, a single frame of length 0 or longer than the frame, a first frame that is not full or
 *   whose message would fit a single one, a flow control cut short or of an unknown status
 * @throws {KombiError} `link.isotp.too-long` a first frame with the 32-bit length escape
 * @see source: ISO 15765-2 §9.6 (standard, by way of public descriptions); recorded frames: i3 adapter output (recorded)
 */
export function decodeIsoTpFrame(bytes: Uint8Array): AddressedFrame {
  const [address, pci] = bytes;
  if (address === undefined || pci === undefined) throw malformed('ends before its control byte', bytes);
  return { address, frame: decodeBody(bytes, pci) };
}

function decodeBody(bytes: Uint8Array, pci: number): IsoTpFrame {
  const low = pci & 0x0f;
  switch (pci >> 4) {
    case PCI.single:
      if (low === 0 || 2 + low > bytes.length) throw malformed(`says ${low} bytes`, bytes);
      return { kind: 'single', data: bytes.subarray(2, 2 + low) };
    case PCI.first:
      return decodeFirst(bytes, low);
    case PCI.consecutive:
      return { kind: 'consecutive', sequence: low, data: bytes.subarray(2) };
    case PCI.flowControl:
      return decodeFlowControl(bytes, low);
    default:
      throw malformed('is of no known kind', bytes);
  }
}

function decodeFirst(bytes: Uint8Array, high: number): FirstFrame {
  if (bytes.length < CAN_FRAME_BYTES) throw malformed('is a first frame that is not full', bytes);
  const messageBytes = high * 0x100 + (bytes[2] ?? 0);
  if (messageBytes === 0)
    throw isoTpError('too-long', `frame ${toHex(bytes, ' ')} announces a message of more than ${MAX_MESSAGE_BYTES} bytes`);
  if (messageBytes <= SINGLE_FRAME_BYTES) throw malformed(`says ${messageBytes} bytes, which a single frame carries`, bytes);
  return { kind: 'first', messageBytes, data: bytes.subarray(3) };
}

function decodeFlowControl(bytes: Uint8Array, status: number): FlowControlFrame {
  const [, , blockSize, separationTime] = bytes;
  if (status !== FLOW_STATUS.continueToSend && status !== FLOW_STATUS.wait && status !== FLOW_STATUS.overflow) {
    throw malformed(`is a flow control of the unknown status ${status}`, bytes);
  }
  if (blockSize === undefined || separationTime === undefined) throw malformed('is a flow control cut short', bytes);
  return { kind: 'flow-control', status, blockSize, separationMs: decodeSeparationTime(separationTime) };
}

/** STmin as ISO 15765-2 §9.6.5.4 reads it: 00..7F milliseconds, F1..F9 hundreds of microseconds, reserved values 127 ms. */
export function decodeSeparationTime(value: number): number {
  if (value <= 0x7f) return value;
  return value >= 0xf1 && value <= 0xf9 ? (value - 0xf0) / 10 : 0x7f;
}

/** @param data 1 to 6 bytes. Not padded: BMW testers send short frames (recorded: `12 04 18 02 FF FF`). */
export function encodeSingleFrame(address: number, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(2 + data.length);
  bytes[0] = address;
  bytes[1] = data.length;
  bytes.set(data, 2);
  return bytes;
}

/** Always full; the first five bytes of `message`. */
export function encodeFirstFrame(address: number, message: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(CAN_FRAME_BYTES);
  bytes[0] = address;
  bytes[1] = (PCI.first << 4) | (message.length >> 8);
  bytes[2] = message.length & 0xff;
  bytes.set(message.subarray(0, FIRST_FRAME_BYTES), 3);
  return bytes;
}

/** Padded with zeros to eight bytes, as EdiabasLib sends them (third-party code): the form coding writes are known to work with. */
export function encodeConsecutiveFrame(address: number, sequence: number, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(CAN_FRAME_BYTES);
  bytes[0] = address;
  bytes[1] = (PCI.consecutive << 4) | sequence;
  bytes.set(data, 2);
  return bytes;
}

/** @param separationTime the raw STmin byte. Not padded: recorded testers send the four bytes `12 30 00 00`. */
export function encodeFlowControl(address: number, status: FlowStatus, blockSize: number, separationTime: number): Uint8Array {
  return Uint8Array.of(address, (PCI.flowControl << 4) | status, blockSize, separationTime);
}

function malformed(what: string, bytes: Uint8Array): KombiError {
  return isoTpError('malformed', `frame ${toHex(bytes, ' ') || '(empty)'} ${what}`);
}
