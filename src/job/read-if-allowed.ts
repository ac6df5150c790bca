import type { Did, EcuAddress } from '../core/index.ts';
import { NegativeResponseError } from '../uds/index.ts';
import type { Car } from './car.ts';

/** A block, or undefined where the ECU refuses to show it. */
export async function readIfAllowed(car: Car, ecu: EcuAddress, did: Did): Promise<Uint8Array | undefined> {
  try {
    return await car.client.readDid(ecu, did, car.signal === undefined ? {} : { signal: car.signal });
  } catch (error) {
    if (error instanceof NegativeResponseError) return undefined;
    throw error;
  }
}
