import type { BlockLayout } from '../catalog/index.ts';
import { hiddenMessages } from '../coding/index.ts';
import { KombiError } from '../core/index.ts';
import type { Car } from './car.ts';
import { findMessageBlock } from './find-message-block.ts';

const BITS = 8;

export interface MessageMask {
  readonly layout: BlockLayout;
  /** Ascending. */
  readonly hidden: readonly number[];
  /** How many messages the masks have a bit for; ids run from 0. */
  readonly count: number;
}

/**
 * Which messages this car hides now.
 *
 * @throws {KombiError} as {@link findMessageBlock}; `ecu.*`, `uds.*`, `link.*`
 */
export async function readMessageMask(car: Car): Promise<MessageMask> {
  const layout = await findMessageBlock(car);
  const { mask } = layout;
  if (mask === undefined) throw new KombiError({ code: 'bug.no-mask', message: `Layout ${layout.id} has no Check Control masks` });
  const bytes = await car.client.readDid(layout.ecu, layout.block, car.signal === undefined ? {} : { signal: car.signal });
  return {
    layout,
    hidden: hiddenMessages(bytes, mask, { offset: 0, length: bytes.length }),
    count: mask.groups * mask.groupBytes * BITS,
  };
}
