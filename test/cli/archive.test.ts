import { describe, expect, it } from 'vitest';
import { jsonOf, useBench } from './support/bench.ts';

const BIT = 'KOMBI:3301/CC_ACTIVIERUNG_5.5.3=0';
const bench = useBench();
const link = (...options: string[]) => bench.link('link=elm327', ...options);

async function code(): Promise<{ job: string; backup: string }> {
  const planned = jsonOf(await bench.on(link(), ['code', BIT, '--dry-run', '--json']));
  return jsonOf(await bench.on(link(), ['code', BIT, '--accept', planned.result.plan.id, '--json'])).result;
}

describe('backup', () => {
  it('create saves every coding block of every ECU, and show gives it back', async () => {
    const created = jsonOf(await bench.on(link(), ['backup', 'create', '--label', 'first', '--json'])).result;
    expect(created).toMatchObject({ vin: 'WBA6C92010D000001', complete: true, path: expect.stringContaining(created.id) });
    const shown = jsonOf(await bench.run(['backup', 'show', created.id.slice(0, 6), '--json'])).result;
    expect(shown.blocks).toHaveLength(created.blocks);
    expect(new Set(shown.blocks.map(({ ecu }: { ecu: string }) => ecu)).size).toBeGreaterThan(1);
    const sperre = shown.blocks.find((block: { ecu: string; did: string }) => block.ecu === '60' && block.did === '3301');
    const read = jsonOf(await bench.on(link(), ['read', '60:3301', '--json'])).result.values[0];
    expect(sperre.hex).toBe(read.hex);
    const listed = jsonOf(await bench.run(['backup', 'list', '--json'])).result.backups;
    expect(listed).toEqual([expect.objectContaining({ id: created.id, label: 'first', state: 'intact' })]);
    expect((await bench.run(['backup', 'verify', '--all'])).stdout).toMatch(/1 file checked, all intact/);
    bench.files = { backups: 1, journals: [] };
  });

  it('verify --against-car ends 0 while the car holds the same, 3 when it does not', async () => {
    const { id } = jsonOf(await bench.on(link(), ['backup', 'create', '--ecu', 'KOMBI', '--json'])).result;
    const same = await bench.on(link(), ['backup', 'verify', id, '--against-car', '--json']);
    expect(jsonOf(same).result.againstCar).toEqual({ equal: true, blocks: 14 });
    await code();
    const differs = await bench.on(link(), ['backup', 'verify', id, '--against-car', '--json']);
    expect(differs.exit).toBe(3);
    expect(jsonOf(differs)).toMatchObject({
      vehicle: 'untouched',
      error: { code: 'backup.differs', message: expect.stringContaining('KOMBI:3301 differs: @25 FF→F7') },
    });
    bench.car = ['ecus.60.blocks.3301.@25.3 1→0'];
    bench.files = { backups: 2, journals: ['COMMITTED'] };
  });

  it('diff ends 0 either way and names the byte', async () => {
    const before = jsonOf(await bench.on(link(), ['backup', 'create', '--ecu', 'KOMBI', '--json'])).result.id;
    await code();
    const after = jsonOf(await bench.on(link(), ['backup', 'create', '--ecu', 'KOMBI', '--json'])).result.id;
    const different = await bench.run(['backup', 'diff', before, after, '--json']);
    expect(different.exit).toBe(0);
    expect(jsonOf(different).result).toMatchObject({
      equal: false,
      ecus: [{ address: '60', blocks: [{ did: '3301', bytes: [{ offset: 0x25, left: 0xff, right: 0xf7 }] }] }],
    });
    expect((await bench.run(['backup', 'diff', before, after])).stdout).toContain('@25 FF→F7');
    const equal = await bench.run(['backup', 'diff', before, before, '--json']);
    expect([equal.exit, jsonOf(equal).result.equal]).toEqual([0, true]);
    bench.car = ['ecus.60.blocks.3301.@25.3 1→0'];
    bench.files = { backups: 3, journals: ['COMMITTED'] };
  });
});

describe('backups of different extent', () => {
  it('are listed on a line each at 80 columns, and differ by whole ECUs', async () => {
    const some = jsonOf(await bench.on(link(), ['backup', 'create', '--ecu', 'KOMBI', '--json'])).result;
    const all = jsonOf(await bench.on(link(), ['backup', 'create', '--json'])).result;
    expect((await bench.run(['backup', 'list'], { env: { COLUMNS: '80' } })).stdout).toBe(
      `${some.id}  2026-11-20T10:15:30Z  WBA6C92010D000001  14 blocks of KOMBI\n` +
        `${all.id}  2026-11-20T10:15:30Z  WBA6C92010D000001  79 blocks of 12 ECUs\n`,
    );
    const different = await bench.run(['backup', 'diff', some.id, all.id]);
    expect(different.stdout).toMatch(/^DME 12 only in the right one: 6 blocks$/m);
    expect(different.stdout.split('\n')).toHaveLength(12);
    bench.files = { backups: 2, journals: [] };
  });
});

