import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/core/index.ts';
import { CanBus, type CanFrame, CarOnCan, frameTimeMs } from '../../../src/mock/can/index.ts';
import { FakeCar, type FakeCarOptions } from './fake-car.ts';

const LONG = `6233${'01'.repeat(18)}`; // 20 bytes: a first frame and three consecutive ones

/** A bare node: sends frames as hex, writes down what it sees and when. */
function socket(options: FakeCarOptions = {}) {
  const clock = new VirtualClock();
  const car = new FakeCar({ ...options, clock });
  const bus = new CanBus(clock);
  new CarOnCan(car, bus);
  const seen: { readonly at: number; readonly text: string }[] = [];
  const node = {
    receive: ({ id, data }: CanFrame) => {
      seen.push({ at: clock.now(), text: `${id.toString(16).toUpperCase()}#${Buffer.from(data).toString('hex').toUpperCase()}` });
    },
  };
  bus.attach(node);
  const send = (text: string, id = 0x6f1) => bus.send(node, { id, data: Buffer.from(text.replaceAll(' ', ''), 'hex') });
  const texts = () => seen.map(({ text }) => text);
  return { clock, car, bus, seen, texts, send };
}

describe('the wire', () => {
  it('takes 0.27 ms for eight bytes and less for fewer', () => {
    expect(frameTimeMs({ id: 0x6f1, data: new Uint8Array(8) })).toBeCloseTo(0.27, 6);
    expect(frameTimeMs({ id: 0x6f1, data: new Uint8Array(0) })).toBeCloseTo(0.11, 6);
    expect(frameTimeMs({ id: 0x18daf110, extended: true, data: new Uint8Array(8) })).toBeGreaterThan(0.27);
  });

  it('carries one frame after the other', async () => {
    const { clock, bus, send } = socket();
    const times: number[] = [];
    bus.attach({ receive: () => times.push(clock.now()) });
    for (let count = 0; count < 3; count += 1) send('00 02 3E 80 00 00 00 00');
    await clock.sleep(10);
    expect(times.map((at) => Number(at.toFixed(6)))).toEqual([0.27, 0.54, 0.81]);
    expect(bus.frames).toBe(3);
  });
});

