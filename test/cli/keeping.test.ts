import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acquireLock, openArchive, vinLockName } from '../../src/archive/index.ts';
import { block, DRAFT, VIN } from '../unit/archive/sample.ts';
import { jsonOf, useBench } from './support/bench.ts';

const OTHER = 'WBA6C92010D000002';
const bench = useBench();

/** Backups straight into the archive, one a day: no car is needed to keep them. */
async function keep(
  days: number,
  { vin = VIN, label }: { vin?: string; label?: (day: number) => string } = {},
): Promise<readonly string[]> {
  let now = new Date(0);
  const archive = openArchive(bench.archive, { hostId: 'laptop', now: () => now });
  const ids: string[] = [];
  for (let day = 0; day < days; day += 1) {
    now = new Date(Date.UTC(2026, 9, 25 + day, 12));
    ids.push((await archive.saveBackup({ ...DRAFT, label: label?.(day) ?? 'daily', vehicle: { ...DRAFT.vehicle, vin } })).id);
  }
  return ids;
}

const idsOf = (backups: readonly { id: string }[]) => backups.map(({ id }) => id);

describe('backup list', () => {
  it('takes the car, the day and the label, and sums up each car', async () => {
    const ids = await keep(3, { label: (day) => `Day ${day}` });
    const others = await keep(2, { vin: OTHER });
    const list = async (...words: readonly string[]) => jsonOf(await bench.run(['backup', 'list', ...words, '--json'])).result;
    expect(idsOf((await list()).backups)).toEqual([...ids, ...others]);
    expect(idsOf((await list('--vin', OTHER.toLowerCase())).backups)).toEqual(others);
    expect(idsOf((await list('--since', '2026-10-26')).backups)).toEqual([ids[1], ids[2], others[1]]);
    expect(idsOf((await list('--since', '2026-10-26T12:00:01Z')).backups)).toEqual([ids[2]]);
    expect(idsOf((await list('--label', 'dAY 1')).backups)).toEqual([ids[1]]);
    expect((await list('--since', '2026-10-26')).cars).toEqual([
      { vin: VIN, backups: 2, first: '2026-10-26T12:00:00Z', last: '2026-10-27T12:00:00Z', imported: 0, unusable: 0 },
      { vin: OTHER, backups: 1, first: '2026-10-26T12:00:00Z', last: '2026-10-26T12:00:00Z', imported: 0, unusable: 0 },
    ]);
    expect((await bench.run(['backup', 'list', '--cars'])).stdout).toBe(
      `${VIN}  2026-10-25T12:00:00Z  2026-10-27T12:00:00Z  3 backups\n${OTHER}  2026-10-25T12:00:00Z  2026-10-26T12:00:00Z  2 backups\n`,
    );
    expect((await bench.run(['backup', 'list', '--label', 'none'])).stdout).toMatch(/^No such backups in /);
    bench.files = { backups: 5, journals: [] };
  });

  it.each(['yesterday', '2026-13', '2026-02-31', '20261120'])('refuses %s as a date, exit 2', async (date) => {
    const run = await bench.run(['backup', 'list', '--since', date, '--json']);
    expect([run.exit, jsonOf(run).error.code]).toEqual([2, 'usage.option']);
  });
});

describe('backup show', () => {
  it('shows a part of a backup: an ECU, a block', async () => {
    const archive = openArchive(bench.archive, { hostId: 'laptop' });
    const [ecu] = DRAFT.ecus;
    if (ecu === undefined) throw new Error('the sample has an ECU');
    const { id } = await archive.saveBackup({ ...DRAFT, ecus: [ecu, { ...ecu, address: '61', name: 'ATM', blocks: [block('3301', 2)] }] });
    const show = async (...words: readonly string[]) => jsonOf(await bench.run(['backup', 'show', id, ...words, '--json'])).result;
    const places = ({ blocks }: { blocks: { ecu: string; did: string }[] }) => blocks.map(({ ecu, did }) => `${ecu}:${did}`);
    expect(places(await show())).toEqual(['60:3301', '60:3302', '61:3301']);
    expect(places(await show('--ecu', 'ATM'))).toEqual(['61:3301']);
    expect(places(await show('--block', '3301'))).toEqual(['60:3301', '61:3301']);
    expect(await show('--ecu', 'kombi', '--block', '3303')).toMatchObject({ blocks: [], unreadable: [{ ecu: '60', did: '3303' }] });
    const runs = [
      await bench.run(['backup', 'show', id, '--ecu', 'DME', '--json']),
      await bench.run(['backup', 'show', id, '--block', '9999', '--json']),
    ];
    expect(runs.map((run) => `${run.exit} ${jsonOf(run).error.code}`)).toEqual(['2 usage.ecu', '2 usage.block']);
    bench.files = { backups: 1, journals: [] };
  });
});

