import type { Catalog } from '../catalog/index.ts';
import type { EcuAddress, Ignition } from '../core/index.ts';
import type { Transport } from '../transport/index.ts';
import { UdsClient } from '../uds/index.ts';
import {
  type Asking,
  type EcuIdentity,
  readIgnition,
  readVehicleIdentity,
  readVoltage,
  type VehicleIdentity,
  wayToAsk,
} from '../vehicle/index.ts';
import { Gate } from './kernel/gate.ts';

export interface OpenCarOptions {
  readonly catalog: Catalog;
  readonly signal?: AbortSignal;
  /** How long an ECU may take for its first answer, milliseconds. */
  readonly timeoutMs?: number;
}

/** One open connection to one car. Every request passes the write kernel's gate. */
export class Car {
  readonly identity: VehicleIdentity;
  readonly client: UdsClient;
  readonly catalog: Catalog;
  readonly signal: AbortSignal | undefined;
  readonly #gate: Gate;
  readonly #ecus = new Map<EcuAddress, Promise<EcuIdentity>>();

  private constructor(gate: Gate, client: UdsClient, identity: VehicleIdentity, options: OpenCarOptions) {
    this.#gate = gate;
    this.client = client;
    this.identity = identity;
    this.catalog = options.catalog;
    this.signal = options.signal;
  }

  /** Opens the link and asks the car who it is. The transport is disposed of where that fails. */
  static async open(transport: Transport, options: OpenCarOptions): Promise<Car> {
    const gate = new Gate(transport);
    try {
      await gate.open(options.signal);
      const client = new UdsClient(gate, options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs });
      const identity = await readVehicleIdentity(client, options.catalog, options.signal);
      return new Car(gate, client, identity, options);
    } catch (error) {
      await transport.dispose();
      throw error;
    }
  }

  get #asking(): Asking {
    return { client: this.client, catalog: this.catalog, signal: this.signal };
  }

  get transport(): Transport {
    return this.#gate;
  }

  /** For the write kernel alone. */
  static gateOf(car: Car): Gate {
    return car.#gate;
  }

  /**
   * Serial and SVK of one ECU, asked once a connection.
   *
   * @throws {KombiError} `ecu.*` (exit 3) where it does not answer
   */
  ecu(address: EcuAddress): Promise<EcuIdentity> {
    let identity = this.#ecus.get(address);
    if (identity === undefined) {
      identity = wayToAsk(this.identity.protocol).readEcu(address, this.#asking);
      identity.catch(() => this.#ecus.delete(address));
      this.#ecus.set(address, identity);
    }
    return identity;
  }

  /** Every ECU that answers a functional request. */
  async ecus(): Promise<readonly EcuIdentity[]> {
    const identities: EcuIdentity[] = [];
    const way = wayToAsk(this.identity.protocol);
    for (const address of await way.askAll(this.client, this.signal)) identities.push(await this.ecu(address));
    return identities;
  }

  voltage(): Promise<number | undefined> {
    return readVoltage(this.client, this.signal);
  }

  ignition(): Promise<Ignition> {
    return readIgnition(this.client, this.signal);
  }

  dispose(): Promise<void> {
    return this.#gate.dispose();
  }
}

/** @see Car.open */
export function openCar(transport: Transport, options: OpenCarOptions): Promise<Car> {
  return Car.open(transport, options);
}
