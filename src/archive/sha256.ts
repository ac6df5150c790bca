import { hash } from 'node:crypto';

/** Lower-case hex, as `sha256sum` prints it. */
export function sha256(data: Uint8Array | string): string {
  return hash('sha256', data);
}
