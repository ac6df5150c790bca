import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openArchive } from '../../src/archive/index.ts';
import { isVin, systemClock } from '../../src/core/index.ts';
import { startHsfzServer, startMockCar } from '../../src/mock/index.ts';
import { Bench, jsonOf } from '../cli/support/bench.ts';
import { MemoryDisk } from '../support/memory-disk.ts';
import { DRAFT } from '../unit/archive/sample.ts';
import { HOSTILE_TEXTS } from './hostile.ts';
import { JOURNAL_RECORDS } from './sealed.ts';

/** What no VIN is and a path could be. */
const STRANGE_VINS = [
  ...HOSTILE_TEXTS,
  '../../../../tmp/x',
  '/etc/passwd',
  'C:\\x',
  'CON',
  'con.json',
  'COM1',
  'LPT9.txt',
  'WBA6C92010D00000\u0000',
  'WBA6C92010D00000é',
  'WBA6C92010D00000\u202e',
  'wba6c92010d000002',
  'WBA6C92010D00000O',
  'ＷＢＡ6C92010D000002',
  'WBA6C92010D000002/../x',
  'WBA6C92010D000002 ',
  '~',
  '.',
  '..',
  '',
  'A'.repeat(5000),
];
const BEGIN = JOURNAL_RECORDS[0] as unknown as Parameters<ReturnType<typeof openArchive>['createJournal']>[0];
const HONEST = 'WBA6C92010D000002';
/** What the archive itself names its folders and files, whatever they hold. */
const SAFE_PATH =
  /^(FORMAT\.json|\.gitattributes|vehicles\/(WBA6C92010D000002|hex-[0-9a-f]{0,128})\/(MANIFEST\.sha256|(backups|journals)\/[0-9A-Za-z-]+\.(jsonl?|reserve)))$/;

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kombi-paths-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

describe('a VIN or a label', () => {
  it('names no path of its own in the archive', async () => {
    for (const vin of STRANGE_VINS) {
      const disk = new MemoryDisk();
      const archive = openArchive('/archive', { fileSystem: disk });
      const told = vin.slice(0, 1024);
      const { id } = await archive.saveBackup({ ...DRAFT, vehicle: { ...DRAFT.vehicle, vin: told }, label: told });
      await (await archive.createJournal({ ...BEGIN, vin, label: vin })).close();
      expect(isVin(vin)).toBe(false);
      expect(disk.files().filter((file) => !SAFE_PATH.test(file.replace(/^\/archive\//, '')))).toEqual([]);
      expect((await archive.loadBackup(id)).vehicle.vin).toBe(told);
      expect((await archive.listBackups(told)).map((backup) => backup.id)).toEqual([id]);
      expect((await archive.openJournals(vin)).map((open) => open.vin)).toEqual([vin]);
    }
  });

  it('of two cars never lead to one folder', () => {
    const archive = openArchive('/archive');
    const folders = new Set(STRANGE_VINS.map((vin) => archive.vehicleDirectory(vin)));
    // Lone halves of surrogate pairs are all one in UTF-8; no file and no ECU can tell them apart either.
    const distinct = new Set(STRANGE_VINS.map((vin) => Buffer.from(vin, 'utf8').toString('hex')));
    expect(folders.size).toBe(distinct.size);
    for (const folder of folders) expect(basename(folder)).toMatch(/^hex-[0-9a-f]{0,128}$/);
  });

  it('as the id of a job is refused before any file is made', async () => {
    for (const txid of ['../x', '..\\x', 'ab\u0000cd', '', 'CON/../x', 'ä', 'A'.repeat(65)]) {
      const disk = new MemoryDisk();
      const begun = openArchive('/archive', { fileSystem: disk }).createJournal({ ...BEGIN, txid });
      await expect(begun).rejects.toMatchObject({ code: 'bug.txid' });
      expect(disk.files().filter((file) => file.includes('journals'))).toEqual([]);
    }
  });
});

/** A whole `backup create` of a car of which the gateway, or every ECU, tells this VIN. */
async function backUp(vin: Buffer, who: 'gateway' | 'all', label: string) {
  const bench = new Bench();
  bench.folder = newFolder();
  const car = startMockCar({ profile: 'f06-short', clock: systemClock });
  for (const ecu of car.ecus.values()) {
    const honest = ecu.read.bind(ecu);
    if (who === 'all' || ecu.address === 0x10) ecu.read = (did) => (did === 0xf190 ? vin : honest(did));
  }
  const server = await startHsfzServer(car);
  onTestFinished(() => server.close());
  const words = ['backup', 'create', '--ecu', 'KOMBI', '--label', label, '--json', '--link', `enet://127.0.0.1:${server.port}`];
  return { bench, run: await bench.run(words) };
}

describe('a car that tells', () => {
  it.each(['../../../x', 'CON', 'WBA6C92010D00000\\u0000', '\\u202eABCDEFGHJKLMNPRS', '\\u001b[2J', 'ééééééééééééééééé', '/'])(
    'the VIN %s is refused, and nothing is written anywhere',
    async (escaped) => {
      const { bench, run } = await backUp(Buffer.from(JSON.parse(`"${escaped}"`) as string, 'utf8'), 'all', 'x');
      expect(run.exit).toBe(3);
      expect(jsonOf(run).error.code).toBe('car.no-vin');
      expect(filesBelow(bench.folder)).toEqual([]);
    },
  );

  it('a VIN that is none at the gateway is known by the one of another ECU', async () => {
    const { bench, run } = await backUp(Buffer.from('../../../../x/../'), 'gateway', 'x');
    expect(run.exit).toBe(0);
    expect(jsonOf(run).result.vin).toBe(HONEST);
    expect(filesBelow(bench.archive).filter((file) => !SAFE_PATH.test(file))).toEqual([]);
  });

  it.each(['../../x', 'CON', 'a\\u0000b', '\\u202e'])(
    'an honest VIN is backed up under the label %s, which stays in the file',
    async (escaped) => {
      const label = JSON.parse(`"${escaped}"`) as string;
      const { bench, run } = await backUp(Buffer.from(HONEST), 'all', label);
      expect(run.exit).toBe(0);
      const files = filesBelow(bench.folder);
      expect(files.filter((file) => !SAFE_PATH.test(file.replace(/^archive\//, '')))).toEqual([]);
      const [path = ''] = bench.backupPaths();
      expect((JSON.parse(readFileSync(path, 'utf8')) as { label: string }).label).toBe(label);
    },
  );
});
