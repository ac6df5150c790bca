import { basename } from 'node:path';
import { type Clock, fromHex, KombiError, systemClock, toHex } from '../../core/index.ts';
import type { RecordedAnswer, Recording } from '../../recording/index.ts';
import type { CarReply, CarRequest, FaultBoard, NetworkedCar } from '../car-port.ts';
import { ANSWER_FAULTS, type Exchange, type FaultyEcu, innermostFirst, withFaults } from '../ecu/answer-faults.ts';
import { ECU_FAULTS } from '../ecu/faults.ts';
import { NRC, negative } from '../ecu/nrc.ts';
import { createFaultBoard } from '../fault-board.ts';
import type { CarState } from '../state.ts';
import { loadStateFile, saveStateFile } from '../state-file.ts';
import { HeldBlocks } from './held-blocks.ts';
import { loadRecording } from './load-recording.ts';
import { RecordingPlayer } from './player.ts';
import { recordedVin, tellVin } from './recorded-vin.ts';
import { UnknownRequests } from './unknown-requests.ts';
import { answerUnrecorded, type Knowledge } from './unrecorded.ts';

/** F-series and later, and E-series: by which all are asked where a recording never does (bmw-diagnostics §3.1). */
const FUNCTIONAL = 0xdf;
const FUNCTIONAL_E_SERIES = 0xef;
/** A rested battery, evidence synthetic: where a recording does not tell. */
const VOLTAGE = 12.5;
/** Locally administered, evidence synthetic. */
const MAC = '020000000000';
const UNCODED_VIN = '0'.repeat(17);
/** Positive answers of KWP2000's own services: who gives one speaks it. */
const KWP_READS: readonly number[] = [0x1a, 0x21, 0x18, 0x17];

/** The positive answer to `2E`. */
const WRITTEN = 0x6e;

const FAULTS = innermostFirst(ANSWER_FAULTS);

export interface RecordedCarOptions {
  /** The path of a recording. */
  readonly file: string;
  /** Instead of the file's content; the file then only gives the name. */
  readonly recording?: Recording;
  readonly clock?: Clock;
  readonly faults?: FaultBoard;
  /** What is written to the car is kept in it. */
  readonly stateFile?: string;
  /** In place of the one recorded, or where none is. */
  readonly vin?: string;
}

/**
 * A car that answers what was recorded, in turn. Coding blocks of the recording can be written and are held in memory;
 * an ECU that never answered is not there; anything else that was not recorded is refused, and counted.
 *
 * @throws {KombiError} `usage.recording`, `recording.invalid`, `usage.fault` for faults that only a profile's car has, `usage.state`
 */
export class RecordedCar implements NetworkedCar {
  readonly name: string;
  readonly vin: string;
  /** Undefined where the recording does not tell it; `vin` then is that of an uncoded car. */
  readonly recordedVin: string | undefined;
  readonly mac = MAC;
  readonly clock: Clock;
  readonly faults: FaultBoard;
  readonly environment: { voltage: number; ignition: boolean };
  /** What was passed over in the file, in words. */
  readonly remarks: readonly string[];
  readonly unknownRequests = new UnknownRequests();
  readonly #player: RecordingPlayer;
  readonly #blocks: HeldBlocks;
  readonly #ecus: ReadonlyMap<number, Knowledge & FaultyEcu>;
  readonly #stateFile: string | undefined;
  readonly #givenVin: string | undefined;
  #closed = false;

