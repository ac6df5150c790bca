import { describe, expect, it } from 'vitest';
import { type BackupContent, type BackupEcu, backupBlock, diffBackups } from '../../../src/archive/index.ts';
import { block, CONTENT } from './sample.ts';

const [KOMBI] = CONTENT.ecus as readonly [BackupEcu];

function holding(...ecus: BackupEcu[]): BackupContent {
  return { ...CONTENT, ecus };
}

describe('diffBackups', () => {
  it('finds nothing between a backup and itself, whatever the order', () => {
    const turned = holding({ ...KOMBI, blocks: KOMBI.blocks.toReversed() });
    expect(diffBackups(CONTENT, turned)).toEqual({ equal: true, ecus: [] });
  });

  it('names every byte that differs, past the end of the shorter block too', () => {
    const left = holding({ ...KOMBI, blocks: [backupBlock({ did: '3301', bytes: Uint8Array.of(1, 0xff, 3), reads: 2 })] });
    const right = holding({ ...KOMBI, blocks: [backupBlock({ did: '3301', bytes: Uint8Array.of(1, 0xf7, 3, 4), reads: 2 })] });
    expect(diffBackups(left, right)).toEqual({
      equal: false,
      ecus: [
        {
          address: '60',
          name: 'KOMBI',
          kind: 'both',
          identity: [],
          blocks: [
            {
              did: '3301',
              kind: 'changed',
              bytes: [
                { offset: 1, left: 0xff, right: 0xf7 },
                { offset: 3, left: null, right: 4 },
              ],
            },
          ],
        },
      ],
    });
  });

  it('tells blocks and ECUs that only one side holds', () => {
    const left = holding({ ...KOMBI, blocks: [block('3301', 4)] });
    const right = holding({ ...KOMBI, blocks: [block('3302', 4)] }, { ...KOMBI, address: '12', name: 'DME', blocks: [block('3000', 2)] });
    expect(diffBackups(left, right)).toMatchObject({
      equal: false,
      ecus: [
        { address: '12', kind: 'right-only', blocks: [{ did: '3000', kind: 'right-only' }] },
        {
          address: '60',
          kind: 'both',
          blocks: [
            { did: '3301', kind: 'left-only' },
            { did: '3302', kind: 'right-only' },
          ],
        },
      ],
    });
  });

  it('tells another unit or other software behind the same bytes', () => {
    const right = holding({ ...KOMBI, serial: '0000000002', svk: null, cafds: [] });
    expect(diffBackups(CONTENT, right)).toMatchObject({ equal: true, ecus: [{ identity: ['serial', 'svk', 'cafds'], blocks: [] }] });
  });
});
