import { describe, expect, it } from 'vitest';
import { type Archive, type BackupDraft, openArchive } from '../../../src/archive/index.ts';
import { diskError, type LeftOnDisk, MemoryDisk } from '../../support/memory-disk.ts';
import { begin, DRAFT, VIN } from '../../unit/archive/sample.ts';

const ROOT = '/home/me/archive';
const FIRST_TIME = '2026-01-01T00:00:00Z';
const SHA = '0'.repeat(64);

interface Store {
  readonly disk: MemoryDisk;
  readonly archive: Archive;
  /** Saves one backup at a time of its own. @returns its id */
  save(time: string, draft?: Partial<BackupDraft>): Promise<string>;
}

function open(disk = new MemoryDisk()): Store {
  let now = new Date(FIRST_TIME);
  const archive = openArchive(ROOT, { fileSystem: disk, hostId: 'laptop', now: () => now });
  return {
    disk,
    archive,
    async save(time, draft = {}) {
      now = new Date(time);
      return (await archive.saveBackup({ ...DRAFT, ...draft })).id;
    },
  };
}

async function journal({ archive }: Store, txid: string, backup: string): Promise<void> {
  const opened = await archive.createJournal(begin({ txid, backup, time: FIRST_TIME }));
  await opened.append({ type: 'END', state: 'COMMITTED', observed: [SHA], time: '2026-01-01T00:00:00Z' }, { sync: true });
}

/** One a day from the first of January on. */
async function saveDays(store: Store, days: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let day = 0; day < days; day += 1) ids.push(await store.save(new Date(Date.UTC(2026, 0, 1 + day)).toISOString()));
  return ids;
}

const idsIn = (disk: MemoryDisk, folder: string) =>
  disk
    .files()
    .filter((path) => path.startsWith(`${ROOT}/${folder}/`) && path.endsWith('.json') && !path.endsWith('FORMAT.json'))
    .map((path) => path.slice(-21, -5))
    .toSorted();