  constructor(options: RecordedCarOptions) {
    const { file, recording = loadRecording(file), clock = systemClock, faults = createFaultBoard(), stateFile } = options;
    refuseOtherFaults(faults);
    const player = new RecordingPlayer(recording);
    this.name = basename(file);
    this.clock = clock;
    this.faults = faults;
    this.environment = { voltage: recording.voltage ?? VOLTAGE, ignition: recording.ignition !== 'off' };
    this.remarks = recording.remarks;
    this.#player = player;
    this.#blocks = new HeldBlocks(player, () => this.#save());
    this.recordedVin = recordedVin(player);
    this.#givenVin = options.vin;
    this.vin = options.vin ?? this.recordedVin ?? UNCODED_VIN;
    const ecu = (address: number) => ({
      address,
      car: this,
      speaksKwp: KWP_READS.some((service) => player.answers(address, service)),
      knows: (...service: readonly number[]) => player.knows(address, ...service),
    });
    this.#ecus = new Map(player.sources.map((address) => [address, ecu(address)]));
    const saved = stateFile === undefined ? undefined : loadStateFile(stateFile, this.name);
    if (saved !== undefined) this.importState(saved);
    this.#stateFile = stateFile;
  }

  ecuAddresses(): readonly number[] {
    return this.#player.sources;
  }

  isFunctional(address: number): boolean {
    const { functionalTargets } = this.#player;
    if (address === FUNCTIONAL || functionalTargets.has(address)) return true;
    return address === FUNCTIONAL_E_SERIES && functionalTargets.size === 0;
  }

  request({ target, payload }: CarRequest, reply: CarReply): boolean {
    if (this.isFunctional(target)) {
      const answers = this.#askAll(target, payload);
      for (const source of new Set(answers.map((answer) => answer.source))) {
        const own = answers.filter((answer) => answer.source === source);
        this.#play({ ecu: this.#ecus.get(source) ?? { address: source, car: this }, request: payload, reply }, () => own);
      }
      return true;
    }
    const ecu = this.#ecus.get(target);
    if (ecu === undefined) return false;
    this.#play({ ecu, request: payload, reply }, (request) => this.#askOne(ecu, request));
    return true;
  }

  canFlowControl(): { readonly blockSize: number; readonly separationTime: number } {
    return { blockSize: 0, separationTime: 0 };
  }

  voltage(): number {
    return this.environment.voltage;
  }

  ignition(): boolean {
    return this.environment.ignition;
  }