describe('the way back', () => {
  it('restore puts back the blocks of the job that the backup was made for', async () => {
    const { backup } = await code();
    const planned = jsonOf(await bench.on(link(), ['restore', backup, '--dry-run', '--json'])).result.plan;
    expect(planned).toMatchObject({
      kind: 'restore',
      edits: [{ address: '60:3301.@25', old: 'F7', new: 'FF' }],
      effects: [{ message: 299, becomes: 'shown' }],
    });
    const run = await bench.on(link(), ['restore', backup, '--accept', planned.id, '--json']);
    expect(run.exit).toBe(0);
    expect(jsonOf(run)).toMatchObject({ vehicle: 'changed', result: { verified: 1 } });
    bench.files = { backups: 2, journals: ['COMMITTED', 'COMMITTED'] };
  });

  it('restore names the blocks it is told', async () => {
    const { id } = jsonOf(await bench.on(link(), ['backup', 'create', '--ecu', 'KOMBI', '--json'])).result;
    await code();
    const run = await bench.on(link(), ['restore', id, '--block', '3301'], { answers: ['D000001'] });
    expect(run.stderr).toBe('');
    expect(run.exit).toBe(0);
    expect(run.stdout).toContain('[F7 → FF]');
    bench.files = { backups: 3, journals: ['COMMITTED', 'COMMITTED'] };
  });

  it('undo takes back the last job, or the one named, and history tells all', async () => {
    const { job } = await code();
    const undone = await bench.on(link(), ['undo', job.slice(0, 6)], { answers: ['D000001'] });
    expect(undone.exit).toBe(0);
    const { jobs } = jsonOf(await bench.run(['history', '--json'])).result;
    expect(jobs).toMatchObject([
      { job, kind: 'code', state: 'committed', blocks: [{ ecu: '60', did: '3301' }] },
      { kind: 'undo', state: 'committed', undoes: job },
    ]);
    const screen = await bench.on(link(), ['history'], { env: { COLUMNS: '80' } });
    expect(screen.stdout).toBe(`2026-11-20T10:15:30Z  ${job}  WBA6C92010D000001
  code: done and verified
    60:3301  @25 FF→F7
2026-11-20T10:15:30Z  ${jobs[1].job}  WBA6C92010D000001
  undo of ${job}: done and verified
    60:3301  @25 F7→FF
`);
    const nothing = await bench.on(link(), ['undo', '--json']);
    expect([nothing.exit, jsonOf(nothing).error.code]).toEqual([3, 'undo.nothing']);
    bench.files = { backups: 2, journals: ['COMMITTED', 'COMMITTED'] };
  });

  it('restore has nothing to write where the car holds the backup, and says of which block', async () => {
    const { id } = jsonOf(await bench.on(link(), ['backup', 'create', '--ecu', 'KOMBI', '--json'])).result;
    const run = await bench.on(link(), ['restore', id, '--block', '3301']);
    expect(run.exit).toBe(0);
    expect(run.stdout).toContain('block 3301 CC_ID_Sperre\n  The car holds this already.\n');
    expect(run.stdout).toMatch(/\nNothing to write: the car holds it already\.\n$/);
    bench.files = { backups: 1, journals: [] };
  });

  it('undo names a job that does not exist', async () => {
    const run = await bench.on(link(), ['undo', 'feed', '--json']);
    expect([run.exit, jsonOf(run).error.code]).toEqual([2, 'usage.job']);
  });

  it('a value that the ECU does not keep is rolled back: 4, restored', async () => {
    const planned = jsonOf(await bench.on(link(), ['code', BIT, '--dry-run', '--json']));
    const run = await bench.on(link('fault=not-stored'), ['code', BIT, '--accept', planned.result.plan.id, '--json']);
    expect(run.exit).toBe(4);
    expect(jsonOf(run)).toMatchObject({
      ok: false,
      vehicle: 'restored',
      error: { message: expect.stringMatching(/1 block put back and verified; WBA6C92010D000001 is as before/) },
    });
    bench.files = { backups: 1, journals: ['ROLLED_BACK'] };
  });

  it('recover with nothing open ends 0', async () => {
    const run = await bench.on(link(), ['recover', '--json']);
    expect(run.exit).toBe(0);
    expect(jsonOf(run)).toMatchObject({ vehicle: 'untouched', result: { state: 'nothing-open', blocks: 0 } });
  });
});

describe('messages hide and unhide', () => {
  it.each([
    ['f06-sos', '3301'],
    ['f13-m6', '3001'],
  ])('on %s: the block that the cluster holds, %s', async (profile, block) => {
    bench.profile = profile;
    const planned = jsonOf(await bench.on(link(), ['messages', 'hide', '299', '--dry-run', '--json']));
    expect(planned.result.plan.edits).toEqual([
      expect.objectContaining({ address: `KOMBI:${block}/CC_ACTIVIERUNG_5.5.3`, old: '1', new: '0' }),
    ]);
    expect(planned.result.plan.notes.map(({ code }: { code: string }) => code)).toContain('hides-emergency-call');
    const hidden = await bench.on(link(), ['messages', 'hide', '299', '--accept', planned.result.plan.id, '--json']);
    expect(jsonOf(hidden)).toMatchObject({ schema: 'kombi/messages-hide@1', vehicle: 'changed' });
    expect(bench.carDifferences()).toEqual([`ecus.60.blocks.${block}.@25.3 1→0`]);
    expect(jsonOf(await bench.on(link(), ['messages', 'show', '299', '--json'])).result).toMatchObject({ shown: false, block });
    const vinTail = planned.result.plan.vin.slice(-7);
    const shown = await bench.on(link(), ['messages', 'unhide', '299'], { answers: [vinTail] });
    expect(shown.exit).toBe(0);
    expect(shown.stdout).not.toMatch(/repairs nothing/);
    bench.files = { backups: 2, journals: ['COMMITTED', 'COMMITTED'] };
  });
});
