import { beforeEach, describe, expect, it } from 'vitest';
import { E_SERIES_FUNCTIONAL_ADDRESS, type EcuAddress, FUNCTIONAL_ADDRESS, fromHex, toHex, VirtualClock } from '../../../src/core/index.ts';
import { createDcanTransport, encodeTelegram, takeTelegram } from '../../../src/transport/dcan/index.ts';
import { createLink, type Transport } from '../../../src/transport/index.ts';
import type { OpenSerialStream, SerialByteStream } from '../../../src/transport/serial/index.ts';
import { MemoryGateway } from '../hsfz/support/memory-stream.ts';

const CLUSTER = 0x60 as EcuAddress;
const READ_VARIANT = fromHex('22F150');
const REQUEST = '8360F122F15037';

function telegram(head: string, payload: string): string {
  const bytes = fromHex((head + payload).replaceAll(' ', ''));
  return toHex(Uint8Array.of(...bytes, bytes.reduce((sum, byte) => sum + byte, 0) & 0xff));
}

const ANSWER = telegram('84 F1 60', '62 F1 50 0F');

describe('BMW-FAST telegrams', () => {
  it.each([
    ['as recorded on an F10', REQUEST, { target: 0x60, source: 0xf1 }],
    ['to all, as recorded on an F10', 'C3DFF122F150F6', { target: 0xdf, source: 0xf1 }],
    ['to all, as recorded on an E61', telegram('C2 EF F1', '1A 89'), { target: 0xef, source: 0xf1 }],
    ['of 63 bytes', telegram('BF F1 60', '55'.repeat(63)), { target: 0xf1, source: 0x60 }],
    ['of 64 bytes', telegram('80 F1 60 40', '55'.repeat(64)), { target: 0xf1, source: 0x60 }],
    ['of 255 bytes', telegram('80 F1 60 FF', '55'.repeat(255)), { target: 0xf1, source: 0x60 }],
    ['of 256 bytes', telegram('80 F1 60 00 01 00', '55'.repeat(256)), { target: 0xf1, source: 0x60 }],
    ['of 4095 bytes', telegram('80 F1 60 00 0F FF', '55'.repeat(4095)), { target: 0xf1, source: 0x60 }],
  ])('are read and written %s', (_what, hex, addresses) => {
    const bytes = fromHex(hex);
    const taken = takeTelegram(bytes);
    expect(taken).toMatchObject({ ...addresses, end: bytes.length });
    const isFunctional = (bytes[0] ?? 0) >= 0xc0;
    expect(toHex(encodeTelegram({ ...addresses, isFunctional, payload: taken?.payload ?? bytes }))).toBe(hex);
    for (const short of [0, 1, 3, bytes.length - 1]) expect(takeTelegram(bytes.subarray(0, short))).toBeUndefined();
  });

  it.each([
    ['8360F122F15038', 'link.dcan-checksum'],
    ['7C8360F122F15037', 'link.dcan-malformed'],
    ['80F160000000D1', 'link.dcan-malformed'],
  ])('%s is refused: %s', (hex, code) => {
    expect(() => takeTelegram(fromHex(hex))).toThrowError(expect.objectContaining({ code, exit: 8 }));
  });
});

let clock: VirtualClock;
let cable: MemoryGateway;
let transport: Transport;
let dsr: boolean | undefined;
let lines: unknown[];

beforeEach(async () => {
  clock = new VirtualClock();
  cable = new MemoryGateway();
  dsr = true;
  lines = [];
  const open: OpenSerialStream = async (signal): Promise<SerialByteStream> =>
    Object.assign(await cable.open(signal), {
      setLines: async (wanted: unknown) => void lines.push(wanted),
      dataSetReady: async () => dsr,
    });
  transport = createDcanTransport({ open, clock, description: 'a cable in memory', portName: undefined });
  await transport.open();
});

async function receive(withinMs = 1000): Promise<string | undefined> {
  const message = await transport.receive(clock.now() + withinMs);
  return message && `${message.source.toString(16)}: ${toHex(message.payload)}`;
}