  /** Everything that was written and what it was written over, in the form of any mock car's state. */
  exportState(): CarState {
    const ecus = this.#player.sources.map((address) => {
      const blocks = [...this.#blocks.blocks(address)].map(([did, bytes]) => [toHex(Uint8Array.of(did >> 8, did & 0xff)), toHex(bytes)]);
      return [toHex(Uint8Array.of(address)), { blocks: Object.fromEntries(blocks) }];
    });
    return { format: 'kombi/mock-car@1', profile: this.name, vin: this.vin, ecus: Object.fromEntries(ecus) };
  }

  /** @throws {KombiError} `usage.state` when the state is another car's */
  importState(state: CarState): void {
    if (state.profile !== this.name || Object.keys(state.ecus).some((address) => !this.#ecus.has(Number.parseInt(address, 16)))) {
      throw new KombiError({
        code: 'usage.state',
        message: `The state of a "${state.profile}" does not fit the recorded car "${this.name}"`,
        hint: 'Use the recording that the state was saved from, or another state file.',
      });
    }
    for (const [address, { blocks = {} }] of Object.entries(state.ecus)) {
      for (const [did, bytes] of Object.entries(blocks)) {
        this.#blocks.restore(Number.parseInt(address, 16), Number.parseInt(did, 16), fromHex(bytes));
      }
    }
  }

  /** Stops answers still held back. */
  close(): void {
    this.#closed = true;
  }

  #askOne(ecu: Knowledge & FaultyEcu, request: Uint8Array): readonly RecordedAnswer[] {
    const only = (payload: Uint8Array | undefined) => (payload === undefined ? [] : [{ source: ecu.address, payload }]);
    const held = this.#held(ecu, request);
    if (held !== undefined) return only(held);
    const recorded = this.#player.physical(ecu.address, request);
    if (recorded?.at(-1)?.payload[0] === WRITTEN) this.#blocks.write(ecu.address, request);
    if (recorded !== undefined) return recorded;
    const written = this.#blocks.write(ecu.address, request);
    if (written !== undefined) return only(written);
    const { answer, isUnknown } = answerUnrecorded(request, ecu);
    if (isUnknown) this.unknownRequests.count(ecu.address, request);
    return only(answer);
  }

  /** What is another one now than was recorded. */
  #held(ecu: Knowledge & FaultyEcu, request: Uint8Array): Uint8Array | undefined {
    const block = this.#blocks.read(ecu.address, request);
    const vin = this.#givenVin;
    if (block !== undefined || vin === undefined) return block;
    const isTold = this.recordedVin === undefined ? undefined : this.#player.positive(ecu.address, request) !== undefined;
    return tellVin(request, { vin, isTold, speaksKwp: ecu.speaksKwp });
  }

  /** What nobody knows nobody answers: refusals of that kind are kept to oneself when all are asked (ISO 14229-1). */
  #askAll(target: number, request: Uint8Array): readonly RecordedAnswer[] {
    const recorded = this.#player.functional(target, request) ?? this.#player.eachAlone(request);
    if (recorded.length > 0) {
      return recorded.map(({ source, payload }) => {
        const ecu = this.#ecus.get(source);
        return { source, payload: (ecu && this.#held(ecu, request)) ?? payload };
      });
    }
    const common = [...this.#ecus.values()].map((ecu) => {
      const held = this.#held(ecu, request);
      return { source: ecu.address, ...(held === undefined ? answerUnrecorded(request, ecu) : { answer: held, isUnknown: false }) };
    });
    if (common.every(({ isUnknown }) => isUnknown)) this.unknownRequests.count(target, request);
    return common.flatMap(({ source, answer, isUnknown }) => (isUnknown || answer === undefined ? [] : [{ source, payload: answer }]));
  }

  /** Gives the answers in their order; faults stand in front of the last one of the ECU itself. */
  #play(exchange: Exchange, carryOut: (request: Uint8Array) => readonly RecordedAnswer[]): void {
    const { ecu, reply } = exchange;
    let told: readonly RecordedAnswer[] = [];
    const answer = withFaults(FAULTS, exchange, (request) => {
      told = carryOut(request);
      return told.findLast(({ source }) => source === ecu.address)?.payload;
    });
    const last = told.findLastIndex(({ source }) => source === ecu.address);
    if (answer === undefined && last !== -1) return;
    for (const { source, payload } of last === -1 ? told : told.slice(0, last)) reply(source, payload);
    if (answer !== undefined) this.#give(exchange, answer);
    if (last !== -1) for (const { source, payload } of told.slice(last + 1)) reply(source, payload);
  }

  /** Now, or after as many `7F xx 78` as a fault asks for. */
  #give({ ecu, request, reply, hold }: Exchange, answer: Uint8Array): void {
    if (hold === undefined) {
      reply(ecu.address, answer);
      return;
    }
    const pending = hold.pending === 'forever' ? Number.POSITIVE_INFINITY : hold.pending;
    const stepMs = 'everyMs' in hold ? hold.everyMs : hold.ms / Math.max(1, hold.pending);
    const step = (given: number) => {
      if (this.#closed) return;
      reply(ecu.address, given < pending ? negative(request[0] ?? 0, NRC.responsePending) : answer);
      if (given < pending) this.clock.backgroundTimer(stepMs, () => step(given + 1));
    };
    step(0);
  }

  #save(): void {
    if (this.#stateFile !== undefined) saveStateFile(this.#stateFile, this.exportState());
  }
}

/** @throws {KombiError} `usage.fault` */
function refuseOtherFaults(faults: FaultBoard): void {
  for (const { fault } of faults.struck()) {
    if (!Object.hasOwn(ECU_FAULTS, fault.kind) || Object.hasOwn(ANSWER_FAULTS, fault.kind)) continue;
    throw new KombiError({
      code: 'usage.fault',
      message: `A recorded car cannot have the fault "${fault.kind}"`,
      hint: `Of an ECU's faults it can have ${Object.keys(ANSWER_FAULTS).join(', ')}.`,
    });
  }
}
