import { type DoipGateway, discoverDoip } from '../doip/index.ts';
import type { DiscoveryOptions } from '../gateway/index.ts';
import { discoverEnet } from './discovery.ts';
import type { Gateway } from './identification.ts';

/** A gateway, and what it speaks. */
export type FoundGateway = (Gateway & { readonly protocol: 'hsfz' }) | (DoipGateway & { readonly protocol: 'doip' });

/** The link to it. */
export function linkToGateway({ host, protocol }: FoundGateway): string {
  return `${protocol === 'hsfz' ? 'enet' : 'doip'}://${host}`;
}

export interface FindOptions extends Omit<DiscoveryOptions, 'port'> {
  readonly ports?: { readonly hsfz: number; readonly doip: number };
}

/**
 * Asks all networks for gateways of either kind at once. Who speaks both is taken for HSFZ, which is EdiabasLib's order
 * (bmw-diagnostics §2, third-party code).
 *
 * @throws {KombiError} `link.discovery`
 */
export async function findGateways({ ports, ...options }: FindOptions): Promise<readonly FoundGateway[]> {
  const [hsfz, doip] = await Promise.all([
    discoverEnet({ ...options, ...(ports === undefined ? {} : { port: ports.hsfz }) }),
    discoverDoip({ ...options, ...(ports === undefined ? {} : { port: ports.doip }) }),
  ]);
  const known = new Set(hsfz.map(({ host }) => host));
  return [
    ...hsfz.map((gateway) => ({ ...gateway, protocol: 'hsfz' as const })),
    ...doip.filter(({ host }) => !known.has(host)).map((gateway) => ({ ...gateway, protocol: 'doip' as const })),
  ];
}
