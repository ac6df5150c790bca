import { describe, expect, it } from 'vitest';
import { jsonOf, useBench } from './support/bench.ts';

const EDIT = 'KOMBI:3301/CC_ACTIVIERUNG_5.5=FF:F7';
const HIDDEN = ['ecus.60.blocks.3301.@25.3 1→0'];
const bench = useBench();

describe.each(['enet', 'elm327'])('the main job over %s', (kind) => {
  const link = () => bench.link(`link=${kind}`);

  it('changes one bit of the whole car, and undo leaves none', async () => {
    const coded = await bench.on(link(), ['code', EDIT], { answers: ['D000001'] });
    expect(coded.stderr).toBe('');
    expect(coded.exit).toBe(0);
    expect(coded.questions).toEqual(['Write to this car? Type the last seven of its VIN:']);
    expect(coded.stdout).toMatch(/^Backup {2}[0-9a-f]{16} {2}KOMBI, 14 blocks, read twice$/m);
    expect(coded.stdout).toMatch(/^1 block written, verified and verified again after a reset\.$/m);
    expect(coded.stdout).toMatch(/\nThe cluster may ask for time and date: two owners were asked\. Set them/);
    expect(bench.carDifferences()).toEqual(HIDDEN);

    const undone = await bench.on(link(), ['undo'], { answers: ['d000001'] });
    expect(undone.exit).toBe(0);
    bench.files = { backups: 2, journals: ['COMMITTED', 'COMMITTED'] };
  });

  it('is scripted by a dry run and --accept', async () => {
    const planned = jsonOf(await bench.on(link(), ['code', EDIT, '--dry-run', '--json']));
    expect(planned).toMatchObject({ schema: 'kombi/code@1', ok: true, vehicle: 'untouched' });
    expect(planned.result.plan).toMatchObject({
      vin: 'WBA6C92010D000001',
      edits: [{ address: 'KOMBI:3301/CC_ACTIVIERUNG_5.5', old: 'FF', new: 'F7' }],
    });
    expect(Object.keys(planned.result)).toEqual(['plan']);
    expect(bench.archiveFiles()).toEqual({ backups: 0, journals: [] });

    const run = await bench.on(link(), ['code', EDIT, '--accept', planned.result.plan.id, '--json', '--label', 'hide 299']);
    expect(run.exit).toBe(0);
    expect(jsonOf(run)).toMatchObject({
      ok: true,
      vehicle: 'changed',
      result: {
        verified: 1,
        plan: { id: planned.result.plan.id },
        followUp: expect.arrayContaining([expect.stringContaining('time and date')]),
      },
    });
    bench.car = HIDDEN;
    bench.files = { backups: 1, journals: ['COMMITTED'] };
  });
});

