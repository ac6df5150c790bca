import { type BlockLayout, layoutFits } from '../catalog/index.ts';
import { type Did, type EcuAddress, EXIT, KombiError } from '../core/index.ts';
import { NegativeResponseError } from '../uds/index.ts';
import { cafdsOf, type EcuIdentity } from '../vehicle/index.ts';
import type { Car } from './car.ts';
import { type BlockListSource, type DiscoverOptions, discoverBlocks } from './discover-blocks.ts';

const CLUSTER = 0x60 as EcuAddress;

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

/**
 * The layout of this car's Check Control masks: decided by what the cluster holds, never by the model's name.
 *
 * @throws {KombiError} `coding.no-mask` (exit 3) where no known layout fits
 */
export async function findMessageBlock(car: Car): Promise<BlockLayout> {
  const cluster = await car.ecu(CLUSTER);
  for (const layout of car.catalog.checkControlLayouts({ cafds: cafdsOf(cluster.svk), vin: car.identity.vin })) {
    const bytes = await readIfAllowed(car, layout.ecu, layout.block);
    if (bytes !== undefined && layoutFits(layout, bytes.length)) return layout;
  }
  throw new KombiError({
    code: 'coding.no-mask',
    exit: EXIT.refused,
    message: `This cluster (CAFD ${cafdsOf(cluster.svk).join(', ') || 'not told'}) has no block with Check Control masks that is known`,
    hint: 'Owners found it in 3301 or 3001, and on some cars in neither. `kombi blocks KOMBI` shows what this one holds.',
  });
}

async function readIfAllowed(car: Car, ecu: EcuAddress, did: Did): Promise<Uint8Array | undefined> {
  try {
    return await car.client.readDid(ecu, did, car.signal === undefined ? {} : { signal: car.signal });
  } catch (error) {
    if (error instanceof NegativeResponseError) return undefined;
    throw error;
  }
}
