import { concatBytes, equalBytes, isVin } from '../../core/index.ts';
import type { RecordingPlayer } from './player.ts';

/**
 * Where a car tells its VIN: `22 F190` on F-series and later, `1A 90` and, on the CAS, `22 1010` before.
 *
 * @see bmw-diagnostics §5.2 and §7.5; `22 1010` is recorded on an E61
 */
const PLACES: readonly Uint8Array[] = [Uint8Array.of(0x22, 0xf1, 0x90), Uint8Array.of(0x1a, 0x90), Uint8Array.of(0x22, 0x10, 0x10)];
const [UDS_PLACE, , KWP_PLACE] = PLACES;
/** Who is asked first: gateway, body controller, cluster. */
const FIRST: readonly number[] = [0x10, 0x40, 0x60];
const UNCODED = '0'.repeat(17);

/** The VIN that a recording tells, from the first ECU that has a whole one; undefined where none does. */
export function recordedVin(player: RecordingPlayer): string | undefined {
  for (const request of PLACES) {
    for (const address of [...FIRST, ...player.sources]) {
      const data = player.positive(address, request);
      const vin = data && Buffer.from(data).toString('latin1');
      if (vin !== undefined && isVin(vin) && vin !== UNCODED) return vin;
    }
  }
  return undefined;
}

export interface OtherVin {
  readonly vin: string;
  /** Whether the ECU told the recorded one at that request; undefined where none is recorded. */
  readonly isTold: boolean | undefined;
  readonly speaksKwp: boolean;
}

/**
 * What an ECU of a car that was given another VIN answers where it told the recorded one; where none is recorded, any
 * ECU tells it at the place of its kind.
 */
export function tellVin(request: Uint8Array, { vin, isTold, speaksKwp }: OtherVin): Uint8Array | undefined {
  const place = PLACES.find((candidate) => equalBytes(candidate, request));
  if (place === undefined || !(isTold ?? place === (speaksKwp ? KWP_PLACE : UDS_PLACE))) return undefined;
  return concatBytes(Uint8Array.of((place[0] ?? 0) + 0x40), place.subarray(1), Buffer.from(vin, 'latin1'));
}
