import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeTrace, encodeTraceCapture, type TracedMessage } from '../../../src/recording/index.ts';

const LONG = `62 33 01 ${Array.from({ length: 4000 }, (_, index) => (index % 256).toString(16).padStart(2, '0')).join(' ')}`;
const TRACE = decodeTrace(
  new TextEncoder().encode(`# kombi-trace 1
# tool: kombi 0.1.0
# date: 2026-11-20T10:15:30.250Z
# redacted: no
0.0 = open ENET payload=65534 functional=yes duplex=yes proven=yes
10.5 > 10 22 F1 90
11.0 < 10 62 F1 90 57 42 41 54 45 53 54 56 31 4E 30 30 30 30 30 30 31
20.0 > DF 22 F1 50
21.0 < 10 62 F1 50 0F 13 10
22.0 < 60 62 F1 50 0F 1F 30
600.0 > 60 22 33 01
610.0 < 60 7F 22 78
640.0 < 60 ${LONG}
700.0 > 60 22 33 99
701.0 < 60 7F 22 31
710.0 > 60 2E 33 01 AA
711.0 = failed send link.closed 8 gone
711.0 = close
900.0 = open ENET payload=65534 functional=yes duplex=yes proven=yes
901.0 > 40 22 33 01
902.0 < 40 6E 00
910.0 = close
`),
);
const MESSAGES = TRACE.events.filter((event): event is TracedMessage => 'payload' in event);

interface Packet {
  readonly timeUs: bigint;
  readonly ip: DataView;
  readonly tcp: DataView;
  readonly from: string;
  readonly to: string;
  readonly payload: Uint8Array;
}

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
/** 0 where a checksum inside holds (RFC 1071). */
const sum = (...parts: readonly Uint8Array[]) => {
  let total = 0;
  const bytes = Buffer.concat(parts);
  for (let index = 0; index < bytes.length; index += 2) total += ((bytes[index] ?? 0) << 8) + (bytes[index + 1] ?? 0);
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return 0xffff - total;
};

/** Reads a capture block by block, as the draft of the format has it, and by nothing that has written it. */
function packetsOf(file: Uint8Array): readonly Packet[] {
  const packets: Packet[] = [];
  const whole = view(file);
  for (let at = 0; at < file.length; ) {
    const [type, length] = [whole.getUint32(at, true), whole.getUint32(at + 4, true)];
    expect([length % 4, whole.getUint32(at + length - 4, true)]).toEqual([0, length]);
    if (type === 6) {
      const captured = whole.getUint32(at + 20, true);
      const frame = file.subarray(at + 28, at + 28 + captured);
      const ipBytes = frame.subarray(14, 14 + view(frame).getUint16(16));
      const [ip, tcp] = [view(ipBytes.subarray(0, 20)), view(ipBytes.subarray(20))];
      const end = (offset: number, port: number) => `${[...ipBytes.subarray(offset, offset + 4)].join('.')}:${tcp.getUint16(port)}`;
      packets.push({
        timeUs: (BigInt(whole.getUint32(at + 12, true)) << 32n) | BigInt(whole.getUint32(at + 16, true)),
        ip,
        tcp,
        from: end(12, 0),
        to: end(16, 2),
        payload: ipBytes.subarray(40),
      });
      expect(frame.length).toBe(14 + ipBytes.length);
      expect([sum(ipBytes.subarray(0, 20)), sum(ipBytes.subarray(12, 20), Uint8Array.of(0, 6, 0, 0), ipBytes.subarray(20))]).toEqual([
        0,
        // The pseudo header's length was left out above.
        ipBytes.length - 20,
      ]);
    }
    at += length;
  }
  return packets;
}

/** Both streams of every connection, put together by their numbers. */
function streamsOf(packets: readonly Packet[]): ReadonlyMap<string, Buffer> {
  const streams = new Map<string, { next: number; parts: Uint8Array[] }>();
  for (const { from, to, tcp, payload } of packets) {
    const flags = tcp.getUint8(13);
    const key = `${from}>${to}`;
    const stream = streams.get(key) ?? { next: tcp.getUint32(4), parts: [] };
    streams.set(key, stream);
    expect(tcp.getUint32(4)).toBe(stream.next);
    if ((flags & 0x10) !== 0) expect(tcp.getUint32(8), 'an acknowledgement of what was not sent').toBe(streams.get(`${to}>${from}`)?.next);
    stream.parts.push(payload);
    stream.next += payload.length + ((flags & 0x03) === 0 ? 0 : 1);
  }
  return new Map([...streams].map(([key, { parts }]) => [key, Buffer.concat(parts)]));
}

