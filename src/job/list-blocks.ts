import { layoutFits } from '../catalog/index.ts';
import { type BlockKind, kindsOfBlocks } from '../coding/index.ts';
import type { Did, EcuAddress } from '../core/index.ts';
import { cafdsOf, type EcuIdentity } from '../vehicle/index.ts';
import { type BlockAnswer, createBlockReader } from './block-reader.ts';
import type { Car } from './car.ts';
import type { DidRange } from './did-ranges.ts';
import { type BlockListSource, type DiscoverOptions, discoverBlocks } from './discover-blocks.ts';
import type { ScanResult } from './scan-blocks.ts';

export interface ListedBlock {
  readonly did: Did;
  /** Bytes; undefined where the ECU does not show the block. */
  readonly length: number | undefined;
  readonly name: string | undefined;
  /** Undefined where the ECU does not show the block. */
  readonly kind: BlockKind | undefined;
  /** What a block holds that is no coding data, in words. */
  readonly holds: string | undefined;
  /** The code with which the ECU refuses to show it. */
  readonly nrc: number | undefined;
}

export interface BlockListing {
  readonly ecu: EcuIdentity;
  readonly source: BlockListSource;
  /** Where every identifier was asked for; empty where the coding data tell the list. */
  readonly ranges: readonly DidRange[];
  /** Unless `whole`, the list may be short of blocks. */
  readonly end: ScanResult['end'];
  readonly blocks: readonly ListedBlock[];
}

/**
 * The coding blocks that an ECU holds.
 *
 * @throws {KombiError} `ecu.*` (exit 3) where it does not answer, `link.*`
 */
export async function listBlocks(car: Car, address: EcuAddress, options: DiscoverOptions = {}): Promise<BlockListing> {
  const ecu = await car.ecu(address);
  const reader = createBlockReader(car, address);
  const { dids, source, ranges, end, seen } = await discoverBlocks(car, ecu, { ...options, reader });
  const answers = new Map<Did, BlockAnswer>();
  for (const did of dids) answers.set(did, seen.get(did) ?? (await reader.read(did)));
  const shown = [...answers].flatMap(([did, answer]) => (answer.kind === 'bytes' ? [{ did, bytes: answer.bytes }] : []));
  const owner = { ecu: address, cafds: cafdsOf(ecu.svk), vin: car.identity.vin };
  const kinds = kindsOfBlocks(shown, owner, car.catalog);
  const blocks = [...answers].map(([did, answer]): ListedBlock => {
    const length = answer.kind === 'bytes' ? answer.bytes.length : undefined;
    const layout = car.catalog.layout({ ...owner, block: did });
    return {
      did,
      length,
      name: layout !== undefined && length !== undefined && layoutFits(layout, length) ? layout.name : undefined,
      kind: kinds.get(did)?.kind,
      holds: kinds.get(did)?.holds,
      nrc: answer.kind === 'refused' || answer.kind === 'absent' ? answer.nrc : undefined,
    };
  });
  const gone = [...answers.values()].some((answer) => answer.kind === 'gone');
  return { ecu, source, ranges, end: gone ? 'gone' : end, blocks };
}
