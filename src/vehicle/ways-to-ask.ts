import type { Catalog } from '../catalog/index.ts';
import type { EcuAddress, Vin } from '../core/index.ts';
import type { UdsClient } from '../uds/index.ts';
import type { EcuDetails, EcuIdentity, Protocol, VehicleIdentity } from './identity.ts';

/** A VIN, and who told it. */
export interface VinTold {
  readonly vin: Vin;
  readonly source: EcuAddress;
}

/** What every question needs. */
export interface Asking {
  readonly client: UdsClient;
  readonly catalog: Catalog;
  readonly signal?: AbortSignal | undefined;
}

/**
 * How a family of cars is asked who it is. The first way in which a car tells its VIN is the one for all of it.
 * Everything here only reads; `link.*` errors pass.
 */
export interface WayToAsk {
  readonly protocol: Protocol;
  /** Undefined where nobody tells one in this way. */
  readVin(client: UdsClient, signal?: AbortSignal): Promise<VinTold | undefined>;
  /** The same from one ECU that told it before: who is asked and absent may cost a connection. */
  readVinFrom(source: EcuAddress, asking: Pick<Asking, 'client' | 'signal'>): Promise<VinTold | undefined>;
  readVehicle(told: VinTold, asking: Asking): Promise<VehicleIdentity>;
  /** @throws {KombiError} `ecu.*` where it does not answer at all */
  readEcu(address: EcuAddress, asking: Asking): Promise<EcuIdentity>;
  readEcuDetails(address: EcuAddress, asking: Asking): Promise<EcuDetails>;
  /** Who answers a question to all; none where the link cannot carry one. In ascending order. */
  askAll(client: UdsClient, signal?: AbortSignal): Promise<readonly EcuAddress[]>;
  /** Asks one ECU, once, for anything that every ECU answers. @throws {KombiError} `ecu.*` where it stays silent */
  askOne(address: EcuAddress, asking: Asking, timeoutMs?: number): Promise<void>;
  /** Whom the car itself lists; undefined where nobody keeps such a list. */
  readEcuList(asking: Asking): Promise<readonly EcuAddress[] | undefined>;
}