describe('an ECU on the diagnostic CAN', () => {
  it('answers a short request with a short single frame, padded request or not', async () => {
    for (const frame of ['60 03 22 DD 68', '60 03 22 DD 68 00 00 00']) {
      const { clock, car, texts, send } = socket({ answers: { '22DD68': '62DD6891CA' } });
      send(frame);
      await clock.sleep(50);
      expect(texts()).toEqual(['660#F10562DD6891CA']);
      expect(car.received).toEqual(['60 22DD68']);
    }
  });

  it('is silent at an address that nobody has', async () => {
    const { clock, car, texts, send } = socket();
    send('99 03 22 F1 90');
    await clock.sleep(2000);
    expect(texts()).toEqual([]);
    expect(car.received).toEqual([]);
  });

  it('sends a long answer after flow control, the last frame filled with FF', async () => {
    const { clock, texts, send } = socket({ answers: { '223301': LONG } });
    send('60 03 22 33 01');
    await clock.sleep(50);
    expect(texts()).toEqual(['660#F110146233010101']);
    send('60 30 00 00');
    await clock.sleep(50);
    expect(texts().slice(1)).toEqual(['660#F121010101010101', '660#F122010101010101', '660#F123010101FFFFFF']);
  });

  it('stops at the block size and goes on with the next flow control', async () => {
    const { clock, texts, send } = socket({ answers: { '223301': LONG } });
    send('60 03 22 33 01');
    await clock.sleep(50);
    send('60 30 02 00');
    await clock.sleep(50);
    expect(texts()).toHaveLength(3);
    send('60 30 02 00');
    await clock.sleep(50);
    expect(texts()).toHaveLength(4);
  });

  it.each([
    ['14', 20],
    ['F3', 0.3],
    ['80', 127],
    ['FA', 127],
  ])('keeps the separation time %s', async (code, gapMs) => {
    const { clock, seen, send } = socket({ answers: { '223301': LONG } });
    send('60 03 22 33 01');
    await clock.sleep(50);
    send(`60 30 00 ${code}`);
    await clock.sleep(500);
    expect((seen[2]?.at ?? 0) - (seen[1]?.at ?? 0)).toBeCloseTo(gapMs + 0.27, 6);
    expect((seen[3]?.at ?? 0) - (seen[2]?.at ?? 0)).toBeCloseTo(gapMs + 0.27, 6);
  });

  it('gives up when flow control comes after 1000 ms, and waits longer when told to', async () => {
    const late = socket({ answers: { '223301': LONG } });
    late.send('60 03 22 33 01');
    await late.clock.sleep(1100);
    late.send('60 30 00 00');
    await late.clock.sleep(50);
    expect(late.texts()).toHaveLength(1);

    const told = socket({ answers: { '223301': LONG } });
    told.send('60 03 22 33 01');
    await told.clock.sleep(900);
    told.send('60 31 00 00');
    await told.clock.sleep(900);
    told.send('60 30 00 00');
    await told.clock.sleep(50);
    expect(told.texts()).toHaveLength(4);
  });

  it('takes overflow as the end of the message', async () => {
    const { clock, texts, send } = socket({ answers: { '223301': LONG } });
    send('60 03 22 33 01');
    await clock.sleep(50);
    send('60 32 00 00');
    send('60 30 00 00');
    await clock.sleep(50);
    expect(texts()).toHaveLength(1);
  });

  it('puts a long request together, with the flow control of the car', async () => {
    const { clock, car, texts, send } = socket({
      answers: { '2E330101020304050607080910': '6E3301' },
      flowControl: { blockSize: 1, separationTime: 10 },
    });
    send('60 10 0D 2E 33 01 01 02');
    await clock.sleep(5);
    send('60 21 03 04 05 06 07 08');
    await clock.sleep(5);
    expect(texts()).toEqual(['660#F130010A', '660#F130010A']);
    send('60 22 09 10 00 00 00 00');
    await clock.sleep(50);
    expect(car.received).toEqual(['60 2E330101020304050607080910']);
    expect(texts().at(-1)).toBe('660#F1036E3301');
  });

  it('forgets a long request on a wrong sequence number or a second of silence', async () => {
    const wrong = socket();
    wrong.send('60 10 08 2E 33 01 01 02');
    await wrong.clock.sleep(5);
    wrong.send('60 22 03 04 05 06 07 08');
    wrong.send('60 21 03 04 05 06 07 08');
    await wrong.clock.sleep(50);
    expect(wrong.car.received).toEqual([]);

    const slow = socket();
    slow.send('60 10 08 2E 33 01 01 02');
    await slow.clock.sleep(1100);
    slow.send('60 21 03 04 05 06 07 08');
    await slow.clock.sleep(50);
    expect(slow.car.received).toEqual([]);
  });

  it('answers a functional request from every address', async () => {
    const { clock, car, texts, send } = socket({ answers: { '1003': '5003' } });
    send('DF 02 10 03');
    await clock.sleep(50);
    expect(car.received).toEqual(['DF 1003']);
    expect(texts()).toEqual(['610#F1025003', '612#F1025003', '660#F1025003']);
  });

  it('says that an answer beyond 4095 bytes is too long', async () => {
    const { clock, texts, send } = socket({ answers: { '223301': '62'.repeat(4096) } });
    send('60 03 22 33 01');
    await clock.sleep(50);
    expect(texts()).toEqual(['660#F1037F2214']);
  });
});