describe('a K+DCAN cable', () => {
  it('is given DTR, not RTS, and an impatient driver', () => {
    expect(lines).toEqual([{ dtr: true, rts: false, lowLatency: true }]);
  });

  it('has taken a request when it has repeated it', async () => {
    cable.answer = (sent) => cable.say(sent, ANSWER);
    await transport.send(CLUSTER, READ_VARIANT);
    expect(cable.written).toEqual([REQUEST]);
    expect(await receive()).toBe('60: 62F1500F');
  });

  it.each([
    [FUNCTIONAL_ADDRESS, 'C3DFF122F150F6'],
    [E_SERIES_FUNCTIONAL_ADDRESS, telegram('C3 EF F1', '22 F1 50')],
  ])('asks all ECUs at %s in the form for all, and hears each', async (address, sent) => {
    cable.answer = () => cable.say(sent, ANSWER, telegram('83 F1 12', '7F 22 31'));
    await transport.send(address, READ_VARIANT);
    expect(cable.written).toEqual([sent]);
    expect([await receive(), await receive(), await receive()]).toEqual(['60: 62F1500F', '12: 7F2231', undefined]);
  });

  it('that repeats nothing is told of after 100 ms behind the last byte, and must be opened anew', async () => {
    await expect(transport.send(CLUSTER, READ_VARIANT)).rejects.toMatchObject({
      code: 'link.no-echo',
      exit: 8,
      hint: expect.stringContaining('latency'),
    });
    expect(clock.now()).toBeCloseTo(100 + (7 * 10_000) / 115_200, 3);
    cable.say(REQUEST, ANSWER);
    await expect(receive()).rejects.toMatchObject({ code: 'link.no-echo' });
    expect(cable.written).toHaveLength(1);
    await transport.open();
    cable.answer = (sent) => cable.say(sent);
    await transport.send(CLUSTER, READ_VARIANT);
    expect(await receive()).toBeUndefined();
  });

  it.each([
    ['another request', telegram('83 60 F1', '22 F1 90'), 'link.wrong-echo'],
    ['a byte too few', '8360F122F150', 'link.no-echo'],
    ['a wrong byte', '8360F122F15137', 'link.dcan-checksum'],
  ])('that repeats %s has not taken it', async (_what, echo, code) => {
    cable.answer = () => cable.say(echo);
    await expect(transport.send(CLUSTER, READ_VARIANT)).rejects.toMatchObject({ code });
    await expect(transport.send(CLUSTER, READ_VARIANT)).rejects.toMatchObject({ code });
    expect(cable.written).toHaveLength(1);
  });

  it('is heard of the ECU that was asked alone, however the bytes are cut', async () => {
    cable.say(ANSWER);
    cable.answer = (sent) => {
      const all = telegram('83 F1 12', '62 F1 90') + sent + telegram('83 F1 12', '62 F1 90') + telegram('83 F4 60', '62 F1 90');
      for (const byte of (all + telegram('83 F1 60', '7F 22 78') + ANSWER).match(/../g) ?? []) cable.say(byte);
    };
    await transport.send(CLUSTER, READ_VARIANT);
    expect([await receive(), await receive(), await receive()]).toEqual(['60: 7F2278', '60: 62F1500F', undefined]);
  });

  it('that falls silent in the middle of an answer, or says noise, is told of', async () => {
    cable.answer = (sent) => cable.say(sent, ANSWER.slice(0, 8));
    await transport.send(CLUSTER, READ_VARIANT);
    await expect(receive()).rejects.toMatchObject({ code: 'link.dcan-truncated', exit: 8 });
    await transport.open();
    cable.answer = (sent) => cable.say(sent, '7C003F');
    await transport.send(CLUSTER, READ_VARIANT);
    await expect(receive()).rejects.toMatchObject({ code: 'link.dcan-malformed' });
  });

  it.each([
    [true, 'on'],
    [false, 'off'],
    [undefined, 'unknown'],
  ])('tells the ignition by DSR: %s is %s', async (level, ignition) => {
    dsr = level;
    expect(await transport.ignition()).toBe(ignition);
  });
});

describe('the proof that writes need', () => {
  /** An ECU that tells its SVK so, one answer after the other. */
  function telling(...answers: readonly string[]) {
    const left = [...answers];
    cable.answer = (sent) => {
      const isLong = sent.startsWith('8360F122F101');
      cable.say(sent, isLong ? telegram('89 F1 60', `62 F1 01 ${left.shift()}`) : telegram('83 F1 60', '7F 22 31'));
    };
  }

  it('is three equal long answers, and a long request that arrives', async () => {
    telling(...Array(3).fill('010203040506'));
    expect(transport.capabilities.writesProven).toBe(false);
    expect(await transport.proveWrites?.(CLUSTER)).toBe(true);
    expect(transport.capabilities.writesProven).toBe(true);
    expect(cable.written.at(-1)).toMatch(/^8D60F122F186F186F186/);
    await transport.close();
    expect(transport.capabilities.writesProven).toBe(false);
  });

  it('fails where one answer differs', async () => {
    telling('010203040506', '010203040506', '010203040507');
    expect(await transport.proveWrites?.(CLUSTER)).toBe(false);
    expect(transport.capabilities.writesProven).toBe(false);
  });
});

describe('links to one', () => {
  it('name a port', async () => {
    expect(await createLink('dcan:COM3')).toMatchObject({
      description: 'K+DCAN cable at COM3',
      portName: 'COM3',
      capabilities: { functionalAddressing: true, keepAliveDuringRequest: false, writesProven: false },
    });
  });

  it.each(['dcan:', 'dcan://192.168.0.10:35000', 'dcan:COM3?baud=115200'])('%s is refused', async (text) => {
    await expect(createLink(text)).rejects.toMatchObject({ code: 'usage.link', exit: 2 });
  });
});
