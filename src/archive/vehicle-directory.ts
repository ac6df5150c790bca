import { isVin } from '../core/index.ts';
import { sha256 } from './sha256.ts';

/** Below what any file system allows for a name. */
const MAX_HEX_DIGITS = 128;

/**
 * The folder of a car, below `vehicles`. What is no VIN (`../x`, `CON`, nothing at all) becomes hex, or its hash where
 * that is long: both start with `hex-`, which no VIN does.
 */
export function vehicleDirectory(vin: string): string {
  if (isVin(vin)) return vin;
  const hex = Buffer.from(vin, 'utf8').toString('hex');
  return `hex-${hex.length > MAX_HEX_DIGITS ? sha256(vin) : hex}`;
}
