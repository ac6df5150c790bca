import { type BackupEcu, backupBlock } from '../archive/index.ts';
import { type KindOfBlock, kindsOfBlocks } from '../coding/index.ts';
import { type Did, equalBytes, formatDid, toHex } from '../core/index.ts';
import { cafdsOf, type EcuIdentity } from '../vehicle/index.ts';
import type { BlockAnswer, BlockReader } from './block-reader.ts';
import type { Car } from './car.ts';
import { type BlockList, type DiscoverOptions, discoverBlocks } from './discover-blocks.ts';
import type { HeldBlock } from './scan-blocks.ts';

export interface EcuBlocks extends Pick<BackupEcu, 'blocks' | 'unreadable'> {
  readonly list: BlockList;
  /** The ECU answered to the end. */
  readonly answered: boolean;
}

export interface ReadBlocksOptions extends DiscoverOptions {
  readonly reader: BlockReader;
}

/** Two readings, and two more where they differ: a misread alone must not cost a block. */
const MAX_READINGS = 4;

/**
 * Every block of an ECU: what may be written one day twice, metadata and signatures once. What cannot be read says why,
 * and the rest is read all the same.
 */
export async function readEcuBlocks(car: Car, ecu: EcuIdentity, options: ReadBlocksOptions): Promise<EcuBlocks> {
  const { reader, onProgress } = options;
  const list = await discoverBlocks(car, ecu, options);
  const first = new Map<Did, HeldBlock | Extract<BlockAnswer, { kind: 'absent' }>>(list.seen);
  const unread = list.dids.filter((did) => !first.has(did));
  let answered = list.end !== 'gone';
  // One step for each reading to come, as far as that is known before the kinds are.
  let done = 0;
  const tell = () => onProgress?.({ step: 'backup', ecu: ecu.address, done: done++, total: unread.length + list.dids.length });
  for (const did of unread) {
    if (!answered) break;
    tell();
    const answer = await reader.read(did);
    if (answer.kind === 'gone') answered = false;
    else first.set(did, answer);
  }
  const kinds = kindsOf(car, ecu, first);
  const blocks: BackupEcu['blocks'][number][] = [];
  const unreadable: BackupEcu['unreadable'][number][] = [];
  for (const did of list.dids) {
    const held = first.get(did);
    tell();
    if (held?.kind !== 'bytes') unreadable.push({ did: formatDid(did), nrc: held === undefined ? 'silent' : reasonOf(held) });
    else if (kinds.get(did)?.kind !== 'data') blocks.push(backupBlock({ did: formatDid(did), bytes: held.bytes, reads: 1 }));
    else {
      const settled = answered ? await settle(reader, did, held.bytes) : 'silent';
      if (settled === 'gone') answered = false;
      if (typeof settled === 'string') unreadable.push({ did: formatDid(did), nrc: settled === 'gone' ? 'silent' : settled });
      else blocks.push(backupBlock({ did: formatDid(did), bytes: settled, reads: 2 }));
    }
  }
  return { list, blocks, unreadable, answered };
}

/** The bytes that two consecutive readings agree on. */
async function settle(reader: BlockReader, did: Did, before: Uint8Array): Promise<Uint8Array | 'unstable' | 'silent' | 'gone'> {
  let last = before;
  for (let reading = 2; reading <= MAX_READINGS; reading += 1) {
    const answer = await reader.read(did);
    if (answer.kind === 'gone' || answer.kind === 'silent') return answer.kind;
    // Shown a moment ago and refused now: nothing that one may rely on.
    if (answer.kind !== 'bytes') return 'unstable';
    if (equalBytes(answer.bytes, last)) return answer.bytes;
    last = answer.bytes;
  }
  return 'unstable';
}

function reasonOf(answer: Exclude<BlockAnswer, { kind: 'bytes' }>): string {
  return answer.kind === 'refused' || answer.kind === 'absent' ? toHex(Uint8Array.of(answer.nrc)) : 'silent';
}

function kindsOf(car: Car, ecu: EcuIdentity, read: ReadonlyMap<Did, BlockAnswer>): ReadonlyMap<Did, KindOfBlock> {
  const blocks = [...read].flatMap(([did, answer]) => (answer.kind === 'bytes' ? [{ did, bytes: answer.bytes }] : []));
  const owner = { ecu: ecu.address, cafds: cafdsOf(ecu.svk), vin: car.identity.vin };
  return kindsOfBlocks(
    blocks.sort((left, right) => left.did - right.did),
    owner,
    car.catalog,
  );
}
