import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Archive, openArchive } from '../../../src/archive/index.ts';
import { begin, DRAFT, VIN } from '../../unit/archive/sample.ts';

const SHA = '0'.repeat(64);
const hasGit = (() => {
  try {
    execFileSync('git', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kombi-merge-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const rootOf = (host: string) => join(folder, host);
const carOf = (host: string) => join(rootOf(host), 'vehicles', VIN);

/** One archive of a laptop; its clock is set for each backup. */
function laptop(host: string) {
  let now = new Date(0);
  const archive = openArchive(rootOf(host), { hostId: host, now: () => now });
  return {
    archive,
    async save(time: string, label: string): Promise<string> {
      now = new Date(time);
      return (await archive.saveBackup({ ...DRAFT, label })).id;
    },
  };
}

interface Job {
  readonly txid: string;
  readonly backup: string;
  readonly time: string;
}

async function job(archive: Archive, work: Job): Promise<void> {
  const journal = await archive.createJournal(begin(work));
  await journal.append({ type: 'END', state: 'COMMITTED', observed: [SHA], time: work.time }, { sync: true });
}

/** Two laptops that met the same car by turns and never each other: their sequences collide. */
async function twoLaptops() {
  const [left, right] = [laptop('left'), laptop('right')];
  const ids = {
    left1: await left.save('2026-11-01T10:00:00Z', 'left 1'),
    right1: await right.save('2026-11-02T10:00:00Z', 'right 1'),
    left2: await left.save('2026-11-03T10:00:00Z', 'left 2'),
    // The clock of this laptop has gone back.
    right2: await right.save('2026-10-04T10:00:00Z', 'right 2'),
    right3: await right.save('2026-11-05T10:00:00Z', 'right 3'),
  };
  await job(left.archive, { txid: 'aaaa0001', backup: ids.left1, time: '2026-11-03T10:00:01Z' });
  await job(right.archive, { txid: 'bbbb0001', backup: ids.right2, time: '2026-11-04T10:00:01Z' });
  return { left, right, ids };
}

/** By sequence; of two with the same one, the earlier first, whichever laptop it came from. */
async function expectMerged(archive: Archive, ids: Awaited<ReturnType<typeof twoLaptops>>['ids']): Promise<void> {
  expect((await archive.listBackups(VIN)).map(({ label, sequence, state }) => `${sequence} ${label} ${state}`)).toEqual([
    '1 left 1 intact',
    '1 right 1 intact',
    '2 right 2 intact',
    '2 left 2 intact',
    '3 right 3 intact',
  ]);
  expect(await archive.verifyAll()).toEqual({ checked: 7, problems: [] });
  expect((await archive.listJournals(VIN)).map(({ txid, state, begin }) => [txid, state, begin.backup])).toEqual([
    ['aaaa0001', 'COMMITTED', ids.left1],
    ['bbbb0001', 'COMMITTED', ids.right2],
  ]);
  // What a restore rests on: the content by its id, whoever took it.
  for (const [name, id] of Object.entries(ids)) expect((await archive.loadBackup(id)).label).toBe(name.replace(/\d/, ' $&'));
  expect((await archive.loadBackup(ids.left2)).prev).toBe(ids.left1);
  const kept = (await archive.planPrune(VIN)).flatMap((plan) => plan.kept);
  expect(kept.filter(({ keep }) => keep.includes('journal')).map(({ backup }) => backup.id)).toEqual([ids.left1, ids.right2]);
}

describe('two archives of one car', () => {
  it('become one by copying files, in either direction, and the next backup follows both', async () => {
    const { left, ids } = await twoLaptops();
    cpSync(rootOf('left'), rootOf('both'), { recursive: true });
    // A manifest is overwritten by the copy, as cp, rsync and object storage do: missing lines are no damage.
    cpSync(rootOf('right'), rootOf('both'), { recursive: true, force: true });
    const both = laptop('both');
    await expectMerged(both.archive, ids);
    await both.archive.rebuildManifest();
    expect(readFileSync(join(carOf('both'), 'MANIFEST.sha256'), 'utf8').match(/\n/g)).toHaveLength(5);
    await expectMerged(both.archive, ids);
    const next = await both.save('2026-11-06T10:00:00Z', 'both');
    expect(await both.archive.loadBackup(next)).toMatchObject({ sequence: 4, prev: ids.right3, clockTrusted: true });
    cpSync(rootOf('both'), rootOf('left'), { recursive: true, force: false });
    expect((await left.archive.listBackups()).map(({ label }) => label)).toContain('both');
    expect((await left.archive.verifyAll()).problems).toEqual([]);
  });

  it.skipIf(!hasGit)('become one by a git merge, without a conflict (needs git)', async () => {
    const { ids } = await twoLaptops();
    const git = (host: string, ...words: readonly string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'core.autocrlf=true', ...words], {
        cwd: rootOf(host),
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', HOME: folder },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    for (const host of ['left', 'right']) {
      git(host, 'init', '-q', '-b', host);
      git(host, 'add', '.');
      git(host, 'commit', '-q', '-m', host);
    }
    git('left', 'fetch', '-q', rootOf('right'), 'right');
    git('left', 'merge', '-q', '--allow-unrelated-histories', '-m', 'both', 'FETCH_HEAD');
    const { archive } = laptop('left');
    await expectMerged(archive, ids);
    const lines = readFileSync(join(carOf('left'), 'MANIFEST.sha256'), 'utf8')
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(5);
    expect(git('left', 'status', '--porcelain')).toBe('');
  });

  it('that hold one name with two contents cannot both be right: exit 9 wherever it is used', async () => {
    const { left, ids } = await twoLaptops();
    const name = readdirSync(join(carOf('left'), 'backups')).find((each) => each.includes(ids.left1)) ?? '';
    const path = join(carOf('left'), 'backups', name);
    const other = readdirSync(join(carOf('right'), 'backups'))[0] ?? '';
    chmodSync(path, 0o600);
    writeFileSync(path, readFileSync(join(carOf('right'), 'backups', other)));
    await expect(left.archive.loadBackup(ids.left1)).rejects.toMatchObject({ code: 'archive.damaged', exit: 9 });
    expect((await left.archive.verifyAll()).problems).toEqual([{ path, problem: expect.stringContaining('in its name') }]);
    expect((await left.archive.listBackups()).map(({ state }) => state)).toEqual(['damaged', 'intact']);
  });

  it('whose manifests say two things of one file are told, exit 9', async () => {
    const { left, ids } = await twoLaptops();
    const line =
      readFileSync(join(carOf('left'), 'MANIFEST.sha256'), 'utf8')
        .split('\n')
        .find((each) => each.includes(ids.left1)) ?? '';
    appendFileSync(join(carOf('left'), 'MANIFEST.sha256'), `${'0'.repeat(64)}${line.slice(64)}\n`);
    await expect(left.archive.loadBackup(ids.left1)).rejects.toMatchObject({ code: 'archive.damaged', exit: 9 });
    expect((await left.archive.loadBackup(ids.left2)).label).toBe('left 2');
  });

  it('tell an open journal that was copied along: nothing more is written to that car until it is settled', async () => {
    const { left, right, ids } = await twoLaptops();
    const open = await left.archive.createJournal(begin({ txid: 'cccc0001', backup: ids.left2, time: '2026-11-05T10:00:00Z' }));
    await open.close();
    cpSync(rootOf('left'), rootOf('right'), { recursive: true, force: false });
    expect((await right.archive.openJournals(VIN)).map(({ txid }) => txid)).toEqual(['cccc0001']);
  });
});
