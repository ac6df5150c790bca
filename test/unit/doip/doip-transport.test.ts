import { beforeEach, describe, expect, it } from 'vitest';
import { type EcuAddress, FUNCTIONAL_ADDRESS, fromHex, KombiError, toHex, VirtualClock } from '../../../src/core/index.ts';
import { createDoipTransport } from '../../../src/transport/doip/index.ts';
import type { Transport } from '../../../src/transport/index.ts';
import { MemoryGateway } from '../hsfz/support/memory-stream.ts';

const CLUSTER = 0x60 as EcuAddress;
const READ_VIN = fromHex('22F190');
const REQUEST = '03FC8001000000070EF3006022F190';

/** A frame from its type and body, both hex. */
function frame(type: string, body = ''): string {
  const bytes = fromHex(body.replaceAll(' ', ''));
  return `03FC${type}${bytes.length.toString(16).padStart(8, '0')}${toHex(bytes)}`;
}

const ACTIVATED = frame('0006', '0EF3 0010 10 00000000');
const ACK = frame('8002', '0060 0EF3 00 22F190');
const ANSWER = frame('8001', '0060 0EF3 62F19057');

let clock: VirtualClock;
let gateway: MemoryGateway;
let transport: Transport;

function create(options: { secure?: MemoryGateway; refused?: boolean } = {}): Transport {
  const refuse = async () => {
    throw new KombiError({ code: 'link.refused', message: 'nothing listens' });
  };
  return createDoipTransport({
    open: options.refused ? refuse : gateway.open,
    secure: options.secure?.open,
    clock,
    description: 'DoIP in memory',
    portName: undefined,
  });
}

beforeEach(() => {
  clock = new VirtualClock();
  gateway = new MemoryGateway();
  gateway.answer = () => gateway.say(ACTIVATED);
  transport = create();
});

async function receive(withinMs = 1000): Promise<string | undefined> {
  const message = await transport.receive(clock.now() + withinMs);
  return message && `${message.source.toString(16)}: ${toHex(message.payload)}`;
}

/** Open, and answering each request with these frames. */
async function openWith(...frames: readonly string[]): Promise<void> {
  await transport.open();
  gateway.written.length = 0;
  gateway.answer = () => gateway.say(...frames);
}

describe('opening', () => {
  it('asks to be let through, as the tester 0EF3, and is open when it is', async () => {
    await transport.open();
    expect(gateway.written).toEqual(['03FC00050000000B0EF3000000000000000000']);
    expect(clock.now()).toBe(0);
  });

  it.each([
    ['00', 'link.doip-tester-address', 8],
    ['01', 'link.busy', 7],
    ['02', 'link.doip-activation', 8],
    ['03', 'link.busy', 7],
    ['06', 'link.doip-activation', 8],
    ['07', 'adapter.needs-certificate', 3],
    ['EE', 'link.doip-activation', 8],
  ])('is refused with %s: %s', async (code, name, exit) => {
    gateway.answer = () => gateway.say(frame('0006', `0EF3 0010 ${code} 00000000`));
    await expect(transport.open()).rejects.toMatchObject({ code: name, exit, hint: expect.any(String) });
    await expect(transport.send(CLUSTER, READ_VIN)).rejects.toMatchObject({ code: 'link.closed' });
    expect(gateway.written).toHaveLength(1);
  });

  it("does not take another tester's leave for its own", async () => {
    gateway.answer = () => gateway.say(frame('0006', '0E80 0010 10 00000000'));
    await expect(transport.open()).rejects.toMatchObject({ code: 'link.doip-activation' });
  });

  it('says so where nobody lets it through', async () => {
    gateway.answer = () => {};
    await expect(transport.open()).rejects.toMatchObject({ code: 'link.no-activation', exit: 8 });
    expect(clock.now()).toBe(2000);
  });

  it('takes a connection that is dropped at once for a gateway that is busy', async () => {
    gateway.answer = () => gateway.hangUp();
    await expect(transport.open()).rejects.toMatchObject({ code: 'link.busy', exit: 7 });
  });

  it('takes one that is dropped at once for a link that fails where the gateway has let us through before', async () => {
    await transport.open();
    gateway.answer = () => gateway.hangUp();
    await expect(transport.open()).rejects.toMatchObject({ code: 'link.closed', exit: 8 });
    await expect(transport.open()).rejects.toMatchObject({ code: 'link.closed', exit: 8 });
  });

  it('names the certificate where only the port for TLS is open, and the port where neither is', async () => {
    const secure = new MemoryGateway();
    await expect(create({ refused: true, secure }).open()).rejects.toMatchObject({
      code: 'adapter.needs-certificate',
      exit: 3,
      message: expect.stringContaining('TLS'),
    });
    expect(secure.written).toEqual([]);
    await expect(create({ refused: true }).open()).rejects.toMatchObject({ code: 'link.refused' });
  });
});

