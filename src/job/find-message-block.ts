import { type BlockLayout, layoutFits } from '../catalog/index.ts';
import { type EcuAddress, EXIT, KombiError } from '../core/index.ts';
import { cafdsOf } from '../vehicle/index.ts';
import type { Car } from './car.ts';
import { readIfAllowed } from './read-if-allowed.ts';

const CLUSTER = 0x60 as EcuAddress;

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
