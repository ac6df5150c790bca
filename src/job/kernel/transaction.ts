import type { Journal } from '../../archive/index.ts';
import { EXIT, formatDid, KombiError, toHex } from '../../core/index.ts';
import { NRC } from '../../uds/index.ts';
import { cafdsOf, type EcuIdentity } from '../../vehicle/index.ts';
import { Car } from '../car.ts';
import type { OnProgress } from '../plan.ts';
import { readSettled } from '../read-twice.ts';
import { changedSincePlan, notConfirmed, notStored, triedEnough } from './deviations.ts';
import { assertSameCar, fence } from './fence.ts';
import type { Gate } from './gate.ts';
import { holdingOf, nameOf, type Operation } from './operation.ts';
import { resetEcu, resetOrder } from './reset.ts';
import { CodingSession, refusesSession } from './session.ts';
import { type Direction, isStateCondition, MAX_WRITES, type Refusal, refusal, type WriteOutcome, writeBlock } from './write-block.ts';

const BUSY_WAIT_MS = 1000;
const GENERAL_PROGRAMMING_FAILURE = 0x72;

export interface TransactionOptions {
  readonly car: Car;
  readonly journal: Journal;
  readonly operations: readonly Operation[];
  /** As identified before anything was written. */
  readonly ecus: readonly EcuIdentity[];
  /** `client.reopened` before they were: a link opened anew since may lead to another car. */
  readonly identifiedAt: number;
  /** Writes already made, by an interrupted run of the same journal. */
  readonly written?: readonly WrittenBefore[];
  readonly onProgress?: OnProgress;
}

export interface WrittenBefore {
  readonly index: number;
  readonly direction: Direction;
}

/** The block refused its old bytes, or holds a third value that cannot be replaced: nothing more can be done from here. */
export class StuckError extends KombiError {}

/**
 * Moves blocks between old and new, journalled, fenced after every unknown outcome, and verified by reading. It
 * decides nothing: `carryOut` and `recover` say which way to go and what the end is called.
 */
export class Transaction {
  readonly #options: TransactionOptions;
  readonly #gate: Gate;
  readonly #writes: WrittenBefore[];
  readonly #sessions = new Map<number, CodingSession>();
  #identifiedAt: number;

  constructor(options: TransactionOptions) {
    this.#options = options;
    this.#gate = Car.gateOf(options.car);
    this.#writes = [...(options.written ?? [])];
    this.#identifiedAt = options.identifiedAt;
  }

  get operations(): readonly Operation[] {
    return this.#options.operations;
  }

