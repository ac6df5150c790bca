import { describe, expect, it } from 'vitest';
import { ecuAddress, FUNCTIONAL_ADDRESS, fromHex, KombiError, toHex, VirtualClock } from '../../../src/core/index.ts';
import { type PersonalityName, plugIn } from '../../../src/mock/elm327/index.ts';
import { type Car, type Fault, startMockCar } from '../../../src/mock/index.ts';
import { createElm327Transport } from '../../../src/transport/elm327/index.ts';
import type { Transport } from '../../../src/transport/index.ts';
import { openDeviceStream } from './device-stream.ts';

const KOMBI = ecuAddress(0x60);
const READ_BLOCK = '223301';

interface Bench {
  readonly clock: VirtualClock;
  readonly car: Car;
  readonly transport: Transport;
  readonly log: string[];
}

async function plugged(options: { personality?: PersonalityName; baud?: number; faults?: readonly Fault[] } = {}): Promise<Bench> {
  const clock = new VirtualClock();
  const car = startMockCar({ profile: 'f06-sos', clock });
  const { faults = [], ...adapterOptions } = options;
  const log: string[] = [];
  const transport = createElm327Transport({
    open: openDeviceStream(plugIn(car, adapterOptions), log),
    clock,
    description: 'the mock',
    portName: undefined,
  });
  await transport.open();
  for (const fault of faults) car.faults.add(fault);
  return { clock, car, transport, log };
}

/** One exchange as a UDS client has it: pending and foreign answers passed over. */
async function ask({ transport }: Bench, request: string, waitMs = 2000): Promise<string | undefined> {
  await transport.send(KOMBI, fromHex(request));
  for (;;) {
    const message = await transport.receive(transport.clock.now() + waitMs);
    if (message === undefined) return undefined;
    const payload = toHex(message.payload);
    if (message.source === KOMBI && !payload.endsWith('78')) return payload;
  }
}

function stored(car: Car): string {
  const state = car.exportState();
  return JSON.stringify(state.ecus['60'] ?? state);
}

describe('speed in virtual time, host time zero', () => {
  const BLOCK_BYTES = 252;

  // elm327.md §3.3: frames of 20 characters to read, of 17 and a prompt to write.
  it.each([
    [38400, 'read', 1.15],
    [115200, 'read', 1.15],
    [38400, 'write', 1.3],
    [115200, 'write', 1.3],
  ] as const)('at %i baud, a %s of 252 bytes takes at most %d of its floor', async (baud, kind, most) => {
    const bench = await plugged({ baud });
    const { clock } = bench;
    const whole = await ask(bench, READ_BLOCK);
    await ask(bench, '1003');
    await ask(bench, '3E00');
    const startMs = clock.now();
    const bytes = kind === 'read' ? ((await ask(bench, READ_BLOCK))?.length ?? 0) / 2 : BLOCK_BYTES + 3;
    // Too long or too short for the block is refused, but only after all of it has come.
    if (kind === 'write') expect(await ask(bench, `2E3301${whole?.slice(6, 6 + 2 * BLOCK_BYTES)}`)).toBe('7F2E13');
    const frames = 1 + Math.ceil((bytes - 5) / 6);
    const characters = kind === 'read' ? frames * 20 + '6003223301\r'.length : frames * 18;
    const ratio = (clock.now() - startMs) / ((characters * 10_000) / baud);
    expect(ratio).toBeGreaterThan(1);
    expect(ratio).toBeLessThanOrEqual(most);
  });

  it('a question that is refused costs three characters more than its two frames', async () => {
    const clock = new VirtualClock();
    const adapter = plugIn(startMockCar({ profile: 'f06-sos', clock }));
    const transport = createElm327Transport({ open: openDeviceStream(adapter), clock, description: 'the mock', portName: undefined });
    await transport.open();
    const characters = () => adapter.counters.charactersReceived + adapter.counters.charactersSent;
    const costs: number[] = [];
    for (let count = 0; count < 4; count += 1) {
      const before = characters();
      await transport.send(KOMBI, fromHex('223099'));
      expect(toHex((await transport.receive(clock.now() + 100))?.payload ?? new Uint8Array())).toBe('7F2231');
      costs.push(characters() - before);
    }
    // The number of answers, an end of line and the prompt. Before, the chip is interrupted once.
    expect(costs.slice(2)).toEqual([0, 0].map(() => '6003223099\r660F1037F2231\r'.length + 3));
  });

  it('opens in twenty lines or so, without a reset', async () => {
    const { log, clock } = await plugged();
    const lines = log.filter((entry) => entry.startsWith('>') && entry !== '> ');
    expect(lines.length).toBeLessThanOrEqual(20);
    expect(clock.now()).toBeLessThan(200);
  });
});