describe('backup prune', () => {
  it('moves nothing unless it is told to, and says what it would', async () => {
    const ids = await keep(14);
    const dry = await bench.run(['backup', 'prune', '--json']);
    expect(jsonOf(dry).result).toMatchObject({ dryRun: true, moved: ids.slice(1, 4).map((id) => ({ id, vin: VIN })) });
    expect(jsonOf(dry).result.kept[0]).toMatchObject({ id: ids[0], reasons: ['first'] });
    const screen = (await bench.run(['backup', 'prune'], { answers: [] })).stdout;
    expect(screen).toContain(`${VIN}  3 would move, 11 stay (the first: 1, the last ten: 10, the last of a month: 2)`);
    expect(screen).toMatch(/Nothing was moved\. To move them: kombi backup prune --yes\n$/);
    bench.files = { backups: 14, journals: [] };
  });

  it('with --yes moves them, and another time finds nothing to do', async () => {
    const ids = await keep(14);
    await keep(2, { vin: OTHER });
    const { result } = jsonOf(await bench.run(['backup', 'prune', '--yes', '--json']));
    expect(result).toMatchObject({ dryRun: false, moved: ids.slice(1, 4).map((id) => ({ id })) });
    expect(result.moved.map(({ trash, path }: { trash: string; path: string }) => [existsSync(trash), existsSync(path)])).toEqual(
      Array.from({ length: 3 }, () => [true, false]),
    );
    expect((await bench.run(['backup', 'verify', '--all'])).stdout).toBe('13 files checked, all intact.\n');
    expect((await bench.run(['backup', 'show', result.moved[0].trash])).exit).toBe(0);
    expect((await bench.run(['backup', 'prune', '--yes'])).stdout).toMatch(/Nothing to put away\.\n$/);
    bench.files = { backups: 13, journals: [], trash: 3 };
  });

  it('leaves a car alone that a job is working on, exit 7', async () => {
    await keep(14);
    await using _job = await acquireLock([vinLockName(bench.archive, VIN)]);
    const run = await bench.run(['backup', 'prune', '--yes', '--json']);
    expect([run.exit, jsonOf(run).error.code]).toEqual([7, 'lock.held']);
    bench.files = { backups: 14, journals: [] };
  });
});

describe('the archives of two laptops, copied into one', () => {
  it('list and verify as one, tell the history of both, and restore what either saved', async () => {
    const link = () => bench.link('link=elm327');
    const [other, both] = [join(bench.folder, 'other'), join(bench.folder, 'both')];
    const edit = 'KOMBI:3301/CC_ACTIVIERUNG_5.5.3=0';
    const { id } = jsonOf(await bench.on(link(), ['backup', 'create', '--ecu', 'KOMBI', '--json', '--archive', other])).result;
    const planned = jsonOf(await bench.on(link(), ['code', edit, '--dry-run', '--json'])).result.plan;
    const { job, backup } = jsonOf(await bench.on(link(), ['code', edit, '--accept', planned.id, '--json'])).result;
    for (const archive of [bench.archive, other]) cpSync(archive, both, { recursive: true });
    const merged = async (...words: readonly string[]) => jsonOf(await bench.on(link(), [...words, '--archive', both, '--json'])).result;
    expect(new Set(idsOf((await merged('backup', 'list')).backups))).toEqual(new Set([id, backup]));
    expect(await merged('backup', 'verify', '--all')).toMatchObject({ checked: 3, problems: [] });
    expect((await merged('history')).jobs).toMatchObject([{ job, state: 'committed', backup }]);
    const { plan } = await merged('restore', id, '--block', 'KOMBI:3301', '--dry-run');
    expect(await merged('restore', id, '--block', 'KOMBI:3301', '--accept', plan.id)).toMatchObject({ verified: 1 });
    bench.files = { backups: 1, journals: ['COMMITTED'] };
  });
});
