import { isVin } from '../../core/index.ts';
import type { RecordingPlayer } from './player.ts';

/**
 * Where a car tells its VIN: `22 F190` on F-series and later, `1A 90` and, on the CAS, `22 1010` before.
 *
 * @see bmw-diagnostics §5.2 and §7.5; `22 1010` is recorded on an E61
 */
const PLACES: readonly (readonly number[])[] = [
  [0x22, 0xf1, 0x90],
  [0x1a, 0x90],
  [0x22, 0x10, 0x10],
];
/** Who is asked first: gateway, body controller, cluster. */
const FIRST: readonly number[] = [0x10, 0x40, 0x60];
const UNCODED = '0'.repeat(17);

/** The VIN that a recording tells, from the first ECU that has a whole one; undefined where none does. */
export function recordedVin(player: RecordingPlayer): string | undefined {
  for (const request of PLACES) {
    for (const address of [...FIRST, ...player.sources]) {
      const data = player.positive(address, Uint8Array.from(request));
      const vin = data && Buffer.from(data).toString('latin1');
      if (vin !== undefined && isVin(vin) && vin !== UNCODED) return vin;
    }
  }
  return undefined;
}
