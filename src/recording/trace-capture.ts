import { concatBytes } from '../core/index.ts';
import { type CapturedPacket, encodePcapng } from './pcapng.ts';
import { TcpConversation, type TcpEnd } from './tcp-packets.ts';
import type { Trace } from './trace.ts';

/** How messages stand in the TCP stream of a capture. */
export type CaptureFraming = 'hsfz' | 'doip';

interface Framing {
  readonly port: number;
  request(ecu: number, payload: Uint8Array): Uint8Array;
  acknowledge(ecu: number, payload: Uint8Array): Uint8Array;
  answer(ecu: number, payload: Uint8Array): Uint8Array;
}

const ECHOED_BYTES = 5;
const HSFZ_TESTER = 0xf4;
const DOIP_TESTER = 0x0ef3;
const DOIP_CONFIRMED = 0;
const DOIP = { message: 0x8001, acknowledgement: 0x8002 } as const;
const HSFZ = { diagnostic: 1, acknowledge: 2 } as const;

const FRAMINGS: Readonly<Record<CaptureFraming, Framing>> = {
  // bmw-diagnostics §1.1 and §1.3 (recorded).
  hsfz: {
    port: 6801,
    request: (ecu, payload) => hsfz(HSFZ.diagnostic, [HSFZ_TESTER, ecu], payload),
    acknowledge: (ecu, payload) => hsfz(HSFZ.acknowledge, [HSFZ_TESTER, ecu], payload.subarray(0, ECHOED_BYTES)),
    answer: (ecu, payload) => hsfz(HSFZ.diagnostic, [ecu, HSFZ_TESTER], payload),
  },
  // ISO 13400-2, with BMW's addresses: bmw-diagnostics §2 (third-party code).
  doip: {
    port: 13400,
    request: (ecu, payload) => doip(DOIP.message, DOIP_TESTER, ecu, payload),
    acknowledge: (ecu, payload) =>
      doip(DOIP.acknowledgement, ecu, DOIP_TESTER, concatBytes(Uint8Array.of(DOIP_CONFIRMED), payload.subarray(0, ECHOED_BYTES))),
    answer: (ecu, payload) => doip(DOIP.message, ecu, DOIP_TESTER, payload),
  },
};

// Of the link-local range, as an ENET cable gives them, and MAC addresses that nobody was sold.
const TESTER: TcpEnd = { mac: Uint8Array.of(2, 0, 0, 0, 0, 0xf4), ip: Uint8Array.of(169, 254, 1, 1), port: 49_152 };
const GATEWAY = { mac: Uint8Array.of(2, 0, 0, 0, 0, 0x10), ip: Uint8Array.of(169, 254, 16, 16) };
const PORTS = 0x4000;

/**
 * A trace as a capture file of the Ethernet that could have carried it: every connection is made, every message framed
 * and acknowledged. Messages and their times are those of the trace; all around them is made up, also where the trace
 * came from another kind of adapter, and a comment in the file says so. What the link itself was asked is left out.
 */
export function encodeTraceCapture({ header, events }: Pick<Trace, 'header' | 'events'>, framing: CaptureFraming): Uint8Array {
  const { port, request, acknowledge, answer } = FRAMINGS[framing];
  const dateMs = header.date === undefined ? Number.NaN : Date.parse(header.date);
  const startUs = BigInt(Number.isNaN(dateMs) ? 0 : dateMs) * 1000n;
  const packets: CapturedPacket[] = [];
  let connections = 0;
  let connection: TcpConversation | undefined;
  let lastUs = startUs;

  const close = (timeUs: bigint) => {
    connection?.close(timeUs);
    for (const packet of connection?.packets ?? []) packets.push(packet);
    connection = undefined;
  };
  const open = (timeUs: bigint) => {
    const client = { ...TESTER, port: TESTER.port + (connections % PORTS) };
    connections += 1;
    connection = new TcpConversation(client, { ...GATEWAY, port }, timeUs);
    return connection;
  };

  for (const [index, event] of events.entries()) {
    const timeUs = startUs + BigInt(Math.round(event.ms * 1000));
    lastUs = timeUs > lastUs ? timeUs : lastUs;
    if (event.kind === 'open') {
      close(lastUs);
      open(lastUs);
    } else if (event.kind === 'close') close(lastUs);
    else if (event.kind === 'sent') {
      const used = connection ?? open(lastUs);
      used.send('client', request(event.ecu, event.payload), lastUs);
      const next = events[index + 1];
      if (next?.kind !== 'failed' || next.step !== 'send') used.send('server', acknowledge(event.ecu, event.payload), lastUs);
    } else if (event.kind === 'received') (connection ?? open(lastUs)).send('server', answer(event.ecu, event.payload), lastUs);
  }
  close(lastUs);
  return encodePcapng(packets, {
    application: header.tool ?? 'kombi',
    comment: `Messages and times of a recorded diagnostic session${header.link === undefined ? '' : ` (${header.link})`}; Ethernet, IP, TCP and acknowledgements are made up.`,
  });
}

function hsfz(control: number, addresses: readonly [number, number], payload: Uint8Array): Uint8Array {
  const head = new Uint8Array(8);
  const view = new DataView(head.buffer);
  view.setUint32(0, payload.length + 2);
  view.setUint16(4, control);
  head.set(addresses, 6);
  return concatBytes(head, payload);
}

function doip(type: number, source: number, target: number, payload: Uint8Array): Uint8Array {
  const head = new Uint8Array(12);
  const view = new DataView(head.buffer);
  view.setUint16(0, 0x03fc);
  view.setUint16(2, type);
  view.setUint32(4, payload.length + 4);
  view.setUint16(8, source);
  view.setUint16(10, target);
  return concatBytes(head, payload);
}