describe('pruning', () => {
  it('keeps the first, the last ten and the last of each month, and moves the others as they lay', async () => {
    const store = open();
    const ids = await saveDays(store, 45);
    const bytes = store.disk.bytesOf((await store.archive.listBackups(VIN))[5]?.path ?? '');
    const [plan] = await store.archive.planPrune();
    expect(plan?.kept.map(({ backup, keep }) => [ids.indexOf(backup.id), ...keep])).toEqual([
      [0, 'first'],
      [30, 'monthly'],
      ...Array.from({ length: 9 }, (_, index) => [35 + index, 'recent']),
      [44, 'recent', 'monthly'],
    ]);
    expect(idsIn(store.disk, 'trash')).toEqual([]);
    const done = await store.archive.prune(VIN);
    expect(done).toEqual(plan);
    expect(store.disk.bytesOf(done.moved[4]?.trash ?? '')).toEqual(bytes);
    expect(done.moved[4]?.trash).toMatch(`${ROOT}/trash/vehicles/${VIN}/backups/`);
    expect(idsIn(store.disk, 'vehicles')).toEqual(done.kept.map(({ backup }) => backup.id).toSorted());
    expect(idsIn(store.disk, 'trash')).toEqual(done.moved.map(({ backup }) => backup.id).toSorted());
    expect(await store.archive.verifyAll()).toEqual({ checked: 12, problems: [] });
    const manifest = new TextDecoder().decode(store.disk.bytesOf(`${ROOT}/vehicles/${VIN}/MANIFEST.sha256`));
    expect(manifest.match(/\n/g)).toHaveLength(12);
    expect((await store.archive.planPrune())[0]?.moved).toEqual([]);
    expect(await store.archive.nextSequence(VIN)).toBe(46);
  });

  it('keeps what a journal refers to, by its backup or by its own name', async () => {
    const store = open();
    const ids = await saveDays(store, 5);
    const made = await store.save('2026-01-06T00:00:00Z', { txid: 'aaaa0001' });
    await saveDays(store, 20);
    await journal(store, 'aaaa0001', ids[3] ?? '');
    const [plan] = await store.archive.planPrune(VIN);
    const kept = plan?.kept.filter(({ keep }) => keep.includes('journal')).map(({ backup }) => backup.id);
    expect(kept).toEqual([ids[3], made]);
  });

  it('keeps everything while a journal no longer tells which backup it relies on', async () => {
    const store = open();
    const ids = await saveDays(store, 30);
    const opened = await store.archive.createJournal(begin({ txid: 'aaaa0003', backup: ids[3] ?? '', time: FIRST_TIME }));
    await opened.close();
    expect((await store.archive.planPrune(VIN))[0]?.moved.length).toBeGreaterThan(0);
    const bytes = store.disk.bytesOf(opened.path);
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    expect((await store.archive.planPrune(VIN))[0]?.moved).toEqual([]);
  });

  it('never moves what it cannot judge, and counts imported backups by themselves', async () => {
    const store = open();
    await saveDays(store, 3);
    const damaged = (await store.archive.listBackups())[1];
    const bytes = store.disk.bytesOf(damaged?.path ?? '');
    bytes[200] = (bytes[200] ?? 0) ^ 1;
    for (let count = 0; count < 25; count += 1)
      await store.save('2026-01-20T00:00:00Z', { label: `${count}`, importedFrom: { format: 'csv', sha256: SHA, redacted: false } });
    const [plan] = await store.archive.planPrune();
    expect(plan?.moved).toHaveLength(14);
    expect(plan?.moved.every(({ backup }) => backup.importedFrom !== undefined)).toBe(true);
    expect(plan?.kept.find(({ backup }) => backup.id === damaged?.id)?.keep).toContain('unjudged');
  });

  it('is a thing of one car', async () => {
    const store = open();
    await saveDays(store, 15);
    const vehicle = { ...DRAFT.vehicle, vin: 'WBA6C92010D000002' };
    for (let count = 0; count < 15; count += 1) await store.save('2026-01-20T00:00:00Z', { vehicle });
    expect((await store.archive.planPrune()).map(({ vin, moved }) => [vin, moved.length])).toEqual([
      [VIN, 4],
      ['WBA6C92010D000002', 4],
    ]);
    await store.archive.prune(VIN);
    expect((await store.archive.planPrune()).map(({ moved }) => moved.length)).toEqual([0, 4]);
  });

  it.each<LeftOnDisk>(['synced', 'torn', 'all'])(
    'may be cut off anywhere: every backup is still there, and it goes on (%s)',
    async (left) => {
      const whole = open();
      const ids = await saveDays(whole, 13);
      const before = whole.disk.calls.length;
      await whole.archive.prune(VIN);
      const calls = whole.disk.calls.length - before;
      let refused = 0;
      for (let cut = 0; cut < calls; cut += 1) {
        const store = open();
        await saveDays(store, 13);
        const first = store.disk.calls.length + cut;
        store.disk.before = (_, index) => {
          if (index >= first) throw diskError('EIO');
        };
        // A backup that cannot be read is none that may go: then nothing is moved, and nothing refused.
        await store.archive.prune(VIN).catch(() => {
          refused += 1;
        });
        store.disk.crash(left);
        const after = open(store.disk).archive;
        expect([cut, await after.verifyAll()]).toMatchObject([cut, { problems: [] }]);
        const there = new Set([...idsIn(store.disk, 'vehicles'), ...idsIn(store.disk, 'trash')]);
        expect([cut, [...there].toSorted()]).toEqual([cut, ids.toSorted()]);
        for (const path of store.disk.files().filter((name) => name.startsWith(`${ROOT}/trash`)))
          expect((await after.loadBackup(path)).vehicle.vin).toBe(VIN);
        await after.prune(VIN);
        expect(idsIn(store.disk, 'vehicles')).toEqual(idsIn(whole.disk, 'vehicles'));
        expect(idsIn(store.disk, 'trash')).toEqual(idsIn(whole.disk, 'trash'));
        expect((await after.verifyAll()).problems).toEqual([]);
      }
      expect(refused).toBeGreaterThan(20);
    },
  );

  it('moves the file itself where the disk knows no second names', async () => {
    const store = open();
    await saveDays(store, 14);
    store.disk.before = ({ operation }) => {
      if (operation === 'link') throw diskError('EPERM');
    };
    const { moved, kept } = await store.archive.prune(VIN);
    store.disk.crash();
    expect([idsIn(store.disk, 'vehicles').length, idsIn(store.disk, 'trash').length]).toEqual([kept.length, moved.length]);
    expect((await store.archive.verifyAll()).problems).toEqual([]);
  });

  it('replaces nothing in the trash: the same bytes are the same, others are told, exit 9', async () => {
    const store = open();
    await saveDays(store, 14);
    const [target] = (await store.archive.planPrune(VIN))[0]?.moved ?? [];
    const [from = '', to = ''] = [target?.backup.path, target?.trash];
    for (const path of ['/trash', '/trash/vehicles', `/trash/vehicles/${VIN}`, `/trash/vehicles/${VIN}/backups`])
      await store.disk.mkdir(ROOT + path);
    store.disk.plant(to, Uint8Array.of(1));
    await expect(store.archive.prune(VIN)).rejects.toMatchObject({
      code: 'archive.damaged',
      exit: 9,
      message: expect.stringContaining(to),
    });
    expect(store.disk.bytesOf(to)).toEqual(Uint8Array.of(1));
    expect(idsIn(store.disk, 'vehicles')).toHaveLength(14);
    store.disk.plant(to, store.disk.bytesOf(from));
    expect((await store.archive.prune(VIN)).moved).toHaveLength(3);
    expect(store.disk.files()).not.toContain(from);
  });

  it.each(['trash', `trash/vehicles/${VIN}`])('follows no link planted at %s', async (place) => {
    const store = open();
    await saveDays(store, 14);
    for (const path of place === 'trash' ? [] : ['trash', 'trash/vehicles']) await store.disk.mkdir(`${ROOT}/${path}`);
    store.disk.plant(`${ROOT}/${place}`, 'symlink');
    await expect(store.archive.prune(VIN)).rejects.toMatchObject({ code: 'archive.symlink', exit: 9 });
    expect(idsIn(store.disk, 'vehicles')).toHaveLength(14);
    expect((await store.archive.verifyAll()).problems).toEqual([]);
  });
});
