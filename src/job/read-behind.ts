import { type BlockBytes, placesBehindTlid } from '../coding/index.ts';
import { NegativeResponseError } from '../uds/index.ts';
import type { Car } from './car.ts';
import type { BlockAddress } from './read-twice.ts';

/** The block behind one that may be a TLID, which only its neighbour tells; undefined where there is none, or no question. */
export async function readBehind(car: Car, block: BlockAddress & BlockBytes): Promise<BlockBytes | undefined> {
  for (const did of placesBehindTlid(block)) {
    try {
      return { did, bytes: await car.client.readDid(block.ecu, did, car.signal === undefined ? {} : { signal: car.signal }) };
    } catch (error) {
      if (!(error instanceof NegativeResponseError)) throw error;
    }
  }
  return undefined;
}
