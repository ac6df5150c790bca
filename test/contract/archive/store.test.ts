import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openArchive } from '../../../src/archive/index.ts';
import { DRAFT, VIN } from '../../unit/archive/sample.ts';

describe('disk', () => {
  let dir = '';
  afterEach(() => rm(dir, { recursive: true, force: true }));
  it('saves and loads', async () => {
    dir = await mkdtemp(join(tmpdir(), 'kombi-'));
    const archive = openArchive(join(dir, 'a', 'b'), { now: () => new Date('2026-11-20T10:15:30Z') });
    const saved = await archive.saveBackup(DRAFT);
    expect(await archive.loadBackup(saved.id.slice(0, 4))).toEqual(saved.content);
    expect(await archive.loadBackup(saved.path)).toEqual(saved.content);
    expect((await archive.listBackups(VIN)).map((b) => b.state)).toEqual(['intact']);
    expect((await archive.verifyAll()).problems).toEqual([]);
  });
});