describe('code', () => {
  it('has one plan id on both links', async () => {
    const ids = [];
    for (const kind of ['enet', 'elm327'])
      ids.push(jsonOf(await bench.on(bench.link(`link=${kind}`), ['code', EDIT, '--dry-run', '--json'])).result.plan.id);
    expect(ids[0]).toBe(ids[1]);
  });

  it('carries out many edits as one job', async () => {
    const run = await bench.on(bench.link('link=elm327'), ['code', 'KOMBI:3301/CC_ACTIVIERUNG_5.5.3=0', '60:3000.@05=01'], {
      answers: ['D000001'],
    });
    expect(run.stderr).toBe('');
    expect(run.exit).toBe(0);
    const differences = bench.carDifferences();
    expect(differences).toContain(HIDDEN[0]);
    expect(new Set(differences.map((line) => line.slice(0, 'ecus.60.blocks.3301'.length)))).toEqual(
      new Set(['ecus.60.blocks.3000', 'ecus.60.blocks.3301']),
    );
    bench.car = differences;
    bench.files = { backups: 1, journals: ['COMMITTED'] };
  });

  it('takes edits from a file and from stdin', async () => {
    const stdin = '# hide 299\nKOMBI:3301/CC_ACTIVIERUNG_5.5.3=0 # the emergency call\n';
    const run = await bench.on(bench.link(), ['code', '-f', '-', '--dry-run', '--json'], { stdin });
    expect(jsonOf(run).result.plan.edits).toEqual([
      { address: 'KOMBI:3301/CC_ACTIVIERUNG_5.5.3', canonical: '60:3301.@25.3', old: '1', new: '0' },
    ]);
  });

  it('ends 0 without consent, backup or journal where the car holds the new value already', async () => {
    const run = await bench.on(bench.link(), ['code', 'KOMBI:3301/CC_ACTIVIERUNG_5.5=FF', '--json']);
    expect(run.exit).toBe(0);
    const { vehicle, result } = jsonOf(run);
    expect(vehicle).toBe('untouched');
    expect(result).toMatchObject({ plan: { alreadyDone: true } });
    expect(result.job).toBeUndefined();
  });

  it('refuses a plan id that is not this plan, before a backup is made', async () => {
    const run = await bench.on(bench.link(), ['code', EDIT, '--accept', '0123456789abcdef', '--json']);
    expect(run.exit).toBe(3);
    expect(jsonOf(run)).toMatchObject({ ok: false, vehicle: 'untouched', error: { code: 'plan.stale' } });
  });

  it('says which command line consents where nobody can be asked, whatever --yes says', async () => {
    const run = await bench.on(bench.link(), ['code', EDIT, '--yes']);
    expect(run.exit).toBe(3);
    expect(run.stderr).toMatch(/Nothing was written to the car\./);
    expect(run.stderr.replaceAll('\n', ' ')).toMatch(
      /kombi code KOMBI:3301\/CC_ACTIVIERUNG_5\.5=FF:F7 --yes --link '.*' --accept [0-9a-f]{16}/,
    );
  });

  it.each(['D000002', '', 'yes'])('takes "%s" for no consent', async (typed) => {
    const run = await bench.on(bench.link(), ['code', EDIT], { answers: [typed] });
    expect(run.exit).toBe(3);
    expect(run.stderr).toContain('Nothing was written to the car.');
    bench.files = { backups: 1, journals: [] };
  });

  it('promises nothing by a layout that no car has shown', async () => {
    const link = bench.link('fault=other-vin');
    const planned = await bench.on(link, ['code', '60:3301.@25.3=0', '--dry-run', '--json']);
    expect(jsonOf(planned).result.plan.effects).toEqual([expect.objectContaining({ message: 299, evidence: 'hypothesis' })]);
    expect((await bench.on(link, ['read', '60:3301.@25'])).stdout).toContain('by a layout that no car has shown, hidden messages: none');
    expect((await bench.on(link, ['messages', 'show', '299'])).stdout).toContain('by a layout that no car has shown, this car shows it');
    bench.car = ['vin WBA6C92010D000001→WBA6C92010D000009'];
  });

  it('writes nothing by a hypothesis, and shows the whole block where --experimental allows it', async () => {
    // A car that is no test car: what is known of its block are owners' words and one calculator's guess.
    const link = bench.link('fault=other-vin');
    const refused = await bench.on(link, ['code', EDIT, '--dry-run', '--json']);
    expect(refused.exit).toBe(3);
    expect(jsonOf(refused).error.code).toBe('coding.hypothesis');
    const allowed = await bench.on(link, ['code', EDIT, '--dry-run', '--experimental']);
    expect(allowed.exit).toBe(0);
    expect(allowed.stdout).toContain('CC_ACTIVIERUNG_40');
    expect(allowed.stdout).toMatch(/Experimental: /);
    expect(allowed.stdout).toMatch(/bit 3 off: by a layout that no car has shown, message 299, .*, would not be shown/);
    bench.car = ['vin WBA6C92010D000001→WBA6C92010D000009'];
  });
});
