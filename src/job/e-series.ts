import { formatEcuAddress, isKombiError, KombiError } from '../core/index.ts';
import type { UdsClient } from '../uds/index.ts';
import { readShortVin, speaksKwp, type VehicleIdentity } from '../vehicle/index.ts';
import type { Gate } from './kernel/gate.ts';

/**
 * A car is one of the E-series by its own answers only: nobody tells a VIN over UDS, and who tells one answers in KWP2000.
 *
 * @throws {KombiError} `car.no-vin` (exit 3)
 */
export async function assertSpeaksKwp(client: UdsClient, { vinSource }: VehicleIdentity): Promise<void> {
  if (await speaksKwp(client, vinSource)) return;
  throw new KombiError({
    code: 'car.no-vin',
    message: `ECU ${formatEcuAddress(vinSource)} tells a VIN where only E-series cars do, and does not answer as one of them`,
    hint: 'What car this is cannot be known, so nothing is done to it. Report it with a trace.',
  });
}

/** Says more of a car that tells no VIN, where it answers in KWP2000: an E-series car that is not known so well. */
export async function explainNoVin(error: unknown, gate: Gate, client: UdsClient, signal?: AbortSignal): Promise<unknown> {
  if (!isKombiError(error, 'car.no-vin')) return error;
  gate.speakKwp();
  const shortVin = await readShortVin(client, signal);
  if (shortVin === undefined) return error;
  return new KombiError({
    code: 'car.no-vin',
    message: `The car answers as an E-series car does (KWP2000) and tells only the end of its VIN: ${shortVin}`,
    hint: 'kombi needs all 17 characters, so that nothing of one car is ever taken for another. Only an E61 was recorded telling them.',
    cause: error,
  });
}
