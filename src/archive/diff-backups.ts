import type { BackupContent, BackupEcu } from './backup.ts';
import { type BackupBlock, blockBytes } from './backup-block.ts';

export interface ByteDifference {
  readonly offset: number;
  /** Null past the end of the shorter block. */
  readonly left: number | null;
  readonly right: number | null;
}

export interface BlockDifference {
  readonly did: string;
  readonly kind: 'changed' | 'left-only' | 'right-only';
  /** Empty unless `changed`. */
  readonly bytes: readonly ByteDifference[];
  /** Why the side that lacks the block could not read it: an NRC in hex, `silent` or `unstable`. */
  readonly unreadable?: string;
}

export interface EcuDifference {
  readonly address: string;
  readonly name: string | null;
  readonly kind: 'both' | 'left-only' | 'right-only';
  /** What tells that another unit, or other software, stands behind the same address. */
  readonly identity: readonly ('serial' | 'svk' | 'cafds')[];
  readonly blocks: readonly BlockDifference[];
}

export interface BackupDifference {
  /** Both hold the same blocks with the same bytes. */
  readonly equal: boolean;
  /** Only ECUs in which something differs. */
  readonly ecus: readonly EcuDifference[];
}

/** What differs from `left` to `right`, in the order of address, DID and offset. */
export function diffBackups(left: Pick<BackupContent, 'ecus'>, right: Pick<BackupContent, 'ecus'>): BackupDifference {
  const ecus: EcuDifference[] = [];
  for (const [address, leftEcu, rightEcu] of pairs(left.ecus, right.ecus, (ecu) => ecu.address)) {
    const blocks: BlockDifference[] = [];
    for (const [, leftBlock, rightBlock] of pairs(leftEcu?.blocks ?? [], rightEcu?.blocks ?? [], (block) => block.did)) {
      const difference = diffBlocks(leftBlock, rightBlock);
      if (difference === undefined) continue;
      const lacking = difference.kind === 'left-only' ? rightEcu : difference.kind === 'right-only' ? leftEcu : undefined;
      const reason = lacking?.unreadable.find((block) => block.did === difference.did)?.nrc;
      blocks.push(reason === undefined ? difference : { ...difference, unreadable: reason });
    }
    const kind = leftEcu === undefined ? 'right-only' : rightEcu === undefined ? 'left-only' : 'both';
    const identity = leftEcu !== undefined && rightEcu !== undefined ? diffIdentity(leftEcu, rightEcu) : [];
    if (kind === 'both' && blocks.length === 0 && identity.length === 0) continue;
    ecus.push({ address, name: (leftEcu ?? rightEcu)?.name ?? null, kind, identity, blocks });
  }
  return { equal: ecus.every((ecu) => ecu.blocks.length === 0), ecus };
}

function diffIdentity(left: BackupEcu, right: BackupEcu): EcuDifference['identity'] {
  const identity: EcuDifference['identity'][number][] = [];
  // Of an ECU that never answered nobody knows who it is.
  if (left.silent === true || right.silent === true) return identity;
  if (left.serial !== right.serial) identity.push('serial');
  if (left.svk !== right.svk) identity.push('svk');
  if (left.cafds.join() !== right.cafds.join()) identity.push('cafds');
  return identity;
}

function diffBlocks(left: BackupBlock | undefined, right: BackupBlock | undefined): BlockDifference | undefined {
  if (left === undefined) return right && { did: right.did, kind: 'right-only', bytes: [] };
  if (right === undefined) return { did: left.did, kind: 'left-only', bytes: [] };
  if (left.length === right.length && left.sha256 === right.sha256) return undefined;
  const leftBytes = blockBytes(left);
  const rightBytes = blockBytes(right);
  const bytes: ByteDifference[] = [];
  for (let offset = 0; offset < Math.max(leftBytes.length, rightBytes.length); offset += 1) {
    const leftByte = leftBytes[offset] ?? null;
    const rightByte = rightBytes[offset] ?? null;
    if (leftByte !== rightByte) bytes.push({ offset, left: leftByte, right: rightByte });
  }
  return { did: left.did, kind: 'changed', bytes };
}

/** Both sides by key, sorted; a side that lacks the key is undefined. */
function pairs<T>(left: readonly T[], right: readonly T[], keyOf: (item: T) => string): [string, T | undefined, T | undefined][] {
  const leftByKey = new Map(left.map((item) => [keyOf(item), item]));
  const rightByKey = new Map(right.map((item) => [keyOf(item), item]));
  const keys = [...new Set([...leftByKey.keys(), ...rightByKey.keys()])].sort();
  return keys.map((key) => [key, leftByKey.get(key), rightByKey.get(key)]);
}
