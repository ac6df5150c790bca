import { describe, expect, it } from 'vitest';
import { jsonOf, useBench } from './support/bench.ts';

const bench = useBench();
const B7F341 = [expect.objectContaining({ ecu: '61', code: 'B7F341', present: true })];

describe('faults --clear', () => {
  it('clears what is stored once somebody says yes, and tells what was there and what is left', async () => {
    const run = await bench.on(bench.link(), ['faults', 'ATM', '--clear', '--yes', '--json']);
    expect(run.exit).toBe(0);
    expect(jsonOf(run)).toMatchObject({ vehicle: 'changed', result: { before: B7F341, faults: [] } });
    bench.car = [expect.stringMatching(/^ecus\.61\.troubleCodes/)];
  });

  it('asks a person, who may say no', async () => {
    const run = await bench.on(bench.link(), ['faults', '--clear'], { answers: [false] });
    expect(run.questions).toEqual(['Clear 1 trouble code? What they tell of when and how they came is lost.']);
    expect(run).toMatchObject({ exit: 3, stderr: expect.stringContaining('B7F341') });
  });

  it('does nothing where nobody can be asked', async () => {
    const run = await bench.on(bench.link(), ['faults', '--clear', '--json']);
    expect(run.exit).toBe(3);
    expect(jsonOf(run)).toMatchObject({ vehicle: 'untouched', error: { code: 'consent.missing' } });
  });

  it('ends 3 where the ECU refuses, with its codes as before', async () => {
    const run = await bench.on(bench.link('fault=nrc:22,service=14'), ['faults', '--clear', '--yes', '--json']);
    expect(run.exit).toBe(3);
    expect(jsonOf(run)).toMatchObject({ vehicle: 'untouched', error: { code: 'uds.negative-response' } });
  });

  it('has nothing to clear on an ECU without codes', async () => {
    const run = await bench.on(bench.link(), ['faults', 'KOMBI', '--clear', '--json']);
    expect(jsonOf(run)).toMatchObject({ ok: true, vehicle: 'untouched', result: { faults: [], before: [] } });
  });
});
