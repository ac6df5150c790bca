import { SerialPortMock } from 'serialport';
import { afterEach, describe, expect, it } from 'vitest';
import type { VirtualClock } from '../../../src/core/index.ts';
import { PERSONALITIES } from '../../../src/mock/elm327/index.ts';
import { createMockSerialPort } from '../../../src/mock/serial/index.ts';
import { createElm327Transport } from '../../../src/transport/elm327/index.ts';
import { openSerialStream } from '../../../src/transport/serial/index.ts';
import { type AdapterBench, type AdapterBenchOptions, ask, KOMBI, plugAdapter } from './adapter-bench.ts';

afterEach(() => SerialPortMock.binding.reset());

async function plugged(options: AdapterBenchOptions = {}): Promise<AdapterBench> {
  const bench = await plugAdapter({ baud: 38_400, ...options });
  await bench.transport.open();
  return bench;
}

async function read(bench: AdapterBench, times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) expect(await ask(bench, '223001')).toMatch(/^623001[0-9A-F]{504}$/);
}

const switching = (lines: readonly string[]) => lines.filter((line) => /^(ATBR|STBR|ATZ)/.test(line));

describe('a slow cable', () => {
  it.each([
    ['genuine-2.1', ['ATBRT14', 'ATBRD08'], ['ATBRT14', 'ATBRD68']],
    ['stn2120', ['STBRT100', 'STBR500000'], ['STBRT100', 'STBR38400']],
  ] as const)('is switched once that pays, proved, and given back as it was: %s', async (personality, there, back) => {
    const bench = await plugged({ personality });
    await read(bench, 1);
    expect(switching(bench.lines)).toEqual([]);
    await read(bench, 6);
    expect(switching(bench.lines)).toEqual(there);
    expect(bench.adapter.baud).toBe(500_000);
    const name = personality === 'genuine-2.1' ? 'ATI' : 'STI';
    expect(bench.lines.slice(bench.lines.indexOf(there[1]) + 1, bench.lines.indexOf(there[1]) + 5)).toEqual(['', name, name, name]);
    expect(await bench.transport.proveWrites?.(KOMBI)).toBe(true);
    await bench.transport.close();
    expect(bench.adapter.baud / 38_400).toBeCloseTo(1, 2);
    expect(switching(bench.lines).slice(2)).toEqual(back);
    await bench.transport.open();
    await read(bench, 1);
  });

  it('stays as it is for a short job, where long messages are proved at its rate, and where it is quick already', async () => {
    const proved = await plugged();
    await read(proved, 1);
    expect(await proved.transport.proveWrites?.(KOMBI)).toBe(true);
    await read(proved, 6);
    expect(switching(proved.lines)).toEqual([]);
    const quick = await plugged({ baud: 500_000 });
    await read(quick, 12);
    expect(switching(quick.lines)).toEqual([]);
  });

  it('goes back where it does not carry the new rate, tries the next, and works on', async () => {
    const bench = await plugged({ deafAt: [500_000] });
    await read(bench, 8);
    expect(switching(bench.lines)).toEqual(['ATBRT14', 'ATBRD08', 'ATBRT14', 'ATBRD23']);
    expect(bench.adapter.baud).toBeCloseTo(114_286, 0);
    const stubborn = await plugged({ deafAt: [500_000, 115_200] });
    await read(stubborn, 12);
    expect(switching(stubborn.lines)).toHaveLength(4);
    expect(stubborn.adapter.baud).toBe(38_400);
  });

  it('is left alone, after one attempt, by a chip that knows no other rate', async () => {
    const bench = await plugged({ personality: { ...PERSONALITIES['genuine-2.1'], lacks: ['BRD'] } });
    await read(bench, 12);
    expect(switching(bench.lines)).toEqual(['ATBRT14', 'ATBRD08', 'ATBRT14', 'ATBRD23']);
    expect(bench.adapter.baud).toBe(38_400);
  });

  it('is found at the rate at which a program that died has left it', async () => {
    const bench = await plugged();
    await read(bench, 8);
    expect(bench.adapter.baud).toBe(500_000);
    // Nobody says goodbye: another program opens the port, at the rate that its user knows.
    const clock = bench.transport.clock as VirtualClock;
    const { binding } = await createMockSerialPort(bench.adapter, { path: '/dev/mock-again' });
    const open = openSerialStream({ path: '/dev/mock-again', baudRate: 38_400, clock, wired: true, binding });
    const transport = createElm327Transport({ open, clock, description: 'the next', portName: undefined });
    await transport.open();
    await read({ ...bench, transport }, 1);
    await transport.close();
    expect(bench.adapter.baud / 38_400).toBeCloseTo(1, 2);
  });
});

describe('a radio link', () => {
  it.each(['wifi', 'bluetooth-30ms', 'bluetooth-100ms'] as const)('is never asked for another rate: %s', async (personality) => {
    const bench = await plugged({ personality });
    await read(bench, 12);
    expect(switching(bench.lines)).toEqual([]);
  });
});