describe('sending', () => {
  it('frames the request in one write and resolves at the acknowledgement', async () => {
    await openWith(ACK);
    await transport.send(CLUSTER, READ_VIN);
    expect(gateway.written).toEqual([REQUEST]);
    expect(clock.now()).toBe(0);
  });

  it.each(['', '22', '22F190'])('takes an acknowledgement that repeats "%s"', async (repeated) => {
    await openWith(frame('8002', `0060 0EF3 00 ${repeated}`));
    await expect(transport.send(CLUSTER, READ_VIN)).resolves.toBeUndefined();
  });

  it.each([
    ['another request', frame('8002', '0060 0EF3 00 22F150')],
    ['another ECU', frame('8002', '0040 0EF3 00 22F190')],
    ['another tester', frame('8002', '0060 0E80 00 22F190')],
    ['the addresses as sent', frame('8002', '0EF3 0060 00 22F190')],
    ['more than was sent', frame('8002', '0060 0EF3 00 22F19000')],
    ['a code that is none', frame('8002', '0060 0EF3 01 22F190')],
    ['nothing', frame('8002', '0060 0EF3')],
  ])('does not take the acknowledgement of %s for its own', async (_what, other) => {
    await openWith(other);
    await expect(transport.send(CLUSTER, READ_VIN)).rejects.toMatchObject({ code: 'link.no-ack', exit: 8 });
    expect(clock.now()).toBe(2000);
    expect(gateway.written).toHaveLength(1);
  });

  it.each([
    ['02', 'link.doip-tester-address', 8],
    ['03', 'ecu.absent', 3],
    ['04', 'link.doip-too-large', 8],
    ['05', 'link.doip-out-of-memory', 8],
    ['06', 'ecu.absent', 3],
    ['08', 'link.doip-bus', 8],
    ['EE', 'link.doip-refused', 8],
  ])('refused with %s in place of the acknowledgement: %s', async (code, name, exit) => {
    await openWith(frame('8003', `0060 0EF3 ${code}`));
    await expect(transport.send(CLUSTER, READ_VIN)).rejects.toMatchObject({ code: name, exit, hint: expect.any(String) });
    expect(gateway.written).toHaveLength(1);
  });

  it('is not struck by the refusal of another ECU', async () => {
    await openWith(frame('8003', '0099 0EF3 03'), ACK, frame('8003', '0099 0EF3 03'), ANSWER);
    await transport.send(CLUSTER, READ_VIN);
    expect(await receive()).toBe('60: 62F19057');
  });

  it('tells two acknowledgements under way from each other', async () => {
    await openWith();
    const request = transport.send(CLUSTER, READ_VIN);
    const tester = transport.send(FUNCTIONAL_ADDRESS, fromHex('3E80'));
    gateway.say(frame('8002', '00DF 0EF3 00 3E80'));
    await tester;
    gateway.say(ACK);
    await request;
    expect(gateway.written).toEqual([REQUEST, '03FC8001000000060EF300DF3E80']);
  });
});

describe('receiving', () => {
  beforeEach(() => openWith());

  it('gives answers in order, however the bytes are cut, and passes over what is for others', async () => {
    const all =
      frame('8001', '0060 0E80 62F19000') + frame('8001', '0060 0EF3') + frame('4002', '00') + frame('8001', '0060 0EF3 7F2278') + ANSWER;
    for (const byte of all.match(/../g) ?? []) gateway.say(byte);
    expect([await receive(), await receive(), await receive()]).toEqual(['60: 7F2278', '60: 62F19057', undefined]);
  });

  it('answers an alive check at once, in the middle of an exchange', async () => {
    gateway.say(frame('0007'));
    expect(gateway.written).toEqual(['03FC0008000000020EF3']);
  });

  it('ends the connection where the gateway did not understand a frame', async () => {
    const waiting = receive();
    gateway.say(frame('0000', '01'));
    await expect(waiting).rejects.toMatchObject({ code: 'link.doip-header', exit: 8 });
    await expect(transport.send(CLUSTER, READ_VIN)).rejects.toMatchObject({ code: 'link.doip-header' });
  });

  it('says when the gateway fell silent inside a frame', async () => {
    gateway.say('03FC8001000000FF0060');
    await expect(receive()).rejects.toMatchObject({ code: 'link.doip-truncated', exit: 8 });
  });

  it('ends the connection at bytes that are no DoIP', async () => {
    const waiting = receive();
    gateway.say('485454502F312E31');
    await expect(waiting).rejects.toMatchObject({ code: 'link.doip-malformed' });
  });
});
