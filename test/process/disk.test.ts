import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openArchive } from '../../src/archive/index.ts';
import { ONE_BIT } from './support/kill.ts';
import { isBuilt, program } from './support/program.ts';
import { reaches } from './support/reaches.ts';
import { Workshop } from './support/workshop.ts';

const NOBODY = 65_534;
const PAGE = 4096;

function mount(folder: string, bytes: number): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'kombi-test', folder]).status === 0;
}

function unmount(folder: string): void {
  spawnSync('umount', [folder]);
}

const mayMount = (() => {
  const folder = mkdtempSync(join(tmpdir(), 'kombi-mount-'));
  const may = mount(folder, PAGE);
  if (may) unmount(folder);
  rmSync(folder, { recursive: true });
  return may;
})();

/** Words that give up root's leave to write anywhere; none where there is nothing to give up, undefined where the program cannot be run so. */
const unprivileged: readonly string[] | undefined = (() => {
  if (process.getuid?.() !== 0) return [];
  const words = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
  const run = spawnSync(words[0] ?? '', [...words.slice(1), process.execPath, program, '--version']);
  return run.status === 0 ? words : undefined;
})();

describe.skipIf(!isBuilt)('a disk that fails (needs npm run build)', { timeout: 120_000 }, () => {
  let workshop: Workshop;
  let job: readonly string[];
  beforeAll(async () => {
    workshop = await Workshop.open();
    job = await workshop.accepted(ONE_BIT.words);
  });
  beforeEach(() => workshop.renew());
  afterAll(() => workshop.dispose());

  // Elsewhere injected: test/contract/archive/durability.test.ts, test/fault.
  describe.skipIf(!mayMount)('that is full (needs leave to mount a tmpfs)', () => {
    let disk: string;
    beforeEach(() => {
      disk = join(workshop.folder, 'disk');
      mkdirSync(disk, { recursive: true });
    });
    afterEach(() => unmount(disk));

    it('keeps the car as it is on every disk that is too small, and codes it on the first that is not', async () => {
      const exits: (number | null)[] = [];
      for (let pages = 2; exits.at(-1) !== 0 && pages < 64; pages += 2) {
        expect(mount(disk, pages * PAGE)).toBe(true);
        const { exit, line } = await workshop.run(job, { archive: join(disk, 'archive') });
        exits.push(exit);
        if (exit === 0) {
          expect(workshop.state()).not.toEqual(workshop.before);
        } else {
          expect([exit, line?.vehicle, line?.error?.code]).toEqual([3, 'untouched', 'archive.disk-full']);
          expect(workshop.state()).toEqual(workshop.before);
          expect(await openArchive(join(disk, 'archive')).openJournals()).toEqual([]);
        }
        unmount(disk);
      }
      expect(exits.at(-1)).toBe(0);
      expect(exits.length).toBeGreaterThan(8);
    });

    it('finishes a job on its reserve when the disk fills up behind its back', async () => {
      expect(mount(disk, 1024 * 1024)).toBe(true);
      const archive = join(disk, 'archive');
      const { passed } = await workshop.run(job, { archive: join(disk, 'first') });
      const at = passed.findIndex((name) => name.includes('f4602e')) - 2;
      expect(passed[at]).toMatch(/^write .*jsonl$/);
      await workshop.renew();
      const running = workshop.start(job, { archive, strike: { at, side: 'before', signal: 'hold' } });
      await reaches(() => running.passed().length > at);
      fill(join(disk, 'filler'));
      running.child.kill('SIGUSR2');
      const { exit, line } = await running.ended;
      expect([exit, line?.vehicle]).toEqual([0, 'changed']);
      expect((await openArchive(archive).listJournals()).map(({ state }) => state)).toEqual(['COMMITTED']);
    });
  });

  it.skipIf(unprivileged === undefined)('refuses an archive that may not be written (needs to be no root, or setpriv)', async () => {
    const archive = join(workshop.folder, 'read-only');
    mkdirSync(archive);
    if (unprivileged?.length !== 0) {
      chmodSync(workshop.folder, 0o777);
      chownSync(archive, NOBODY, NOBODY);
    }
    chmodSync(archive, 0o500);
    const { exit, line } = await workshop.run(job, { archive, prefix: unprivileged ?? [] });
    expect([exit, line?.vehicle, line?.error?.code]).toEqual([3, 'untouched', 'archive.not-writable']);
    expect(line?.error?.message).toContain(archive);
    expect(workshop.state()).toEqual(workshop.before);
    chmodSync(archive, 0o700);
  });
});

/** Writes until nothing more fits. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (;;) writeSync(file, new Uint8Array(PAGE));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  } finally {
    closeSync(file);
  }
}
