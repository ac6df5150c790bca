import { KombiError, systemClock } from '../../core/index.ts';
import { type LinkUri, refuseUnknownQuery } from '../link-uri.ts';
import { openSerialStream, realPortPath } from '../serial/index.ts';
import type { Transport } from '../transport.ts';
import { DCAN_BAUD } from './dcan-connection.ts';
import { createDcanTransport } from './dcan-transport.ts';

/**
 * The transport of `dcan:///dev/ttyUSB0` or `dcan:COM3`, closed.
 *
 * @throws {KombiError} `usage.link`
 */
export async function createDcanLink(uri: LinkUri): Promise<Transport> {
  refuseUnknownQuery(uri, []);
  if (uri.path === '' || uri.host !== '') {
    throw new KombiError({
      code: 'usage.link',
      message: `"${uri.text}" names no serial port`,
      hint: 'Write dcan:///dev/ttyUSB0 or dcan:COM3.',
    });
  }
  const clock = systemClock;
  return createDcanTransport({
    open: openSerialStream({ path: uri.path, baudRate: DCAN_BAUD, clock }),
    clock,
    description: `K+DCAN cable at ${uri.path}`,
    portName: await realPortPath(uri.path),
  });
}
