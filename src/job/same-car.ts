import { EXIT, KombiError } from '../core/index.ts';
import { readVin, wayToAsk } from '../vehicle/index.ts';
import type { Car } from './car.ts';

/**
 * Asks for the VIN, whether the link was opened anew or not.
 *
 * @throws {KombiError} `car.changed` (exit 3) where it is another, `car.no-vin` where nobody tells it any more
 */
export async function assertStillThere(car: Car): Promise<void> {
  const { protocol, vin } = car.identity;
  const told = (await wayToAsk(protocol).readVin(car.client, car.signal)) ?? (await readVin(car.client, car.signal));
  if (told.vin === vin) return;
  throw new KombiError({
    code: 'car.changed',
    exit: EXIT.refused,
    message: `While ${vin} was read, the car became another: its VIN is ${told.vin}`,
    hint: 'Nothing was saved, and nothing written. Connect to the car that is meant and begin again.',
  });
}
