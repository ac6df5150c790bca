import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fromHex, isKombiError, toHex, VirtualClock } from '../../../src/core/index.ts';
import { answerDatagram, createFaultBoard, DoipConnection, parseFault, startDoipServer, startMockCar } from '../../../src/mock/index.ts';
import { RawClient } from '../hsfz/support.ts';

// Frames written out by the tables of ISO 13400-2 (published).
const ACTIVATE = '03FC00050000000B0EF3000000000000000000';
const ACTIVATED = '03FC0006000000090EF300101000000000';
const SESSION = '03FC8001000000060EF300601003';
const ACK = '03FC800200000007' + '00600EF3001003';
const ANSWER = '03FC80010000000A' + '00600EF3500300C801F4';

/** A connection without sockets, on a virtual clock. */
function inMemory(faults: readonly string[] = [], silence = { aliveMs: 0, idleMs: 60_000 }) {
  const clock = new VirtualClock();
  const car = startMockCar({ profile: 'f06-sos', clock, faults: createFaultBoard(faults.map(parseFault)) });
  const written: string[] = [];
  let ending: string | undefined;
  const end = (how: string) => () => {
    ending = how;
  };
  const connection = new DoipConnection(
    car,
    { write: (bytes) => void written.push(toHex(bytes)), end: end('fin'), reset: end('rst') },
    silence,
  );
  return {
    clock,
    feed: (hex: string) => connection.feed(fromHex(hex.replaceAll(' ', ''))),
    written: () => written.splice(0),
    ending: () => ending,
    delivered: () => car.volatileState()['60']?.session === '03',
  };
}

/** The same, let through. */
function activated(faults: readonly string[] = [], silence?: Parameters<typeof inMemory>[1]) {
  const end = inMemory(faults, silence);
  end.feed(ACTIVATE);
  end.written();
  return end;
}

describe('a tester', () => {
  it('is let through, with the four bytes of the maker and without', () => {
    for (const request of [ACTIVATE, '03FC0005000000070EF30000000000']) {
      const { feed, written, ending } = inMemory();
      feed(request);
      expect([written(), ending()]).toEqual([[ACTIVATED], undefined]);
    }
  });

  it('is answered in the version that it speaks', () => {
    const { feed, written } = inMemory();
    feed(ACTIVATE.replace('03FC', '02FD'));
    expect(written()).toEqual([ACTIVATED.replace('03FC', '02FD')]);
  });

  it.each([
    ['an address that no tester has', ACTIVATE.replace('0EF3', '0060'), '03FC0006000000090060001000' + '00000000'],
    ['an activation of unknown kind', ACTIVATE.replace('0EF300', '0EF3E0'), '03FC0006000000090EF3001006' + '00000000'],
    ['an activation of odd length', '03FC0005000000020EF3', '03FC00000000000104'],
    ['a message before it is let through', SESSION, '03FC80030000000700600EF3021003'],
    ['a header of no version', '0303000500000000', '03FC00000000000100'],
    ['a frame of two gigabytes', '03FC800180000000', '03FC00000000000102'],
  ])('with %s is turned away', (_what, request, answer) => {
    const { feed, written, ending, delivered } = inMemory();
    feed(request);
    expect([written(), ending(), delivered()]).toEqual([[answer], 'fin', false]);
  });

  it('cannot speak for another one on the same connection', () => {
    const { feed, written, ending } = activated();
    feed(SESSION.replace('0EF3', '0E80'));
    expect([written(), ending()]).toEqual([['03FC80030000000700600E80021003'], 'fin']);
  });

  it('may not know a type of frame, and stays', () => {
    const { feed, written, ending } = activated();
    feed('03FC777700000000');
    expect([written(), ending()]).toEqual([['03FC00000000000101'], undefined]);
  });
});

describe('a request', () => {
  it('is acknowledged with the addresses swapped, then answered, in one write, however it is cut', () => {
    for (let at = 0; at <= SESSION.length; at += 2) {
      const { feed, written } = activated();
      feed(SESSION.slice(0, at));
      feed(SESSION.slice(at));
      expect(written()).toEqual([ACK + ANSWER]);
    }
  });

  it('may come byte by byte, a long one too, and share a piece with the next', () => {
    const { feed, written } = activated();
    const long = `03FC8001000001090EF300602E3001${'00'.repeat(0x109 - 7)}`;
    for (const byte of long.match(/../g) ?? []) feed(byte);
    expect(written().join('')).toBe('03FC80020000000A00600EF3002E30010000' + '03FC80010000000700600EF37F2E7F');
    feed(SESSION + SESSION);
    expect(written()).toEqual([ACK + ANSWER + ACK + ANSWER]);
  });

  it('to nobody is refused with 03 in place of the acknowledge', () => {
    const { feed, written } = activated();
    feed(SESSION.replace('EF30060', 'EF30099'));
    feed(SESSION.replace('EF30060', 'EF31060'));
    expect(written()).toEqual(['03FC80030000000700990EF3031003', '03FC80030000000710600EF3031003']);
  });

  it('to all is acknowledged once and answered by each ECU', () => {
    const { feed, written } = activated();
    feed('03FC8001000000070EF300DF22F150');
    const text = written().join('');
    expect(text.match(/03FC8002/g)).toHaveLength(1);
    expect(text.match(/03FC80010000000A00..0EF362F150/g)?.length).toBeGreaterThan(5);
  });
});