describe('frames that only look like a request', () => {
  it('of 29 bits or remote reach nobody', async () => {
    const { clock, car, bus, texts } = socket({ answers: { '3E00': '7E00' } });
    const node = { receive: () => {} };
    const data = Buffer.from('60023E00', 'hex');
    bus.send(node, { id: 0x6f1, extended: true, data });
    bus.send(node, { id: 0x6f1, remote: true, data });
    await clock.sleep(50);
    expect(car.received).toEqual([]);
    expect(texts()).toHaveLength(2);
  });
});

describe('OBD-II on the same wire', () => {
  it('answers supported parameters, values and the VIN as an engine ECU', async () => {
    const { clock, texts, send } = socket();
    send('02 01 00 00 00 00 00 00', 0x7df);
    send('02 01 0C 00 00 00 00 00', 0x7e0);
    send('02 01 0F 00 00 00 00 00', 0x7df);
    send('02 09 02 00 00 00 00 00', 0x7df);
    await clock.sleep(50);
    expect(texts()).toEqual(['7E8#0641000818001000', '7E8#04410C0000000000', '7E8#1014490201574241']);
    send('30 00 00 00 00 00 00 00', 0x7e0);
    await clock.sleep(50);
    expect(texts().slice(3)).toEqual(['7E8#2158585445535456', '7E8#22494E3030303031']);
  });

  it('is silent with terminal 15 off, or without a DME', async () => {
    for (const change of [(car: FakeCar) => (car.terminal15 = false), (car: FakeCar) => (car.addresses = [0x60])]) {
      const { clock, car, texts, send } = socket();
      change(car);
      send('02 01 00 00 00 00 00 00', 0x7df);
      await clock.sleep(50);
      expect(texts()).toEqual([]);
    }
  });
});

describe('faults of the wire', () => {
  it('fc-wait makes the tester wait so many times', async () => {
    const { clock, texts, send } = socket({ faults: [{ kind: 'fc-wait', value: '2' }] });
    send('60 10 08 2E 33 01 01 02');
    await clock.sleep(3000);
    expect(texts()).toEqual(['660#F1310000', '660#F1310000', '660#F1300000']);
  });

  it('frames sent into a wait are lost', async () => {
    const { clock, car, send } = socket({ faults: [{ kind: 'fc-wait', value: '1' }] });
    send('60 10 08 2E 33 01 01 02');
    await clock.sleep(100);
    send('60 21 03 04 05 06 07 08');
    await clock.sleep(3000);
    expect(car.received).toEqual([]);
  });

  it('fc-wait without a number waits beyond all patience', async () => {
    const { clock, texts, send } = socket({ faults: [{ kind: 'fc-wait' }] });
    send('60 10 08 2E 33 01 01 02');
    await clock.sleep(20_000);
    expect(texts().length).toBeGreaterThan(30);
    expect(new Set(texts())).toEqual(new Set(['660#F1310000']));
  });

  it('fc-overflow refuses, for the service it is set on', async () => {
    const { clock, texts, send } = socket({ faults: [{ kind: 'fc-overflow', service: 0x2e, did: 0x3301 }] });
    send('60 10 08 2E 33 02 01 02');
    await clock.sleep(5);
    send('60 10 08 2E 33 01 01 02');
    await clock.sleep(5);
    expect(texts()).toEqual(['660#F1300000', '660#F1320000']);
  });

  it('cf-lost and wrong-sn harm one consecutive frame', async () => {
    for (const [kind, frames] of [
      ['cf-lost', ['660#F121010101010101', '660#F123010101FFFFFF']],
      ['wrong-sn', ['660#F121010101010101', '660#F123010101010101', '660#F123010101FFFFFF']],
    ] as const) {
      const { clock, texts, send } = socket({ answers: { '223301': LONG }, faults: [{ kind, after: 1, times: 1, service: 0x22 }] });
      send('60 03 22 33 01');
      await clock.sleep(50);
      send('60 30 00 00');
      await clock.sleep(50);
      expect(texts().slice(1)).toEqual(frames);
    }
  });
});
