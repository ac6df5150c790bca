import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** One car in one archive, however the archive's path is spelled. */
export function vinLockName(archiveDirectory: string, vin: string): string {
  return `car ${vin} in ${realPath(resolve(archiveDirectory))}`;
}

/** One adapter: a serial port under any of its names (`/dev/serial/by-id/…`, `com3`), or `host:port`. */
export function portLockName(portName: string): string {
  if (portName.startsWith('/')) return `port ${realPath(portName)}`;
  return `port ${portName.toUpperCase()}`;
}

/** What does not exist yet is spelled as it will be. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent), basename(path));
  }
}
