import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { vehicleDirectory } from './vehicle-directory.ts';

/**
 * Whether any job was ever begun on a car: most readings are of cars without one, and need not load the archive to
 * learn that none is open.
 */
export function hasJournals(directory: string, vin: string): boolean {
  return existsSync(join(directory, 'vehicles', vehicleDirectory(vin), 'journals'));
}