describe('a silent tester', () => {
  it('is asked whether it is alive, and dropped in the end', async () => {
    const { clock, written, ending } = activated([], { aliveMs: 1000, idleMs: 2500 });
    await clock.sleep(2400);
    expect([written(), ending()]).toEqual([['03FC000700000000', '03FC000700000000'], undefined]);
    await clock.sleep(200);
    expect(ending()).toBe('fin');
  });
});

describe('a fault of the gateway', () => {
  it.each([
    ['disconnect', 'fin', false, []],
    ['rst-after', 'rst', true, []],
    ['ack-only', undefined, false, [ACK]],
    ['no-ack', undefined, true, [ANSWER]],
    ['doip-nack:06', undefined, false, ['03FC80030000000700600EF3061003']],
    ['doip-nack-after:05', undefined, true, ['03FC80030000000700600EF3051003']],
    ['length:FFFFFFFF', undefined, true, [ACK + ANSWER.replace('0000000A', 'FFFFFFFF')]],
    ['truncate', undefined, true, [ACK + ANSWER.slice(0, 18)]],
    ['alive', undefined, true, [`${ACK}03FC000700000000${ANSWER}`]],
    ['coalesce', undefined, true, [ACK + ANSWER]],
  ])('%s: connection %s, delivered %s', (fault, ending, wasDelivered, frames) => {
    const end = activated([`${fault},times=1`]);
    end.feed(SESSION);
    expect([end.written(), end.ending(), end.delivered()]).toEqual([frames, ending, wasDelivered]);
  });

  it('doip-activation: the tester is not let through', () => {
    const { feed, written, ending } = inMemory(['doip-activation:07']);
    feed(ACTIVATE);
    expect([written(), ending()]).toEqual([['03FC0006000000090EF300100700000000'], 'fin']);
  });
});

describe('a datagram', () => {
  const car = startMockCar({ profile: 'f06-sos' });
  const vin = toHex(Buffer.from(car.vin));
  const announcement = `03FC000400000021${vin}0010${car.mac}${car.mac}0000`;
  const ask = (hex: string) => toHex(answerDatagram(car, fromHex(hex), { most: 8, connected: 2 }) ?? new Uint8Array(0));

  it.each([
    ['who is there, in any version', '03FC000100000000', announcement],
    ['who is there, in no version', 'FF00000100000000', announcement],
    ['by its MAC', `03FC000200000006${car.mac}`, announcement],
    ['by another MAC', '03FC000200000006FFFFFFFFFFFF', ''],
    ['by its VIN', `03FC000300000011${vin}`, announcement],
    ['by another VIN', `03FC000300000011${vin.replace('57', '58')}`, ''],
    ['how it is', '03FC400100000000', '03FC40020000000700080200010000'],
    ['whether the car is ready', '03FC400300000000', '03FC40040000000101'],
    ['an announcement of another', announcement, ''],
    ['a type nobody knows', '03FC777700000000', '03FC00000000000101'],
    ['no DoIP', '4854545048545450', '03FC00000000000100'],
    ['half a header', '03FC', '03FC00000000000104'],
  ])('%s', (_what, request, answer) => {
    expect(ask(request)).toBe(answer);
  });
});

describe('the gateway on the network', () => {
  it('answers over TCP and UDP on one port of loopback, and ends when it closes', async () => {
    const server = await startDoipServer(startMockCar({ profile: 'f06-sos' }));
    onTestFinished(() => server.close());
    const client = await RawClient.open(server.port);
    client.send(ACTIVATE);
    expect(await client.read(ACTIVATED.length / 2)).toBe(ACTIVATED);
    const socket = createSocket('udp4');
    onTestFinished(() => void socket.close());
    socket.send(fromHex('03FC000100000000'), server.port, '127.0.0.1');
    const [message, sender] = await once(socket, 'message');
    expect([message.length, sender.port]).toEqual([41, server.port]);
    await server.close();
    await server.close();
    expect(await client.ended()).toBe('fin');
  });

  it('says which port it cannot have', async () => {
    const car = startMockCar({ profile: 'f06-sos' });
    const server = await startDoipServer(car);
    onTestFinished(() => server.close());
    const error = await startDoipServer(car, { port: server.port }).catch((thrown: unknown) => thrown);
    expect(isKombiError(error, 'mock.listen') && error.message).toContain(`TCP port ${server.port} of 127.0.0.1`);
  });
});