describe('the car', () => {
  it('answers a functional request from many ECUs', async () => {
    const { transport, clock, car } = await plugged();
    await transport.send(FUNCTIONAL_ADDRESS, fromHex('22F186'));
    const sources = new Set<number>();
    for (
      let message = await transport.receive(clock.now() + 500);
      message !== undefined;
      message = await transport.receive(clock.now() + 500)
    ) {
      expect(toHex(message.payload)).toMatch(/^62F18601|^7F22/);
      sources.add(message.source);
    }
    expect(sources).toEqual(new Set(car.ecuAddresses()));
  });

  it('is silent at an address that nobody has, until the deadline', async () => {
    const { transport, clock } = await plugged();
    await transport.send(ecuAddress(0x99), fromHex('22F186'));
    const deadlineMs = clock.now() + 800;
    expect(await transport.receive(deadlineMs)).toBeUndefined();
    expect(clock.now()).toBeCloseTo(deadlineMs, 6);
    await transport.send(KOMBI, fromHex('22F186'));
    expect(toHex((await transport.receive(clock.now() + 800))?.payload ?? new Uint8Array())).toMatch(/^62F18601/);
  });

  it.each(['genuine-2.1', 'clone-1.5'] as const)('is waited for through pending answers, %s', async (personality) => {
    const bench = await plugged({ personality, faults: [{ kind: 'pending', value: '3', ecu: 0x60, after: 2, times: 1 }] });
    for (let count = 0; count < 4; count += 1) expect(await ask(bench, READ_BLOCK, 6000)).toMatch(/^623301/);
  });

  it.each([
    ['fc-wait', '3', '6E3301'],
    ['fc-wait', '20', 'link.isotp.waiting'],
    ['fc-overflow', '', 'link.isotp.overflow'],
  ])('steers a write by its flow control: %s %s gives %s', async (kind, value, outcome) => {
    const bench = await plugged();
    const block = (await ask(bench, READ_BLOCK))?.slice(6);
    await ask(bench, '1003');
    bench.car.faults.add({ kind, value, ecu: 0x60, after: 0, times: 1 });
    const before = stored(bench.car);
    const answer = await ask(bench, `2E3301${block}`).catch((error: unknown) => (error instanceof KombiError ? error.code : String(error)));
    expect(answer).toBe(outcome);
    expect(stored(bench.car)).toBe(before);
  });

  it.each([1, 8, 12, 13])('gets every frame of a write whatever block size it asks for: %i, separation time 10 ms', async (blockSize) => {
    const bench = await plugged();
    const block = (await ask(bench, READ_BLOCK))?.slice(6);
    await ask(bench, '1003');
    bench.car.canFlowControl = () => ({ blockSize, separationTime: 0x0a });
    const startMs = bench.clock.now();
    expect(await ask(bench, `2E3301${block}`)).toBe('6E3301');
    const frames = Math.ceil((3 + (block?.length ?? 0) / 2 - 5) / 6);
    expect(bench.clock.now() - startMs).toBeGreaterThanOrEqual((frames - 1) * 10);
  });
});

describe('a read under each fault of cable, chip and bus', () => {
  const FAULTS = [
    ...['data-error', 'drop-byte', 'nul', 'garbage', 'echo-on', 'buffer-full', 'stale-reply', 'stopped', 'can-error', 'lv-reset'],
    ...['act-alert', 'unplug', 'cf-lost', 'wrong-sn'],
  ];
  const AFTER = [0, 1, 2, 7, 20];

  it.each(FAULTS)('%s: the right bytes or an error, never others; and again after reopening', async (kind) => {
    const clean = await ask(await plugged(), READ_BLOCK);
    let struck = 0;
    for (const after of AFTER) {
      const bench = await plugged();
      await ask(bench, '22F186');
      bench.car.faults.add({ kind, after, times: 1 });
      const failures: string[] = [];
      for (let attempt = 0; attempt < 3; attempt += 1) {
        try {
          const answer = await ask(bench, READ_BLOCK);
          if (answer === clean) break;
          // Silence, or a stale answer to another identifier, which a client passes over.
          expect(answer === undefined || answer.startsWith('62F186')).toBe(true);
          failures.push('silence');
        } catch (error) {
          expect(error).toMatchObject({ exit: 8 });
          failures.push((error as KombiError).code);
        }
        await bench.transport.close();
        if (kind === 'unplug') break;
        await bench.transport.open();
      }
      struck += bench.car.faults.struck().reduce((sum, entry) => sum + entry.times, 0);
      expect(failures.length).toBeLessThan(3);
    }
    expect(struck).toBeGreaterThan(0);
  });
});
