import { askNetworks, type DiscoveryOptions } from '../gateway/index.ts';
import { HsfzControl } from './hsfz-control.ts';
import { encodeHsfzFrame } from './hsfz-frame.ts';
import { decodeIdentification, type Gateway } from './identification.ts';

export const HSFZ_CONTROL_PORT = 6811;

/**
 * Asks all networks for HSFZ gateways.
 *
 * @returns each gateway once, in order of answering
 * @throws {KombiError} `link.discovery` when no question can be sent at all
 * @see source: bmw-diagnostics §1.4 (recorded)
 */
export function discoverEnet(options: DiscoveryOptions): Promise<readonly Gateway[]> {
  const bytes = encodeHsfzFrame(HsfzControl.identification, new Uint8Array(0));
  return askNetworks({ bytes, port: options.port ?? HSFZ_CONTROL_PORT, decode: decodeIdentification }, options);
}