describe.each([
  ['hsfz', 6801],
  ['doip', 13400],
] as const)('a capture with %s', (framing, port) => {
  const packets = packetsOf(encodeTraceCapture(TRACE, framing));

  it('holds connections as TCP makes them, and times that never go back', () => {
    const streams = streamsOf(packets);
    expect([...streams.keys()].filter((key) => key.endsWith(`:${port}`))).toHaveLength(2);
    expect(packets.filter(({ tcp }) => (tcp.getUint8(13) & 0x02) !== 0)).toHaveLength(4);
    expect(packets.filter(({ tcp }) => (tcp.getUint8(13) & 0x01) !== 0)).toHaveLength(4);
    for (const [index, { timeUs }] of packets.entries()) if (index > 0) expect(timeUs).toBeGreaterThan(packets[index - 1]?.timeUs ?? 0n);
    expect(packets[0]?.timeUs).toBe(BigInt(Date.parse('2026-11-20T10:15:30.250Z')) * 1000n);
  });

  it('holds every message in its frame, and an acknowledgement of every request that left', () => {
    const [client, server] = [...streamsOf(packets).values()];
    const firstRequest = framing === 'hsfz' ? '0000000500 01f41022f190' : '03fc8001000000070ef3001022f190';
    const firstAcknowledgement = framing === 'hsfz' ? '000000050002f41022f190' : '03fc80020000000800100ef30022f190';
    expect(client?.toString('hex').startsWith(firstRequest.replace(' ', ''))).toBe(true);
    expect(server?.toString('hex').startsWith(firstAcknowledgement)).toBe(true);
  });
});

const VERSION = /TShark.*?(\d+)\.(\d+)\.\d+/.exec(spawnSync('tshark', ['--version'], { encoding: 'utf8' }).stdout ?? '');
const version = Number(VERSION?.[1] ?? 0) * 100 + Number(VERSION?.[2] ?? 0);
const noTshark = version === 0 ? 'tshark is not installed' : undefined;
/** The dissector came with Wireshark 4.2. */
const noHsfz = noTshark ?? (version < 402 ? 'this tshark is older than 4.2 and knows no HSFZ' : undefined);

describe('tshark', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kombi-capture-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  function tshark(framing: 'hsfz' | 'doip', fields: readonly string[], ...more: readonly string[]): readonly string[][] {
    const file = join(folder, `${framing}.pcapng`);
    writeFileSync(file, encodeTraceCapture(TRACE, framing));
    const words = ['-r', file, '-n', '-o', 'tcp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE', '-T', 'fields', '-E', 'occurrence=f'];
    const run = spawnSync('tshark', [...words, ...more, ...fields.flatMap((field) => ['-e', field])], { encoding: 'utf8' });
    if (run.status !== 0) throw new Error(run.stderr);
    return run.stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t'));
  }

  /** What the dissector is to say of a message: who to whom, service, DID of a read. */
  function expected(tester: number): readonly string[][] {
    return MESSAGES.map(({ kind, ecu, payload }) => {
      const [source, target] = kind === 'sent' ? [tester, ecu] : [ecu, tester];
      const isRefusal = payload[0] === 0x7f;
      const sid = isRefusal ? 0x3f : (payload[0] ?? 0) & 0xbf;
      const did = !isRefusal && sid === 0x22 ? `0x${Buffer.from(payload.subarray(1, 3)).toString('hex')}` : '';
      const word = (value: number, digits: number) => `0x${value.toString(16).padStart(digits, '0')}`;
      return [word(source, 4), word(target, 4), word(sid, 2), did, isRefusal ? word(payload[2] ?? 0, 2) : ''];
    });
  }

  it('decodes every message in DoIP as it was recorded', ({ skip }) => {
    skip(noTshark !== undefined, noTshark);
    const fields = ['doip.source_address', 'doip.target_address', 'uds.sid', 'uds.rdbi.data_identifier', 'uds.err.code'];
    expect(tshark('doip', fields, '-Y', 'uds')).toEqual(expected(0x0ef3));
  });

  it('decodes every message in HSFZ as it was recorded', ({ skip }) => {
    skip(noHsfz !== undefined, noHsfz);
    const asHsfz = ['-d', 'tcp.port==6801,hsfz'];
    const fields = ['uds.diag_addr_source', 'uds.diag_addr_target', 'uds.sid', 'uds.rdbi.data_identifier', 'uds.err.code'];
    expect(tshark('hsfz', fields, ...asHsfz, '-Y', 'hsfz.ctrlword == 1')).toEqual(expected(0xf4));
    const acknowledged = tshark('hsfz', ['hsfz.sourceaddr', 'hsfz.targetaddr'], ...asHsfz, '-Y', 'hsfz.ctrlword == 2');
    // Each request, but for the one that never left.
    expect(acknowledged).toHaveLength(MESSAGES.filter(({ kind }) => kind === 'sent').length - 1);
    expect(acknowledged[0]).toEqual(['0xf4', '0x10']);
  });

  it('finds nothing wrong with what carries them', ({ skip }) => {
    skip(noTshark !== undefined, noTshark);
    for (const framing of ['doip', 'hsfz'] as const) {
      expect(
        tshark(
          framing,
          ['frame.number', '_ws.expert.message'],
          '-Y',
          'tcp.analysis.flags || tcp.checksum.status == 0 || ip.checksum.status == 0',
        ),
      ).toEqual([]);
    }
  });

  it('tells the times of the trace', ({ skip }) => {
    skip(noTshark !== undefined, noTshark);
    const startMs = Date.parse('2026-11-20T10:15:30.250Z');
    const told = tshark('doip', ['frame.time_epoch'], '-Y', 'uds').map(([seconds]) => Math.round(Number(seconds) * 1000 - startMs));
    expect(told).toEqual(MESSAGES.map(({ ms }) => Math.round(ms)));
  });
});
