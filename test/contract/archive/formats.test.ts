import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeBackup, openArchive } from '../../../src/archive/index.ts';
import { block, DRAFT, VIN } from '../../unit/archive/sample.ts';

const FORMATS = join(import.meta.dirname, '../../../fixtures/archive');

describe('an archive of format 1', () => {
  const archive = openArchive(join(FORMATS, 'format-1'));

  it('is read, and nothing in it is damaged', async () => {
    expect(await archive.verifyAll()).toEqual({ checked: 4, problems: [] });
    expect(await archive.listBackups(VIN)).toMatchObject([
      { sequence: 1, state: 'intact', complete: true, label: DRAFT.label },
      { sequence: 2, state: 'intact', complete: false, txid: '5f1e0c9a7b3d2468' },
    ]);
  });

  it('keeps the meaning of every field', async () => {
    const [first, second] = await archive.listBackups(VIN);
    expect(await archive.loadBackup(first?.id ?? '')).toEqual({
      ...DRAFT,
      format: 1,
      requires: [],
      sequence: 1,
      time: '2026-11-20T10:15:30Z',
      clockTrusted: true,
      prev: null,
    });
    const content = await archive.loadBackup(second?.id ?? '');
    expect(content).toMatchObject({
      prev: first?.id,
      ecus: [{ blocks: [block('3301', 40), block('3302', 3, 9)] }, { unreadable: [{ did: '3000', nrc: 'silent' }, { nrc: 'unstable' }] }],
    });
  });

  it('is spelled today as it was then, byte for byte', async () => {
    for (const { id, path } of await archive.listBackups(VIN)) {
      expect(encodeBackup(await archive.loadBackup(id)).bytes).toEqual(new Uint8Array(await readFile(path)));
    }
  });

  it('tells the jobs that were done, and the one that was interrupted', async () => {
    expect(await archive.listJournals(VIN)).toMatchObject([
      {
        txid: '5f1e0c9a7b3d2468',
        state: 'COMMITTED',
        begin: { kind: 'code', label: 'hide one', ops: [{ did: '3302', old: '091017', new: '011017', mask: '080000' }] },
      },
      { txid: '0d2b4f6880a2c4e6', state: 'OPEN', begin: { kind: 'undo', undoes: '5f1e0c9a7b3d2468' } },
    ]);
    const [open] = await archive.openJournals(VIN);
    expect(open?.records.map(({ type }) => type)).toEqual(['BEGIN', 'INTENT', 'RESULT', 'SEEN']);
  });
});
