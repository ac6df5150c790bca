import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, lstat, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Archive, diskFileSystem, encodeBackup, type FileSystem, openArchive } from '../../../src/archive/index.ts';
import { MemoryDisk } from '../../support/memory-disk.ts';
import { CONTENT, DRAFT, VIN } from '../../unit/archive/sample.ts';

const NOW = new Date('2026-11-20T10:15:30Z');

interface Store {
  readonly root: string;
  readonly fileSystem: FileSystem;
  /** Puts bytes, or a link to nowhere, in the place of whatever is there. */
  plant(path: string, content: Uint8Array | 'symlink'): Promise<void>;
  bytesOf(path: string): Promise<Uint8Array>;
  /** Permission bits of a file. */
  modeOf(path: string): Promise<number>;
  dispose(): Promise<void>;
}

async function memory(): Promise<Store> {
  const disk = new MemoryDisk();
  return {
    root: '/home/archive',
    fileSystem: disk,
    plant: async (path, content) => disk.plant(path, content),
    bytesOf: async (path) => disk.bytesOf(path),
    modeOf: async (path) => disk.modeOf(path),
    dispose: async () => undefined,
  };
}

async function disk(): Promise<Store> {
  const folder = await mkdtemp(join(tmpdir(), 'kombi-archive-'));
  return {
    root: join(folder, 'data', 'archive'),
    fileSystem: diskFileSystem,
    async plant(path, content) {
      await rm(path, { recursive: true, force: true });
      if (content === 'symlink') await symlink('/nowhere', path);
      else await writeFile(path, content);
    },
    bytesOf: (path) => readFile(path),
    modeOf: async (path) => (await stat(path)).mode & 0o777,
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}

describe.each([
  ['memory', memory],
  ['disk', disk],
] as const)('the archive on %s', (_, open) => {
  let store: Store;
  let archive: Archive;
  let now = NOW;
  beforeEach(async () => {
    now = NOW;
    store = await open();
    archive = openArchive(store.root, { fileSystem: store.fileSystem, hostId: 'laptop', now: () => now });
  });
  afterEach(() => store.dispose());

  it('makes nothing before the first write', async () => {
    expect(await archive.listBackups()).toEqual([]);
    expect(await archive.openJournals(VIN)).toEqual([]);
    expect(await archive.verifyAll()).toEqual({ checked: 0, problems: [] });
    expect(await archive.nextSequence(VIN)).toBe(1);
    expect(await store.fileSystem.lstat(dirname(store.root))).toBeUndefined();
  });

  it('gives back what was saved, by id, by part of it and by path', async () => {
    const saved = await archive.saveBackup(DRAFT);
    expect(saved.content).toEqual({
      ...DRAFT,
      format: 1,
      requires: [],
      sequence: 1,
      time: '2026-11-20T10:15:30Z',
      clockTrusted: true,
      prev: null,
    });
    for (const name of [saved.id, saved.id.slice(0, 4), saved.id.slice(0, 6).toUpperCase(), saved.path]) {
      expect(await archive.loadBackup(name)).toEqual(saved.content);
    }
  });

  it('names the file by time, laptop, sequence and its own hash', async () => {
    const { path, id, sha256 } = await archive.saveBackup(DRAFT);
    expect(path.slice(store.root.length)).toMatch(
      /^\/vehicles\/WBA6C92010D000001\/backups\/20261120T101530Z-[0-9a-f]{4}-0001-[0-9a-f]{16}\.json$/,
    );
    expect(path).toContain(id);
    expect(sha256.startsWith(id)).toBe(true);
    expect(await store.modeOf(path)).toBe(0o400);
  });

  it('chains backups by sequence, and does not trust a clock that went back', async () => {
    const first = await archive.saveBackup(DRAFT);
    now = new Date('2025-11-20T10:15:30Z');
    const second = await archive.saveBackup(DRAFT);
    expect(second.content).toMatchObject({ sequence: 2, prev: first.id, clockTrusted: false });
    expect(await archive.nextSequence(VIN)).toBe(3);
    expect((await archive.listBackups(VIN)).map(({ id }) => id)).toEqual([first.id, second.id]);
  });

  it('lists cars apart and together', async () => {
    const other = 'WBA6C92010D000002';
    const { id } = await archive.saveBackup(DRAFT);
    await archive.saveBackup({ ...DRAFT, vehicle: { ...DRAFT.vehicle, vin: other } });
    expect(await archive.listBackups(VIN)).toEqual([
      expect.objectContaining({
        id,
        vin: VIN,
        state: 'intact',
        time: '2026-11-20T10:15:30Z',
        complete: true,
        label: DRAFT.label,
        ecus: [{ address: '60', name: 'KOMBI', blocks: 2 }],
      }),
    ]);
    expect((await archive.listBackups()).map(({ vin }) => vin)).toEqual([VIN, other]);
  });

  it('says what it does not know, exit 2', async () => {
    const { id } = await archive.saveBackup(DRAFT);
    for (const unknown of ['ffff', id.slice(0, 3), '..', '', join(store.root, 'none.json')]) {
      await expect(archive.loadBackup(unknown)).rejects.toMatchObject({ code: 'usage.backup', exit: 2, vehicle: 'untouched' });
    }
  });

  it('asks for more where a beginning fits two', async () => {
    const ids = new Set<string>();
    for (let index = 0; index < 2; index += 1) ids.add((await archive.saveBackup(DRAFT)).id);
    const [first = '', second = ''] = ids;
    const folder = join(store.root, 'vehicles', VIN, 'backups');
    const twin = `${first.slice(0, 8)}${second.slice(8)}`;
    await store.plant(join(folder, `20261120T101530Z-0000-0003-${twin}.json`), new Uint8Array());
    await expect(archive.loadBackup(first.slice(0, 8))).rejects.toMatchObject({
      code: 'usage.backup',
      message: expect.stringContaining(twin),
    });
  });

  it('refuses, lists and reports a damaged backup, naming the block, exit 9', async () => {
    const { id, path } = await archive.saveBackup(DRAFT);
    const text = new TextDecoder().decode(await store.bytesOf(path));
    await store.plant(path, new TextEncoder().encode(text.replace('70777E', '70777F')));
    await expect(archive.loadBackup(id)).rejects.toMatchObject({
      code: 'archive.damaged',
      exit: 9,
      vehicle: 'untouched',
      message: `${path} is damaged: block 3301 of ECU 60: its bytes do not match their SHA-256`,
    });
    expect(await archive.listBackups(VIN)).toMatchObject([{ id, state: 'damaged', problem: expect.stringContaining('SHA-256') }]);
    expect((await archive.verifyAll()).problems).toMatchObject([{ path, problem: expect.stringContaining('block 3301') }]);
  });

  it('refuses a backup that is whole in itself but not what its name says', async () => {
    const { id, path } = await archive.saveBackup(DRAFT);
    await store.plant(path, encodeBackup({ ...CONTENT, sequence: 8 }).bytes);
    await expect(archive.loadBackup(id)).rejects.toMatchObject({
      code: 'archive.damaged',
      message: expect.stringContaining('in its name'),
    });
    expect(await archive.listBackups(VIN)).toMatchObject([{ state: 'damaged' }]);
  });

  it('refuses a backup in the folder of another car', async () => {
    const { path, id } = await archive.saveBackup(DRAFT);
    const other = path.replace(VIN, 'WBA6C92010D000002');
    await archive.saveBackup({ ...DRAFT, vehicle: { ...DRAFT.vehicle, vin: 'WBA6C92010D000002' } });
    await store.plant(other, await store.bytesOf(path));
    await store.plant(path, new Uint8Array());
    await expect(archive.loadBackup(other)).rejects.toMatchObject({
      code: 'archive.damaged',
      message: expect.stringContaining(`belongs to ${VIN}`),
    });
    await expect(archive.loadBackup(id)).rejects.toMatchObject({ code: 'archive.damaged' });
  });

  it('lists a newer backup and refuses to read it, exit 10', async () => {
    const newer = newerBackup();
    await archive.saveBackup(DRAFT);
    const path = join(store.root, 'vehicles', VIN, 'backups', `20261120T101530Z-0000-0002-${newer.id}.json`);
    await store.plant(path, newer.bytes);
    await expect(archive.loadBackup(newer.id)).rejects.toMatchObject({ code: 'archive.newer-format', exit: 10 });
    expect(await archive.listBackups(VIN)).toMatchObject([{ state: 'intact' }, { id: newer.id, state: 'newer' }]);
    expect((await archive.verifyAll()).problems).toEqual([]);
    await store.plant(path, newer.bytes.slice(0, -1));
    await expect(archive.loadBackup(newer.id)).rejects.toMatchObject({ exit: 9 });
  });

  it('touches nothing in an archive of a newer format, exit 10, or of none', async () => {
    await archive.saveBackup(DRAFT);
    await store.plant(join(store.root, 'FORMAT.json'), new TextEncoder().encode('{"format":2}\n'));
    await expect(archive.listBackups()).rejects.toMatchObject({ code: 'archive.newer-format', exit: 10 });
    await expect(archive.saveBackup(DRAFT)).rejects.toMatchObject({ code: 'archive.newer-format' });
    await store.plant(join(store.root, 'FORMAT.json'), new TextEncoder().encode('format: 1'));
    await expect(archive.saveBackup(DRAFT)).rejects.toMatchObject({ code: 'archive.damaged', exit: 9 });
  });

  it('takes a manifest for derived: a missing line is no damage, a contradicting one is', async () => {
    const { id, path, content } = await archive.saveBackup(DRAFT);
    const manifest = join(store.root, 'vehicles', VIN, 'MANIFEST.sha256');
    const line = new TextDecoder().decode(await store.bytesOf(manifest));
    await store.plant(manifest, new TextEncoder().encode('<<<<<<< HEAD\n'));
    expect(await archive.loadBackup(id)).toEqual(content);
    await store.plant(manifest, new TextEncoder().encode(`${line}${line.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))}`));
    await expect(archive.loadBackup(id)).rejects.toMatchObject({
      code: 'archive.damaged',
      message: expect.stringContaining('MANIFEST.sha256'),
    });
    expect((await archive.verifyAll()).problems).toMatchObject([{ path }]);
    expect((await archive.verifyAll({ rebuild: true })).problems).toEqual([]);
    expect(new TextDecoder().decode(await store.bytesOf(manifest))).toBe(line);
  });

  it('keeps telling of a file that is gone or damaged until the manifest is rebuilt, and of damage after it', async () => {
    const { path } = await archive.saveBackup(DRAFT);
    const second = await archive.saveBackup(DRAFT);
    await store.fileSystem.unlink(path);
    await store.plant(second.path, new Uint8Array([0x7b]));
    expect((await archive.verifyAll()).problems.map((problem) => problem.path)).toEqual([second.path, path]);
    expect((await archive.verifyAll({ rebuild: true })).problems.map((problem) => problem.path)).toEqual([second.path]);
    const manifest = new TextDecoder().decode(await store.bytesOf(join(store.root, 'vehicles', VIN, 'MANIFEST.sha256')));
    expect(manifest).toBe(`${second.sha256}  backups/${second.path.replace(/.*\//, '')}\n`);
  });

  it.each(['vehicles', `vehicles/${VIN}`, `vehicles/${VIN}/backups`, `vehicles/${VIN}/MANIFEST.sha256`, 'FORMAT.json'])(
    'follows no link planted at %s, exit 9',
    async (place) => {
      await archive.saveBackup(DRAFT);
      await store.plant(join(store.root, place), 'symlink');
      const fresh = openArchive(store.root, { fileSystem: store.fileSystem, now: () => now });
      const refusal = { code: 'archive.symlink', exit: 9, vehicle: 'untouched', message: expect.stringContaining(join(store.root, place)) };
      await expect(fresh.saveBackup(DRAFT)).rejects.toMatchObject(refusal);
      await expect(fresh.verifyAll()).rejects.toMatchObject(refusal);
    },
  );

  it('follows no link in the place of a backup or a journal', async () => {
    const { path, id } = await archive.saveBackup(DRAFT);
    await store.plant(path, 'symlink');
    await expect(archive.loadBackup(id)).rejects.toMatchObject({ code: 'archive.symlink' });
    await expect(archive.loadBackup(path)).rejects.toMatchObject({ code: 'archive.symlink' });
    expect(await archive.listBackups()).toMatchObject([{ state: 'damaged' }]);
  });

  it.each(['../../x', '\u0000', 'CON', '', 'WBA6C92010D00000é', '\u202eNIV', 'wba6c92010d000001', 'A'.repeat(500)])(
    'keeps a car that calls itself %j in a folder of its own',
    async (vin) => {
      const { path } = await archive.saveBackup({ ...DRAFT, vehicle: { ...DRAFT.vehicle, vin } });
      expect(path.slice(store.root.length)).toMatch(/^\/vehicles\/hex-[0-9a-f]*\/backups\/[^/]+\.json$/);
      expect(dirname(dirname(path))).toBe(archive.vehicleDirectory(vin));
      expect(await archive.listBackups(vin)).toMatchObject([{ vin, state: 'intact' }]);
      expect(await archive.listBackups(VIN)).toEqual([]);
    },
  );

  it('never reads a file of a gigabyte', async () => {
    const { path, id } = await archive.saveBackup(DRAFT);
    await store.plant(path, new Uint8Array(16 * 1024 * 1024 + 1));
    await expect(archive.loadBackup(id)).rejects.toMatchObject({ code: 'archive.damaged', message: expect.stringContaining('larger') });
  });

  it('keeps the archive usable by git: manifests are merged as a union, line ends left alone', async () => {
    await archive.saveBackup(DRAFT);
    expect(new TextDecoder().decode(await store.bytesOf(join(store.root, '.gitattributes')))).toBe(
      'MANIFEST.sha256 merge=union\n* -text\n',
    );
    expect(JSON.parse(new TextDecoder().decode(await store.bytesOf(join(store.root, 'FORMAT.json'))))).toEqual({ format: 1 });
  });
});

describe('the archive on a real disk', () => {
  let store: Store;
  beforeEach(async () => {
    store = await disk();
  });
  afterEach(() => store.dispose());

  it('is checked by sha256sum -c, and damage found', async () => {
    const archive = openArchive(store.root, { now: () => NOW });
    await archive.saveBackup(DRAFT);
    const { path } = await archive.saveBackup({ ...DRAFT, ecus: [] });
    const check = () =>
      promisify(execFile)('sha256sum', ['--strict', '-c', 'MANIFEST.sha256'], {
        cwd: archive.vehicleDirectory(VIN),
        env: { LC_ALL: 'C', PATH: process.env['PATH'] },
      });
    expect((await check()).stdout.match(/: OK$/gm)).toHaveLength(2);
    await chmod(path, 0o600);
    await writeFile(path, '{}');
    await expect(check()).rejects.toMatchObject({ stdout: expect.stringContaining('FAILED') });
  });

  it('lets nobody else read: VINs are personal data', async () => {
    const archive = openArchive(store.root, { now: () => NOW });
    const { path } = await archive.saveBackup(DRAFT);
    for (let place = path; place !== dirname(store.root); place = dirname(place)) {
      expect([place, (await lstat(place)).mode & 0o077]).toEqual([place, 0]);
    }
  });

  it('may itself be reached by a link: that is its owner’s choice', async () => {
    await openArchive(store.root, { now: () => NOW }).saveBackup(DRAFT);
    const link = `${store.root}-link`;
    await symlink(store.root, link);
    expect(await openArchive(link).listBackups()).toMatchObject([{ state: 'intact' }]);
  });
});

/** As a later version might write it: spelled otherwise, and with what this one has never heard of. */
function newerBackup(): { readonly bytes: Uint8Array; readonly id: string } {
  const bytes = new TextEncoder().encode(JSON.stringify({ format: 2, requires: [], cars: [{ vin: VIN }] }));
  return { bytes, id: createHash('sha256').update(bytes).digest('hex').slice(0, 16) };
}
