import { beforeEach, describe, expect, it } from 'vitest';
import { type EcuAddress, FUNCTIONAL_ADDRESS, fromHex, toHex, VirtualClock } from '../../../src/core/index.ts';
import { createEnetTransport } from '../../../src/transport/enet/index.ts';
import type { Transport } from '../../../src/transport/index.ts';
import { frame, MemoryGateway } from './support/memory-stream.ts';

const CLUSTER = 0x60 as EcuAddress;
const READ_VIN = fromHex('22F190');
const ACK = frame('0002', 'F460 22F190');
const ANSWER = frame('0001', '60F4 62F190 57');

let clock: VirtualClock;
let gateway: MemoryGateway;
let transport: Transport;

beforeEach(async () => {
  clock = new VirtualClock();
  gateway = new MemoryGateway();
  transport = createEnetTransport({ open: gateway.open, clock, description: 'ENET in memory', portName: undefined, ackTimeoutMs: 2000 });
  await transport.open();
});

async function receive(withinMs = 1000): Promise<string | undefined> {
  const message = await transport.receive(clock.now() + withinMs);
  return message && `${message.source.toString(16)}: ${toHex(message.payload)}`;
}

describe('sending', () => {
  it('frames the request in one write and resolves at the acknowledgement', async () => {
    gateway.answer = () => gateway.say(ACK);
    await transport.send(CLUSTER, READ_VIN);
    expect(gateway.written).toEqual(['000000050001F46022F190']);
    expect(clock.now()).toBe(0);
  });

  it('takes an acknowledgement that repeats five bytes of a longer request', async () => {
    gateway.answer = () => gateway.say(frame('0002', 'F440 310110010A'));
    await transport.send(0x40 as EcuAddress, fromHex('310110010A0A43'));
    expect(gateway.written).toHaveLength(1);
  });

  it.each([
    ['another request', frame('0002', 'F460 22F150')],
    ['another ECU', frame('0002', 'F440 22F190')],
    ['another tester', frame('0002', 'F560 22F190')],
    ['swapped addresses', frame('0002', '60F4 22F190')],
    ['more than was sent', frame('0002', 'F460 22F19000')],
    ['a request six bytes long', frame('0002', 'F460 22F190000000')],
  ])('does not take the acknowledgement of %s for its own', async (_what, other) => {
    gateway.answer = () => gateway.say(other);
    await expect(transport.send(CLUSTER, READ_VIN)).rejects.toMatchObject({ code: 'link.no-ack', exit: 8 });
    expect(clock.now()).toBe(2000);
    expect(gateway.written).toHaveLength(1);
  });

  it('keeps an answer that comes in one chunk with its acknowledgement', async () => {
    gateway.answer = () => gateway.say(ACK, ANSWER);
    await transport.send(CLUSTER, READ_VIN);
    expect(await receive()).toBe('60: 62F19057');
    expect(clock.now()).toBe(0);
  });

  it('gives what has arrived, and says that nothing has, without a promise', async () => {
    gateway.answer = () => gateway.say(ACK, ANSWER);
    await transport.send(CLUSTER, READ_VIN);
    expect(transport.receive(clock.now() + 1000)).toEqual({ source: CLUSTER, payload: fromHex('62F19057') });
    expect(transport.receive(Number.NEGATIVE_INFINITY)).toBeUndefined();
    expect(transport.receive(clock.now())).toBeUndefined();
  });

  it('refuses a message that no frame holds, without sending it', async () => {
    await expect(transport.send(CLUSTER, new Uint8Array(0x10000))).rejects.toMatchObject({ code: 'link.message-too-long' });
    expect(gateway.written).toEqual([]);
  });

  it('tells two acknowledgements under way from each other', async () => {
    const request = transport.send(CLUSTER, READ_VIN);
    const tester = transport.send(FUNCTIONAL_ADDRESS, fromHex('3E80'));
    gateway.say(frame('0002', 'F4DF 3E80'));
    await tester;
    gateway.say(ACK);
    await request;
    expect(gateway.written).toEqual(['000000050001F46022F190', '000000040001F4DF3E80']);
  });
});

