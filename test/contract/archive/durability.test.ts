import { describe, expect, it } from 'vitest';
import { ArchiveFolder } from '../../../src/archive/archive-folder.ts';
import { openArchive } from '../../../src/archive/index.ts';
import { isKombiError } from '../../../src/core/index.ts';
import { type DiskCall, diskError, MemoryDisk } from '../../support/memory-disk.ts';
import { DRAFT, VIN } from '../../unit/archive/sample.ts';

const ROOT = '/home/me/archive';

function open(disk: MemoryDisk) {
  return openArchive(ROOT, { fileSystem: disk, hostId: 'laptop', now: () => new Date('2026-11-20T10:15:30Z') });
}

/** Carries on only to call `index`; every later one fails, as if the process had died. */
function dieAt(disk: MemoryDisk, index: number): void {
  disk.before = (_, call) => {
    if (call >= index) throw diskError('EIO');
  };
}

async function callsOf(run: (disk: MemoryDisk) => Promise<unknown>): Promise<readonly DiskCall[]> {
  const disk = new MemoryDisk();
  await run(disk);
  return disk.calls;
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

const save = (disk: MemoryDisk) => open(disk).saveBackup(DRAFT);
const changes = new Set(['open', 'write', 'sync', 'truncate', 'rename', 'link', 'mkdir', 'unlink', 'syncDirectory']);

describe('a saved backup', () => {
  it('was synced before it got its name, and its folder after: file, link, folder', async () => {
    const calls = (await callsOf(save)).filter(({ path }) => path.includes('/backups'));
    const order = calls.map(
      ({ operation, path }) => `${operation} ${path.endsWith('.tmp') ? 'temporary' : path.endsWith('.json') ? 'backup' : 'folder'}`,
    );
    expect(order).toEqual([
      'mkdir folder',
      'open temporary',
      'write temporary',
      'sync temporary',
      'link backup',
      'unlink temporary',
      'syncDirectory folder',
      'readFile backup',
    ]);
  });

  it('stands in folders whose names were all synced', async () => {
    const calls = await callsOf(save);
    const made = calls.filter(({ operation }) => operation === 'mkdir').map(({ path }) => path);
    expect(made).toEqual(['/home', '/home/me', ROOT, `${ROOT}/vehicles`, `${ROOT}/vehicles/${VIN}`, `${ROOT}/vehicles/${VIN}/backups`]);
    for (const path of made) {
      const mkdir = calls.findIndex((call) => call.operation === 'mkdir' && call.path === path);
      const parent = path.slice(0, path.lastIndexOf('/')) || '/';
      const next = calls.slice(mkdir + 1).findIndex((call) => call.operation === 'syncDirectory' && call.path === parent);
      expect([path, next]).toEqual([path, 0]);
    }
  });

  it('survives the power going right after', async () => {
    const disk = new MemoryDisk();
    const { id, content } = await save(disk);
    disk.crash();
    expect(await open(disk).loadBackup(id)).toEqual(content);
  });

  it('survives it in folders that another process made and did not sync', async () => {
    const disk = new MemoryDisk();
    for (const path of ['/home', '/home/me', ROOT]) await disk.mkdir(path);
    for (const path of ['/', '/home', '/home/me']) await disk.syncDirectory(path);
    for (const path of [`${ROOT}/vehicles`, `${ROOT}/vehicles/${VIN}`]) await disk.mkdir(path);
    const { id } = await save(disk);
    disk.crash();
    expect((await open(disk).loadBackup(id)).vehicle.vin).toBe(VIN);
  });

  it('is whole or not there wherever the power goes, and the archive goes on', async () => {
    const { length } = await callsOf(save);
    for (let index = 0; index < length; index += 1) {
      const disk = new MemoryDisk();
      dieAt(disk, index);
      const failure = await failureOf(save(disk));
      expect([index, isKombiError(failure, 'archive')]).toEqual([index, true]);
      disk.crash();
      const archive = open(disk);
      expect((await archive.listBackups()).every(({ state }) => state === 'intact')).toBe(true);
      expect((await archive.verifyAll()).problems).toEqual([]);
      const { id } = await archive.saveBackup(DRAFT);
      expect((await archive.loadBackup(id)).vehicle.vin).toBe(VIN);
    }
  });
});

describe('a folder of the archive', () => {
  it.each(['vehicles', 'vehicles/car'])('is never made, or written to, through a link at %s', async (place) => {
    const disk = new MemoryDisk();
    const folder = new ArchiveFolder(ROOT, disk);
    await folder.makeDirectory('vehicles/car');
    disk.plant(`${ROOT}/${place}`, 'symlink');
    const fresh = new ArchiveFolder(ROOT, disk);
    await expect(fresh.create('vehicles/car/backups/x.json', new Uint8Array(1))).rejects.toMatchObject({
      code: 'archive.symlink',
      exit: 9,
      message: expect.stringContaining(`${ROOT}/${place}`),
    });
    expect(disk.files()).toEqual([]);
  });
});

describe('a disk that fails', () => {
  it('at any single call is told with exit 3, and leaves no half of a file', async () => {
    const calls = await callsOf(save);
    for (const [index, { operation }] of calls.entries()) {
      if (!changes.has(operation)) continue;
      const disk = new MemoryDisk();
      let failed = false;
      disk.before = (_, call) => {
        if (call !== index) return;
        failed = true;
        throw diskError('EIO');
      };
      const failure = await failureOf(save(disk));
      expect(failed).toBe(true);
      expect([index, operation, failure]).toMatchObject([
        index,
        operation,
        { code: operation.startsWith('sync') ? 'archive.sync-failed' : 'archive.not-writable', exit: 3, vehicle: 'untouched' },
      ]);
      expect((await open(disk).verifyAll()).problems).toEqual([]);
    }
  });

  it('in a sync is not asked again', async () => {
    const disk = new MemoryDisk();
    let asked = 0;
    disk.before = ({ operation, path }) => {
      if (operation !== 'sync' || !path.includes('/backups/')) return;
      asked += 1;
      throw diskError('EIO');
    };
    expect(await failureOf(save(disk))).toMatchObject({ code: 'archive.sync-failed', message: expect.stringContaining('did not confirm') });
    expect(asked).toBe(1);
    expect(disk.files().filter((path) => path.includes('/backups/'))).toEqual([]);
  });

  it.each(['EACCES', 'EPERM', 'EROFS'])('by permission (%s) is told as an archive that cannot be written, exit 3', async (errno) => {
    const disk = new MemoryDisk();
    disk.before = ({ operation }) => {
      if (operation === 'open' || operation === 'mkdir') throw diskError(errno);
    };
    expect(await failureOf(save(disk))).toMatchObject({
      code: 'archive.not-writable',
      exit: 3,
      vehicle: 'untouched',
      message: expect.stringContaining('/home'),
      hint: expect.stringContaining('--archive'),
    });
    expect(disk.files()).toEqual([]);
  });

  it('by being full is told as that, exit 3, at every fill', async () => {
    const whole = new MemoryDisk();
    await save(whole);
    const needed = whole.files().reduce((sum, path) => sum + whole.bytesOf(path).length, 0);
    for (let capacity = 0; capacity < needed; capacity += 97) {
      const disk = new MemoryDisk();
      disk.capacity = capacity;
      expect([capacity, await failureOf(save(disk))]).toMatchObject([
        capacity,
        { code: 'archive.disk-full', exit: 3, vehicle: 'untouched' },
      ]);
      expect((await open(disk).listBackups()).every(({ state }) => state === 'intact')).toBe(true);
      expect(disk.files().filter((path) => path.endsWith('.tmp'))).toEqual([]);
    }
  });

  it('by writing short is written on to', async () => {
    const disk = new MemoryDisk();
    disk.maxWrite = 7;
    const { id, content } = await save(disk);
    expect(await open(disk).loadBackup(id)).toEqual(content);
  });

  it('by giving back other bytes than it took is found out before anybody relies on them, exit 9', async () => {
    const disk = new MemoryDisk();
    disk.before = ({ operation, path }) => {
      if (operation !== 'syncDirectory' || !path.endsWith('/backups')) return;
      const file = disk.files().find((name) => name.startsWith(path)) ?? '';
      disk.bytesOf(file)[700] = 0x39;
    };
    expect(await failureOf(save(disk))).toMatchObject({ code: 'archive.damaged', exit: 9, message: expect.stringContaining('read back') });
  });

  it('without hard links publishes by renaming, and still replaces nothing', async () => {
    const disk = new MemoryDisk();
    disk.before = ({ operation }) => {
      if (operation === 'link') throw diskError('EPERM');
    };
    const { path, content } = await save(disk);
    disk.crash();
    expect(await open(disk).loadBackup(path)).toEqual(content);
  });
});
