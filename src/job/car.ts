import type { Catalog } from '../catalog/index.ts';
import { type EcuAddress, EXIT, type Ignition, isKombiError, KombiError } from '../core/index.ts';
import type { Transport } from '../transport/index.ts';
import { UdsClient } from '../uds/index.ts';
import {
  type Asking,
  type EcuDetails,
  type EcuIdentity,
  readIgnition,
  readVehicleIdentity,
  readVin,
  readVoltage,
  type VehicleIdentity,
  wayToAsk,
} from '../vehicle/index.ts';
import { assertSpeaksKwp, explainNoVin } from './e-series.ts';
import { Gate } from './kernel/gate.ts';
import type { OnProgress } from './plan.ts';
import { type SurveyedEcu, surveyEcus } from './survey-ecus.ts';

export interface OpenCarOptions {
  readonly catalog: Catalog;
  readonly signal?: AbortSignal;
  /** How long an ECU may take for its first answer, milliseconds. */
  readonly timeoutMs?: number;
  /** Nothing that changes the car leaves this connection, whoever asks. */
  readonly readOnly?: boolean;
}

/** How often in a row the link may be lost over the question for the VIN. */
const MAX_REOPENED = 5;

/** One open connection to one car. Every request passes the write kernel's gate. */
export class Car {
  readonly identity: VehicleIdentity;
  readonly client: UdsClient;
  readonly catalog: Catalog;
  readonly signal: AbortSignal | undefined;
  readonly #gate: Gate;
  readonly #ecus = new Map<EcuAddress, Promise<EcuIdentity>>();
  #survey: Promise<readonly SurveyedEcu[]> | undefined;
  #disposed: Promise<void> | undefined;
  /** `client.reopened` when the car was identified. */
  #identifiedAt = 0;

  private constructor(gate: Gate, client: UdsClient, identity: VehicleIdentity, options: OpenCarOptions) {
    this.#gate = gate;
    this.client = client;
    this.identity = identity;
    this.catalog = options.catalog;
    this.signal = options.signal;
  }

  /** Opens the link and asks the car who it is. The transport is disposed of where that fails. */
  static async open(transport: Transport, options: OpenCarOptions): Promise<Car> {
    const gate = new Gate(transport, { readOnly: options.readOnly });
    try {
      await gate.open(options.signal);
      const client = new UdsClient(gate, options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs });
      const identity = await readVehicleIdentity(client, options.catalog, options.signal).catch(async (error: unknown) => {
        throw await explainNoVin(error, gate, client, options.signal);
      });
      if (identity.protocol === 'kwp') {
        gate.speakKwp();
        await assertSpeaksKwp(client, identity);
      }
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

  /** {@link ecu} where silence is an answer: undefined. */
  async ecuIfItAnswers(address: EcuAddress): Promise<EcuIdentity | undefined> {
    try {
      return await this.ecu(address);
    } catch (error) {
      if (isKombiError(error, 'ecu')) return undefined;
      throw error;
    }
  }

  /** What else an ECU tells of itself. */
  ecuDetails(address: EcuAddress): Promise<EcuDetails> {
    return wayToAsk(this.identity.protocol).readEcuDetails(address, this.#asking);
  }

  /**
   * Every ECU that can be found, silent ones included, looked for once a connection.
   *
   * @throws {KombiError} `car.changed` (exit 3), `link.*`
   */
  survey(onProgress?: OnProgress): Promise<readonly SurveyedEcu[]> {
    if (this.#survey === undefined) {
      this.#survey = surveyEcus(this, onProgress);
      this.#survey.catch(() => {
        this.#survey = undefined;
      });
    }
    return this.#survey;
  }

  /** Every ECU that can be found and says who it is. @throws as {@link survey} */
  async ecus(onProgress?: OnProgress): Promise<readonly EcuIdentity[]> {
    const survey = await this.survey(onProgress);
    return survey.map(({ identity }) => identity).filter((identity) => identity !== undefined);
  }

  /**
   * Asks for the VIN again where the link was opened anew since it was told: another car may be behind it now.
   *
   * @throws {KombiError} `car.changed` (exit 3) where it is; `link.unstable` where each answer costs a connection
   */
  async assertSame(): Promise<void> {
    for (let tries = 0; this.#identifiedAt !== this.client.reopened; tries += 1) {
      if (tries === MAX_REOPENED) throw unstableError(this.transport);
      this.#identifiedAt = this.client.reopened;
      const { client, signal } = this;
      const again = await wayToAsk(this.identity.protocol).readVinFrom(this.identity.vinSource, { client, signal });
      const told = again ?? (await readVin(client, signal));
      if (told.vin === this.identity.vin) continue;
      throw new KombiError({
        code: 'car.changed',
        exit: EXIT.refused,
        message: `The link was lost, and behind it is another car now: ${told.vin} instead of ${this.identity.vin}`,
        hint: 'Connect to the car that you began with, and begin again.',
      });
    }
  }

  async voltage(): Promise<number | undefined> {
    return (await readVoltage(this))?.volts;
  }

  ignition(): Promise<Ignition> {
    return readIgnition(this);
  }

  /** Harmless when it is disposed of already. */
  dispose(): Promise<void> {
    this.#disposed ??= this.#gate.dispose();
    return this.#disposed;
  }
}

function unstableError(transport: Transport): KombiError {
  return new KombiError({
    code: 'link.unstable',
    message: `${transport.description} is lost again and again`,
    hint: 'Check cable, plug and power, and come nearer where it is WiFi; then try again.',
  });
}

/** @see Car.open */
export function openCar(transport: Transport, options: OpenCarOptions): Promise<Car> {
  return Car.open(transport, options);
}
