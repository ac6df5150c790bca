import { type Clock, systemClock } from '../core/index.ts';
import type { CarReply, CarRequest, FaultBoard, NetworkedCar } from './car-port.ts';
import { Ecu } from './ecu/ecu.ts';
import { createFaultBoard } from './fault-board.ts';
import { loadProfile } from './load-profile.ts';
import type { EcuProfile, Profile } from './profile.ts';
import { type CarState, exportCarState, importCarState, type VolatileState, volatileCarState } from './state.ts';
import { loadStateFile, saveStateFile } from './state-file.ts';

const FUNCTIONAL = { uds: 0xdf, kwp: 0xef } as const;

/** What goes on around the ECUs; gone with the ignition, so no part of the car's state. */
export interface Environment {
  voltage: number;
  ignition: boolean;
  engineRpm: number;
  speedKmh: number;
}

export interface MockCarOptions {
  /** The name of a profile, the path of one, or one already loaded. */
  readonly profile: string | Profile;
  /** The system's where none is given. */
  readonly clock?: Clock;
  /** The car is loaded from it where it exists, and saved to it after each change. */
  readonly stateFile?: string;
  readonly faults?: FaultBoard;
}

/**
 * Starts a mock car. It listens on nothing until a wire end is put in front of it.
 *
 * @throws {KombiError} `usage.profile`, `usage.state` when a file is missing or invalid
 */
export function startMockCar(options: MockCarOptions): Car {
  return new Car(options);
}

/** The car behind the wire: its ECUs, and what they share. */
export class Car implements NetworkedCar {
  readonly profile: Profile;
  readonly clock: Clock;
  readonly faults: FaultBoard;
  readonly environment: Environment;
  readonly ecus: ReadonlyMap<number, Ecu>;
  vin: string;
  /** What happened to the world outside, in order: `ecall_dialled`. */
  readonly events: string[] = [];
  readonly #stateFile: string | undefined;
  #closed = false;

  constructor({ profile, clock = systemClock, stateFile, faults = createFaultBoard() }: MockCarOptions) {
    this.profile = typeof profile === 'string' ? loadProfile(profile) : profile;
    this.clock = clock;
    this.faults = faults;
    this.environment = { voltage: this.profile.voltage, ignition: this.profile.ignition, engineRpm: 0, speedKmh: 0 };
    this.vin = this.profile.vin;
    this.ecus = new Map([...this.profile.ecus].map(([address, ecu]: [number, EcuProfile]) => [address, new Ecu(address, ecu, this)]));
    const saved = stateFile === undefined ? undefined : loadStateFile(stateFile, this.profile.name);
    if (saved !== undefined) this.importState(saved);
    this.#stateFile = stateFile;
  }

  get name(): string {
    return this.profile.name;
  }

  get mac(): string {
    return this.profile.mac;
  }

  ecuAddresses(): readonly number[] {
    return [...this.ecus.values()].filter((ecu) => !ecu.isDown()).map((ecu) => ecu.address);
  }

  isFunctional(address: number): boolean {
    return address === FUNCTIONAL[this.profile.protocol];
  }

  request({ target, payload }: CarRequest, reply: CarReply): boolean {
    if (this.isFunctional(target)) {
      for (const ecu of this.ecus.values()) ecu.receive(payload, true, reply);
      return true;
    }
    const ecu = this.ecus.get(target);
    if (ecu === undefined) return false;
    ecu.receive(payload, false, reply);
    return true;
  }

  hears(address: number): void {
    this.ecus.get(address)?.hear();
  }

  canFlowControl(address: number): { readonly blockSize: number; readonly separationTime: number } {
    return this.ecus.get(address)?.profile.flowControl ?? { blockSize: 0, separationTime: 0 };
  }

  voltage(): number {
    return this.environment.voltage;
  }

  ignition(): boolean {
    return this.environment.ignition;
  }

  /** Everything that survives a reset. */
  exportState(): CarState {
    return exportCarState(this);
  }

  /** @throws {KombiError} `usage.state` when the state is another kind of car's */
  importState(state: CarState): void {
    importCarState(this, state);
    this.changed();
  }

  /** What a reset loses: the clock, sessions, received traffic. */
  volatileState(): VolatileState {
    return volatileCarState(this);
  }

  /** Takes the supply away and gives it back: what no reset has committed is lost. */
  powerCycle(): void {
    for (const ecu of this.ecus.values()) ecu.reset('uncommanded');
  }

  /** To be called by whatever changed something that survives a reset. */
  changed(): void {
    if (this.#stateFile !== undefined) saveStateFile(this.#stateFile, this.exportState());
  }

  isClosed(): boolean {
    return this.#closed;
  }

  /** Stops answers still held back. */
  close(): void {
    this.#closed = true;
  }
}
