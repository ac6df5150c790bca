import { concatBytes } from '../core/index.ts';

/** One captured Ethernet frame. */
export interface CapturedPacket {
  /** Since 1970, microseconds. */
  readonly timeUs: bigint;
  readonly bytes: Uint8Array;
}

export interface CaptureInfo {
  readonly application: string;
  readonly comment: string;
}

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const LENGTH_UNKNOWN = 0xffffffff;
const LINK_TYPE_ETHERNET = 1;
const SNAP_LENGTH = 0x40000;
/** Of a text that somebody else has written; the format takes 65535. */
const MAX_OPTION_BYTES = 1024;
const OPTION = { comment: 1, interfaceName: 2, application: 4, timeResolution: 9 } as const;
/** Negative power of ten. */
const MICROSECONDS = 6;

/**
 * A capture file with one Ethernet interface.
 *
 * Shape   section header, interface description, one enhanced packet block per packet; little-endian
 * @see source: IETF draft-ietf-opsawg-pcapng (published)
 */
export function encodePcapng(packets: readonly CapturedPacket[], { application, comment }: CaptureInfo): Uint8Array {
  const encoder = new TextEncoder();
  const parts = [
    block(
      SECTION_HEADER,
      u32(BYTE_ORDER_MAGIC),
      u16(1),
      u16(0),
      u32(LENGTH_UNKNOWN),
      u32(LENGTH_UNKNOWN),
      option(OPTION.comment, encoder.encode(comment)),
      option(OPTION.application, encoder.encode(application)),
      u32(0),
    ),
    block(
      INTERFACE_DESCRIPTION,
      u16(LINK_TYPE_ETHERNET),
      u16(0),
      u32(SNAP_LENGTH),
      option(OPTION.interfaceName, encoder.encode('kombi')),
      option(OPTION.timeResolution, Uint8Array.of(MICROSECONDS)),
      u32(0),
    ),
  ];
  for (const { timeUs, bytes } of packets) {
    const time = BigInt.asUintN(64, timeUs);
    const head = [u32(0), u32(Number(time >> 32n)), u32(Number(time & 0xffffffffn)), u32(bytes.length), u32(bytes.length)];
    parts.push(block(ENHANCED_PACKET, ...head, padded(bytes)));
  }
  return concatBytes(...parts);
}

/** The length stands in front and behind, so that a reader can go both ways. */
function block(type: number, ...body: readonly Uint8Array[]): Uint8Array {
  const bytes = concatBytes(...body);
  const length = u32(bytes.length + 12);
  return concatBytes(u32(type), length, bytes, length);
}

function option(code: number, text: Uint8Array): Uint8Array {
  const value = text.subarray(0, MAX_OPTION_BYTES);
  return concatBytes(u16(code), u16(value.length), padded(value));
}

function padded(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  whole.set(bytes);
  return whole;
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8);
}

function u32(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
}
