import { layoutFits } from '../catalog/index.ts';
import type { Did, EcuAddress } from '../core/index.ts';
import { cafdsOf, type EcuIdentity } from '../vehicle/index.ts';
import type { Car } from './car.ts';
import { type BlockListSource, type DiscoverOptions, discoverBlocks } from './discover-blocks.ts';
import { readIfAllowed } from './read-if-allowed.ts';

export interface ListedBlock {
  readonly did: Did;
  /** Bytes; undefined where the ECU refuses to show the block. */
  readonly length: number | undefined;
  readonly name: string | undefined;
}

export interface BlockListing {
  readonly ecu: EcuIdentity;
  readonly source: BlockListSource;
  readonly blocks: readonly ListedBlock[];
}

/** The coding blocks that an ECU holds. */
export async function listBlocks(car: Car, address: EcuAddress, options: DiscoverOptions = {}): Promise<BlockListing> {
  const ecu = await car.ecu(address);
  const list = await discoverBlocks(car, ecu, options);
  const blocks: ListedBlock[] = [];
  for (const did of list.dids) {
    const bytes = await readIfAllowed(car, address, did);
    const layout = car.catalog.layout({ ecu: address, block: did, cafds: cafdsOf(ecu.svk), vin: car.identity.vin });
    const name = layout !== undefined && bytes !== undefined && layoutFits(layout, bytes.length) ? layout.name : undefined;
    blocks.push({ did, length: bytes?.length, name });
  }
  return { ecu, source: list.source, blocks };
}
