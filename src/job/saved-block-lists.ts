import type { Archive, BackupContent, BackupEcu, BackupSummary } from '../archive/index.ts';
import { type Did, did, formatEcuAddress, isKombiError, toHex, type Vin } from '../core/index.ts';
import type { EcuIdentity } from '../vehicle/index.ts';
import { type DidRange, includesRanges } from './did-ranges.ts';

export interface SavedBlockList {
  readonly dids: readonly Did[];
  /** Where they were looked for; empty where the backup does not say. */
  readonly ranges: readonly DidRange[];
}

/** What the backups of one car know of the blocks that its ECUs hold. */
export interface SavedBlockLists {
  /** From the last backup that has the whole list of an ECU with the same SVK; a list of less than `wanted` is none. */
  of(ecu: EcuIdentity, wanted: readonly DidRange[]): Promise<SavedBlockList | undefined>;
}

/** Reads each backup at most once, and none before it is needed: with 24 ECUs and a hundred backups that is the point. */
export function openSavedBlockLists(archive: Archive, vin: Vin): SavedBlockLists {
  let summaries: Promise<readonly BackupSummary[]> | undefined;
  const contents = new Map<string, Promise<BackupContent | undefined>>();
  const load = (id: string) => {
    const content = contents.get(id) ?? loadIfSound(archive, id);
    contents.set(id, content);
    return content;
  };
  return {
    async of(ecu, wanted) {
      const { svk } = ecu;
      if (svk === undefined) return undefined;
      const address = formatEcuAddress(ecu.address);
      summaries ??= archive.listBackups(vin);
      for (const { id, ecus, state } of (await summaries).toReversed()) {
        if (state !== 'intact' || ecus?.some((each) => each.address === address) !== true) continue;
        const saved = (await load(id))?.ecus.find((each) => each.address === address);
        const list = saved?.svk === toHex(svk.raw) ? listOf(saved) : undefined;
        if (list !== undefined && (list.ranges.length === 0 || includesRanges(list.ranges, wanted))) return list;
      }
      return undefined;
    },
  };
}

/** Blocks that the ECU refused belong to the list: it is whole where every identifier was asked for. */
function listOf({ complete, scannedRanges, blocks, unreadable }: BackupEcu): SavedBlockList | undefined {
  if (!complete && scannedRanges === undefined) return undefined;
  return {
    dids: [...blocks, ...unreadable].map((block) => didOf(block.did)).sort((left, right) => left - right),
    ranges: (scannedRanges ?? []).map(({ from, to }) => ({ first: didOf(from), last: didOf(to) })),
  };
}

function didOf(text: string): Did {
  return did(Number.parseInt(text, 16));
}

async function loadIfSound(archive: Archive, id: string): Promise<BackupContent | undefined> {
  try {
    return await archive.loadBackup(id);
  } catch (error) {
    if (isKombiError(error)) return undefined;
    throw error;
  }
}
