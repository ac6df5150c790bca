import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonOf, type Run, useBench } from './support/bench.ts';

const bench = useBench();
const ONE_BIT = 'KOMBI:3301/CC_ACTIVIERUNG_5.5.3=0';
const VIN = 'WBA6C92010D000001';

const file = (name = 'session.trace') => join(bench.folder, name);
const record = (link: string, words: readonly string[], ...more: string[]): Promise<Run> =>
  bench.on(link, [...words, '--trace', file(), ...more]);
const replay = (words: readonly string[], path = file()): Promise<Run> => bench.on(`replay:${path}`, words);

describe.each(['enet', 'elm327'])('a session recorded over %s', (kind) => {
  const link = () => bench.link(`link=${kind}`);

  it.each([
    ['info', ['info', '--json']],
    ['read', ['read', '60:3301.@25', '60:3301.@2D', '--json']],
    ['faults', ['faults', '--json']],
    ['a refusal', ['read', '60:3399', '--json']],
  ])('gives the same result again when it is replayed: %s', async (_, words) => {
    const recorded = await record(link(), words);
    expect(statSync(file()).mode & 0o077).toBe(0);
    const again = await replay(words);
    expect(again.stdout).toBe(recorded.stdout);
    expect(again.exit).toBe(recorded.exit);
  });
});

describe('a job that was recorded', () => {
  it('is done again by a replay, to the archive and back', async () => {
    const link = bench.link('link=elm327');
    const plan = jsonOf(await bench.on(link, ['code', ONE_BIT, '--dry-run', '--json'])).result.plan;
    const words = ['code', ONE_BIT, '--accept', plan.id, '--json'];
    const recorded = jsonOf(await record(link, words));
    expect(recorded).toMatchObject({ vehicle: 'changed', result: { plan: { vin: VIN }, verified: 1 } });
    const again = jsonOf(await replay([...words, '--archive', bench.archive]));
    expect(again).toMatchObject({ vehicle: 'changed', result: { plan: recorded.result.plan, verified: 1 } });
    bench.car = ['ecus.60.blocks.3301.@25.3 1→0'];
    bench.files = { backups: 2, journals: ['COMMITTED', 'COMMITTED'] };
  });
});