describe('receiving', () => {
  beforeEach(async () => {
    gateway.answer = (sent) => sent.includes('22F190') && gateway.say(ACK);
    await transport.send(CLUSTER, READ_VIN);
    gateway.written.length = 0;
  });

  it('drops what is for other testers, too short, or of a word nobody knows', async () => {
    gateway.say(
      frame('0001', '60F5 62F190 00'),
      frame('0001', '60F4'),
      frame('0001', '60'),
      frame('0077', '60F4 62'),
      frame('0013', '00F4'),
    );
    gateway.say(ANSWER);
    expect(await receive()).toBe('60: 62F19057');
    expect(await receive()).toBeUndefined();
  });

  it('gives several answers in order, however the bytes are cut', async () => {
    const both = (frame('0001', '60F4 7F2278') + ANSWER).replaceAll(' ', '');
    for (const byte of both.match(/../g) ?? []) gateway.say(byte);
    expect(await receive()).toBe('60: 7F2278');
    expect(await receive()).toBe('60: 62F19057');
  });

  it('hands messages over for good: later bytes do not change them', async () => {
    const chunk = fromHex(ANSWER.replaceAll(' ', ''));
    gateway.say(toHex(chunk));
    const message = await transport.receive(clock.now() + 1000);
    gateway.say(frame('0001', '60F4 62F190 FF'));
    expect(toHex(message?.payload ?? new Uint8Array(0))).toBe('62F19057');
  });

  it('answers an alive check at once, in the middle of an exchange', async () => {
    gateway.say(frame('0012', 'F400'));
    expect(gateway.written).toEqual(['00000002001200F4']);
    gateway.say(ANSWER);
    expect(await receive()).toBe('60: 62F19057');
  });

  it('never echoes the announcement of 32 bytes', async () => {
    gateway.say(frame('0012', '444941474144523130424D5756494E57424136433932303130443030303030'.padEnd(64, '31')));
    gateway.say(ANSWER);
    expect(await receive()).toBe('60: 62F19057');
    expect(gateway.written).toEqual([]);
  });

  it('keeps 64 messages and drops the oldest beyond them', async () => {
    for (let index = 0; index < 70; index += 1) gateway.say(frame('0001', `60F4 62F190 ${index.toString(16).padStart(2, '0')}`));
    expect(await receive()).toBe('60: 62F19006');
    for (let index = 1; index < 64; index += 1) await receive();
    expect(await receive()).toBeUndefined();
  });

  it('says when the gateway fell silent inside a frame', async () => {
    gateway.say('00000020 0001 60F4 62');
    await expect(receive()).rejects.toMatchObject({ code: 'link.hsfz-truncated', exit: 8 });
    expect(clock.now()).toBe(1000);
  });

  it.each(['FFFFFFFF 0001', '48545450 2F31'])('ends the connection at bytes that are no HSFZ (%s)', async (bytes) => {
    const waiting = receive();
    gateway.say(bytes);
    await expect(waiting).rejects.toMatchObject({ code: 'link.hsfz-malformed', exit: 8 });
    await expect(transport.send(CLUSTER, READ_VIN)).rejects.toMatchObject({ code: 'link.hsfz-malformed' });
    expect(gateway.written).toEqual([]);
  });
});

describe('error words', () => {
  it.each([
    ['0040', 'FFF4', 'link.hsfz-tester-address', 8],
    ['0041', '', 'link.hsfz-control-word', 8],
    ['0042', '', 'link.hsfz-format', 8],
    ['0043', 'F460', 'ecu.absent', 3],
    ['0044', '', 'link.hsfz-too-large', 8],
    ['0045', '', 'link.busy', 7],
    ['00FF', 'F460', 'link.hsfz-out-of-memory', 8],
    ['00FF', '', 'link.hsfz-out-of-memory', 8],
  ])('%s %s in place of the acknowledgement is %s', async (control, body, code, exit) => {
    gateway.answer = () => gateway.say(frame(control, body));
    await expect(transport.send(CLUSTER, READ_VIN)).rejects.toMatchObject({ code, exit, hint: expect.any(String) });
    expect(gateway.written).toHaveLength(1);
  });

  it('are told by receive where the request was acknowledged', async () => {
    gateway.answer = () => gateway.say(ACK, frame('0043', 'F460'));
    await transport.send(CLUSTER, READ_VIN);
    await expect(receive()).rejects.toMatchObject({ code: 'ecu.absent', message: 'There is no ECU 60 in this car, says the gateway' });
  });

  it('"not ready" in the middle of things is no sign of another tester', async () => {
    gateway.answer = () => gateway.say(ACK, frame('0045', ''));
    await transport.send(CLUSTER, READ_VIN);
    await expect(receive()).rejects.toMatchObject({ code: 'link.hsfz-not-ready', exit: 8 });
  });

  it('do not strike a request to another ECU', async () => {
    gateway.answer = () => gateway.say(frame('0043', 'F499'), ACK, frame('0043', 'F499'), ANSWER);
    await transport.send(CLUSTER, READ_VIN);
    expect(await receive()).toBe('60: 62F19057');
  });
});

