import { type BackupContent, type BackupDraft, backupBlock, type JournalBegin } from '../../../src/archive/index.ts';

export const VIN = 'WBA6C92010D000001';

export function block(did: string, length: number, seed = 0) {
  return backupBlock({ did, bytes: Uint8Array.from({ length }, (_, index) => (index * 7 + seed) & 0xff), reads: 2 });
}

/** A small backup of a made-up car. */
export const DRAFT: BackupDraft = {
  vehicle: { vin: VIN, vinSource: '10/F190', iLevel: 'F010-15-07-502' },
  tool: { name: 'kombi', version: '0.1.0' },
  adapter: { kind: 'enet', firmware: null },
  voltage: { first: 13.4, last: 13.3 },
  label: 'before "the" change',
  complete: true,
  ecus: [
    {
      address: '60',
      name: 'KOMBI',
      serial: '0000000001',
      svk: '0101000100',
      cafds: ['CAFD_FFFF0601_001_000_000'],
      complete: true,
      scannedRanges: [{ from: '3000', to: '3EFF' }],
      blocks: [block('3301', 40), block('3302', 3, 9)],
      unreadable: [{ did: '3303', nrc: '33' }],
    },
  ],
};

export const CONTENT: BackupContent = {
  ...DRAFT,
  format: 1,
  requires: [],
  sequence: 7,
  time: '2026-11-20T10:15:30Z',
  clockTrusted: true,
  prev: null,
};

const SHA = '0'.repeat(64);

/** The beginning of a job on that car. */
export function begin({ txid, backup, time }: Pick<JournalBegin, 'txid' | 'backup' | 'time'>): JournalBegin {
  return {
    type: 'BEGIN',
    txid,
    vin: VIN,
    kind: 'code',
    planId: 'p',
    ecus: [{ address: '60', serial: '1', svkSha: SHA }],
    backup,
    tool: 'k',
    adapter: 'enet',
    time,
    ops: [{ ecu: '60', did: '3301', old: 'FF', mask: '08', new: 'F7', oldSha: SHA, newSha: SHA }],
  };
}
