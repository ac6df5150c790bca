import type { Catalog } from '../catalog/index.ts';
import { type EcuAddress, KombiError } from '../core/index.ts';
import type { UdsClient } from '../uds/index.ts';
import { KWP_WAY } from './e-series/index.ts';
import type { EcuIdentity, Protocol, VehicleIdentity } from './identity.ts';
import { UDS_WAY } from './uds-way.ts';
import type { VinTold, WayToAsk } from './ways-to-ask.ts';

/** Every way that is known, the likeliest first. A new family of cars is one more here. */
const WAYS: readonly WayToAsk[] = [UDS_WAY, KWP_WAY];

/** The way in which a car with this protocol is asked. */
export function wayToAsk(protocol: Protocol): WayToAsk {
  return WAYS.find((way) => way.protocol === protocol) ?? UDS_WAY;
}

/**
 * The VIN, from the first ECU that tells one, such as the gateway, the body controller or the cluster.
 *
 * @throws {KombiError} `car.no-vin` (exit 3) where none of them tells a valid one
 */
export async function readVin(client: UdsClient, signal?: AbortSignal): Promise<VinTold> {
  const { told } = await askForVin(client, signal);
  return told;
}

/** VIN, series, type and I-levels. Only the VIN is a must. @throws {KombiError} `car.no-vin` (exit 3) */
export async function readVehicleIdentity(client: UdsClient, catalog: Catalog, signal?: AbortSignal): Promise<VehicleIdentity> {
  const { told, way } = await askForVin(client, signal);
  return way.readVehicle(told, { client, catalog, signal });
}

async function askForVin(client: UdsClient, signal?: AbortSignal): Promise<{ told: VinTold; way: WayToAsk }> {
  for (const way of WAYS) {
    const told = await way.readVin(client, signal);
    if (told !== undefined) return { told, way };
  }
  throw new KombiError({
    code: 'car.no-vin',
    message: 'The car does not tell its VIN: neither the gateway (10), nor the body controller (40), nor the cluster (60) answers with one',
    hint: 'Switch the ignition on, wait ten seconds and try again. If the link is right, `kombi adapters` shows what it sees.',
  });
}

/** Serial and SVK of one ECU over UDS. @throws {KombiError} `ecu.*` where it does not answer at all */
export function readEcuIdentity(client: UdsClient, catalog: Catalog, address: EcuAddress, signal?: AbortSignal): Promise<EcuIdentity> {
  return UDS_WAY.readEcu(address, { client, catalog, signal });
}

/** Addresses of all ECUs that answer a functional request, in ascending order. @throws {KombiError} `link.no-functional` */
export async function scanEcus(client: UdsClient, signal?: AbortSignal): Promise<readonly EcuAddress[]> {
  if (!client.transport.capabilities.functionalAddressing) {
    throw new KombiError({ code: 'link.no-functional', message: `${client.transport.description} cannot ask all ECUs at once` });
  }
  return UDS_WAY.askAll(client, signal);
}
