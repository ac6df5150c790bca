import { type EcuAddress, isKombiError, KombiError } from '../core/index.ts';
import { Car } from './car.ts';
import type { CarLock } from './lock-car.ts';
import { type RelatedFault, readFaults } from './message-report.ts';

export interface ClearedFaults {
  readonly before: readonly RelatedFault[];
  /** Read again after clearing: a fault that is still present comes back at once or at the next self-test. */
  readonly after: readonly RelatedFault[];
}

/**
 * Clears the trouble codes of one ECU (`14 FFFFFF`), through the write kernel, and reads what is left.
 *
 * @throws {KombiError} `uds.negative-response` where the ECU refuses, `faults.not-cleared` where it is silent and its
 *   codes are as before (exit 3); `ecu.*`, `link.*`
 */
export async function clearFaults(car: Car, ecu: EcuAddress, options: { readonly lock: CarLock }): Promise<ClearedFaults> {
  const { vin } = car.identity;
  if (options.lock.vin !== vin) throw new KombiError({ code: 'car.other', message: `The lock is for ${options.lock.vin}, this is ${vin}` });
  const before = await readFaults(car, ecu);
  let silence: KombiError | undefined;
  await Car.gateOf(car).withToken({ kind: 'clear-trouble-codes', vin, ecu }, async (message) => {
    try {
      await car.client.request(ecu, message);
    } catch (error) {
      if (!isKombiError(error, 'ecu.no-response')) throw error;
      silence = error;
    }
  });
  const after = await readFaults(car, ecu);
  if (silence !== undefined && sameCodes(before, after)) {
    throw new KombiError({
      code: 'faults.not-cleared',
      message: `${car.catalog.ecuName(ecu)} did not answer, and its trouble codes are as before`,
      hint: 'Ignition on, engine off; then try again.',
      cause: silence,
    });
  }
  return { before, after };
}

function sameCodes(left: readonly RelatedFault[], right: readonly RelatedFault[]): boolean {
  return left.length === right.length && left.every(({ code }, index) => right[index]?.code === code);
}
