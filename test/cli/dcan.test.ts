import { describe, expect, it } from 'vitest';
import { jsonOf, useBench } from './support/bench.ts';

const bench = useBench();
const link = (...options: string[]) => bench.link('link=dcan', ...options);
const EDIT = 'KOMBI:3301/CC_ACTIVIERUNG_5.5=FF:F7';

async function code(...options: string[]) {
  const planned = jsonOf(await bench.on(link(), ['code', EDIT, '--dry-run', '--json']));
  return bench.on(link(...options), ['code', EDIT, '--accept', planned.result.plan.id, '--json']);
}

describe('a K+DCAN cable', () => {
  it('codes, verifies and takes back, once it has proved itself', async () => {
    const run = await code();
    expect(jsonOf(run)).toMatchObject({ ok: true, vehicle: 'changed' });
    bench.car = ['ecus.60.blocks.3301.@25.3 1→0'];
    bench.files = { backups: 1, journals: ['COMMITTED'] };
  });

  it('that loses the echo of a write leaves the car with the old bytes or the new, and says which', async () => {
    const run = await code('fault=echo-lost,service=2E,times=1');
    expect([run.exit, jsonOf(run).vehicle]).toEqual([0, 'changed']);
    bench.car = ['ecus.60.blocks.3301.@25.3 1→0'];
    bench.files = { backups: 1, journals: ['COMMITTED'] };
  });

  it('that garbles an answer only costs a repeated read', async () => {
    const run = await bench.on(link('fault=bad-sum,after=3,times=1'), ['read', '60:3301.@25', '--json']);
    expect(jsonOf(run).result.values[0].hex).toBe('FF');
  });

  it('that repeats nothing is named, with what to look at', async () => {
    const run = await bench.on(link('fault=echo-lost'), ['read', '60:3301.@25', '--json']);
    expect(run.exit).toBe(8);
    expect(jsonOf(run).error).toMatchObject({ code: 'link.no-echo', hint: expect.stringContaining('kombi doctor') });
  });

  it('tells the ignition', async () => {
    expect(jsonOf(await bench.on(link('fault=ignition-off'), ['info', '--json'])).result.ignition).toBe('off');
  });

  it('reads and backs up an E-series car', async () => {
    bench.profile = 'e92';
    expect(jsonOf(await bench.on(link(), ['info', '--json'])).result).toMatchObject({ vin: 'WBAZE92010D000025', family: 'E' });
    const saved = jsonOf(await bench.on(link(), ['backup', 'create', '--json']));
    const overElm = jsonOf(await bench.on(bench.link('link=elm327'), ['backup', 'create', '--json']));
    expect(saved.ok).toBe(true);
    expect(saved.result.blocks).toEqual(overElm.result.blocks);
    bench.files = { backups: 2, journals: [] };
  });
});
