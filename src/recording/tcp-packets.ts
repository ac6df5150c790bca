import { concatBytes } from '../core/index.ts';
import type { CapturedPacket } from './pcapng.ts';

export interface TcpEnd {
  readonly mac: Uint8Array;
  readonly ip: Uint8Array;
  readonly port: number;
}

const ETHERNET_IPV4 = Uint8Array.of(0x08, 0x00);
const IP_HEADER_BYTES = 20;
const TCP_HEADER_BYTES = 20;
const PROTOCOL_TCP = 6;
const MAX_SEGMENT_BYTES = 1460;
const WINDOW = 0xffff;
const FLAG = { fin: 0x01, syn: 0x02, push: 0x08, ack: 0x10 } as const;

/** One end of a conversation as its packets tell it. */
interface Side {
  readonly end: TcpEnd;
  /** Of the next byte. */
  sequence: number;
}

/**
 * A TCP connection that never was: the packets that would have carried these bytes, with the handshake, numbers and
 * checksums that a reader of captures checks. No packet is lost, and none is late.
 *
 * @see source: RFC 791, RFC 9293 (published)
 */
export class TcpConversation {
  readonly packets: CapturedPacket[] = [];
  readonly #client: Side;
  readonly #server: Side;
  #identification = 0;
  #lastUs: bigint;

  constructor(client: TcpEnd, server: TcpEnd, timeUs: bigint) {
    this.#client = { end: client, sequence: 1000 };
    this.#server = { end: server, sequence: 5000 };
    this.#lastUs = timeUs - 1n;
    this.#segment(this.#client, FLAG.syn, timeUs);
    this.#segment(this.#server, FLAG.syn | FLAG.ack, timeUs);
    this.#segment(this.#client, FLAG.ack, timeUs);
  }

  /** @param from who sends the bytes, in as many segments as they need */
  send(from: 'client' | 'server', bytes: Uint8Array, timeUs: bigint): void {
    const [side, other] = from === 'client' ? [this.#client, this.#server] : [this.#server, this.#client];
    for (let start = 0; start < bytes.length; start += MAX_SEGMENT_BYTES) {
      const part = bytes.subarray(start, start + MAX_SEGMENT_BYTES);
      this.#segment(side, start + part.length === bytes.length ? FLAG.push | FLAG.ack : FLAG.ack, timeUs, part);
    }
    // Long messages are acknowledged at once: nobody may send more than a window beyond.
    if (bytes.length > MAX_SEGMENT_BYTES) this.#segment(other, FLAG.ack, timeUs);
  }

  close(timeUs: bigint): void {
    this.#segment(this.#client, FLAG.fin | FLAG.ack, timeUs);
    this.#segment(this.#server, FLAG.fin | FLAG.ack, timeUs);
    this.#segment(this.#client, FLAG.ack, timeUs);
  }

  #segment(from: Side, flags: number, timeUs: bigint, payload: Uint8Array = new Uint8Array(0)): void {
    const to = from === this.#client ? this.#server : this.#client;
    // Nothing happens at the same moment, so that no reader puts it in another order.
    this.#lastUs = timeUs > this.#lastUs ? timeUs : this.#lastUs + 1n;
    const tcp = tcpSegment(from, to, flags, payload);
    this.#identification = (this.#identification + 1) & 0xffff;
    const ip = ipHeader(from.end.ip, to.end.ip, { length: tcp.length, identification: this.#identification });
    this.packets.push({ timeUs: this.#lastUs, bytes: concatBytes(to.end.mac, from.end.mac, ETHERNET_IPV4, ip, tcp) });
    const counted = payload.length + ((flags & (FLAG.syn | FLAG.fin)) === 0 ? 0 : 1);
    from.sequence = (from.sequence + counted) >>> 0;
  }
}

function tcpSegment(from: Side, to: Side, flags: number, payload: Uint8Array): Uint8Array {
  const segment = new Uint8Array(TCP_HEADER_BYTES + payload.length);
  const view = new DataView(segment.buffer);
  view.setUint16(0, from.end.port);
  view.setUint16(2, to.end.port);
  view.setUint32(4, from.sequence);
  view.setUint32(8, (flags & FLAG.ack) === 0 ? 0 : to.sequence);
  view.setUint8(12, (TCP_HEADER_BYTES / 4) << 4);
  view.setUint8(13, flags);
  view.setUint16(14, WINDOW);
  segment.set(payload, TCP_HEADER_BYTES);
  const pseudo = concatBytes(from.end.ip, to.end.ip, Uint8Array.of(0, PROTOCOL_TCP, segment.length >>> 8, segment.length));
  view.setUint16(16, checksum(concatBytes(pseudo, segment)));
  return segment;
}

function ipHeader(
  source: Uint8Array,
  target: Uint8Array,
  { length, identification }: { length: number; identification: number },
): Uint8Array {
  const header = new Uint8Array(IP_HEADER_BYTES);
  const view = new DataView(header.buffer);
  view.setUint8(0, 0x45);
  view.setUint16(2, IP_HEADER_BYTES + length);
  view.setUint16(4, identification);
  view.setUint16(6, 0x4000);
  view.setUint8(8, 64);
  view.setUint8(9, PROTOCOL_TCP);
  header.set(source, 12);
  header.set(target, 16);
  view.setUint16(10, checksum(header));
  return header;
}

/** The ones' complement of the ones' complement sum of 16-bit words (RFC 1071). */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let index = 0; index < bytes.length; index += 2) sum += ((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}