  /** Indexes of the blocks that a write was ever intended for, in the order of the plan. */
  touched(): readonly number[] {
    return this.operations.map((_, index) => index).filter((index) => this.#writes.some((write) => write.index === index));
  }

  /**
   * Brings one block to its new value: re-read, intent, write, read back.
   *
   * @throws {KombiError} at the first deviation, with the block in whatever state reading will show
   */
  async forward(index: number): Promise<void> {
    const operation = this.#operation(index);
    this.#tell('write', operation);
    const session = await this.#enterSession(operation);
    const before = await this.read(index);
    if (holdingOf(operation, before) === 'new') return;
    if (holdingOf(operation, before) !== 'old') throw changedSincePlan(operation, before);
    for (;;) {
      if (!this.#mayWrite(index, 'forward')) throw triedEnough(operation);
      const outcome = await this.#write(index, 'forward');
      if (outcome.kind === 'unknown') await this.fence();
      const after = holdingOf(operation, await this.read(index, { afterReset: false }));
      // Whether a write that the ECU says has failed lasts, not even the reset can tell for good (reliability, row 23).
      if (after === 'new' && !(outcome.kind === 'refused' && outcome.nrc === GENERAL_PROGRAMMING_FAILURE)) return;
      if (outcome.kind === 'refused') {
        if (after !== 'old' || !isPassing(outcome) || !this.#mayWrite(index, 'forward')) throw refusal(operation, outcome.error);
        await this.#letPass(session, outcome.nrc);
        continue;
      }
      throw outcome.kind === 'unknown' ? notConfirmed(operation, outcome.error) : notStored(operation, after);
    }
  }

  /**
   * Brings one block back to its old value and reads it back.
   *
   * @throws {StuckError} when the ECU does not take the old bytes
   */
  async back(index: number): Promise<void> {
    const operation = this.#operation(index);
    this.#tell('roll-back', operation);
    let why = `${nameOf(operation)} does not take its old bytes back`;
    let fenced = false;
    for (;;) {
      const holds = await this.read(index);
      if (holdingOf(operation, holds) === 'old') return;
      if (!this.#mayWrite(index, 'back')) throw this.#stuck(operation, holds, why);
      const session = await this.#enterSession(operation);
      const outcome = await this.#write(index, 'back');
      if (outcome.kind === 'positive') continue;
      if (outcome.kind === 'refused') why = refusal(operation, outcome.error).message;
      if (outcome.kind === 'refused' && isPassing(outcome)) await this.#letPass(session, outcome.nrc);
      else if (outcome.kind === 'unknown' || !fenced) {
        await this.fence();
        fenced = true;
      } else {
        // What the car's condition forbids now it may allow later.
        throw isStateCondition(outcome.nrc) ? refusal(operation, outcome.error) : this.#stuck(operation, holds, why);
      }
    }
  }

  /** After a refusal that a pause or another session may end. */
  async #letPass(session: CodingSession, nrc: number): Promise<void> {
    if (nrc !== NRC.busyRepeatRequest) return session.enterCoding();
    await this.#options.car.client.clock.sleep(BUSY_WAIT_MS);
    // It may have lapsed meanwhile.
    return session.renew();
  }

  /** Resets every ECU that was written to, gateway last, and proves that they are still the same ones. */
  async resetAll(): Promise<void> {
    const { car } = this.#options;
    for (const ecu of resetOrder(this.touched().map((index) => this.#operation(index).ecu))) {
      this.#options.onProgress?.({ step: 'reset', ecu });
      this.#sessions.delete(ecu);
      await resetEcu({ gate: this.#gate, client: car.client, vin: car.identity.vin, ecu });
    }
    await assertSameCar(car, this.#options.ecus);
  }

  async fence(): Promise<void> {
    this.#options.onProgress?.({ step: 'fence' });
    const times = [...this.#sessions.values()].map((session) => session.p2StarMs);
    const p2StarMs = times.length === 0 ? undefined : Math.max(...times);
    this.#sessions.clear();
    await fence({ car: this.#options.car, ecus: this.#options.ecus, p2StarMs });
  }

  /** The settled value of a block, noted in the journal. */
  async read(index: number, note?: { readonly afterReset: boolean }): Promise<Uint8Array> {
    const operation = this.#operation(index);
    const bytes = await readSettled(this.#options.car.client, operation);
    if (note !== undefined) {
      this.#tell('verify', operation);
      const value = holdingOf(operation, bytes);
      await this.#options.journal.append({ type: 'SEEN', op: index, value, ...note }, { sync: false }).catch(() => undefined);
    }
    return bytes;
  }

  async #write(index: number, direction: Direction): Promise<WriteOutcome> {
    const { car, journal } = this.#options;
    await this.#identifyAfterReopening();
    const attempt = this.#count(index, direction) + 1;
    const operation = this.#operation(index);
    const outcome = await writeBlock({
      gate: this.#gate,
      client: car.client,
      journal,
      vin: car.identity.vin,
      operation,
      index,
      direction,
      attempt,
    });
    // Counted from the intent on: once it may have left, it has.
    this.#writes.push({ index, direction });
    return outcome;
  }

  /** Behind a link opened anew may be another car, and the ECU's session may have ended. */
  async #identifyAfterReopening(): Promise<void> {
    const { car, ecus } = this.#options;
    while (this.#identifiedAt !== car.client.reopened) {
      this.#identifiedAt = car.client.reopened;
      await assertSameCar(car, ecus);
    }
  }

  async #enterSession(operation: Operation): Promise<CodingSession> {
    let session = this.#sessions.get(operation.ecu);
    if (session === undefined) {
      session = new CodingSession(this.#options.car.client, operation.ecu, this.#options.car.identity.protocol);
      await session.enter();
      this.#sessions.set(operation.ecu, session);
    }
    return session;
  }

  #mayWrite(index: number, direction: Direction): boolean {
    return this.#count(index, direction) < MAX_WRITES[direction];
  }

  #count(index: number, direction: Direction): number {
    return this.#writes.filter((write) => write.index === index && write.direction === direction).length;
  }

  #operation(index: number): Operation {
    const operation = this.operations[index];
    if (operation === undefined) throw new KombiError({ code: 'bug.operation', exit: EXIT.bug, message: `no operation ${index}` });
    return operation;
  }

  #stuck(operation: Operation, holds: Uint8Array, why: string): StuckError {
    const ecu = this.#options.ecus.find((candidate) => candidate.address === operation.ecu);
    return new StuckError({
      code: 'job.stuck',
      exit: EXIT.stuck,
      vehicle: 'unknown',
      message: `${why}. ${nameOf(operation)} holds ${toHex(holds)}; wanted ${toHex(operation.old)}`,
      hint: `CAFD: ${cafdsOf(ecu?.svk).join(', ') || 'not told'}; a dealer or E-Sys can code block ${formatDid(operation.did)} anew.`,
    });
  }

  #tell(step: 'write' | 'verify' | 'roll-back', operation: Operation): void {
    this.#options.onProgress?.({ step, ecu: operation.ecu, done: this.operations.indexOf(operation) + 1, total: this.operations.length });
  }
}

function isPassing({ nrc, error }: Refusal): boolean {
  return nrc === NRC.busyRepeatRequest || refusesSession(error);
}