describe('the end of a connection', () => {
  it('ends whatever waits', async () => {
    gateway.say(ACK);
    const sending = transport.send(CLUSTER, READ_VIN);
    const receiving = receive(60_000);
    gateway.hangUp();
    await expect(sending).rejects.toMatchObject({ code: 'link.closed' });
    await expect(receiving).rejects.toMatchObject({ code: 'link.closed' });
    expect(clock.now()).toBe(0);
  });

  it('lets what had arrived before be received', async () => {
    gateway.answer = () => gateway.say(ACK, ANSWER);
    await transport.send(CLUSTER, READ_VIN);
    gateway.hangUp();
    expect(await receive()).toBe('60: 62F19057');
    await expect(receive()).rejects.toMatchObject({ code: 'link.closed' });
  });

  it('without a word from the gateway means that it is busy', async () => {
    const sending = transport.send(CLUSTER, READ_VIN);
    gateway.hangUp();
    await expect(sending).rejects.toMatchObject({ code: 'link.busy', exit: 7, message: expect.stringContaining('another tester') });
  });

  it('again and again, without a word, is a link that fails where the gateway has served us', async () => {
    gateway.answer = () => gateway.say(ACK, ANSWER);
    await transport.send(CLUSTER, READ_VIN);
    gateway.answer = () => gateway.hangUp();
    for (let connection = 0; connection < 2; connection += 1) {
      await transport.open();
      await expect(transport.send(CLUSTER, READ_VIN)).rejects.toMatchObject({ code: 'link.closed', exit: 8 });
    }
  });

  it('leaves nothing to the next one', async () => {
    gateway.answer = () => gateway.say(ACK, ANSWER);
    await transport.send(CLUSTER, READ_VIN);
    await transport.close();
    await transport.open();
    expect(gateway.opened).toBe(2);
    expect(await receive()).toBeUndefined();
  });
});

describe('terminal 15', () => {
  const withControl = (control: MemoryGateway) =>
    createEnetTransport({ open: gateway.open, control: control.open, clock, description: 'ENET', portName: undefined });

  it.each([
    ['05', 'on'],
    ['04', 'on'],
    ['00', 'off'],
    ['0C', 'off'],
  ])('status %s is %s', async (status, ignition) => {
    const control = new MemoryGateway();
    control.answer = (asked) => asked === '000000000010' && control.say(frame('0010', status));
    expect(await withControl(control).ignition()).toBe(ignition);
  });

  it('is unknown, never off, where nothing or nonsense answers', async () => {
    expect(await withControl(new MemoryGateway()).ignition()).toBe('unknown');
    expect(clock.now()).toBe(1000);
    const nonsense = new MemoryGateway();
    nonsense.answer = () => nonsense.say('FFFFFFFF 0010');
    expect(await withControl(nonsense).ignition()).toBe('unknown');
    const gone = new MemoryGateway();
    gone.answer = () => gone.hangUp();
    expect(await withControl(gone).ignition()).toBe('unknown');
    expect(await transport.ignition()).toBe('unknown');
  });

  it('stops asking on a signal', async () => {
    const controller = new AbortController();
    const asking = withControl(new MemoryGateway()).ignition(controller.signal);
    controller.abort(new Error('enough'));
    await expect(asking).rejects.toThrow('enough');
  });
});
