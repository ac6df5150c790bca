import { createHash } from 'node:crypto';
import { type Archive, openArchive } from '../../src/archive/index.ts';
import { type Catalog, loadCatalog } from '../../src/catalog/index.ts';
import { parseEdit } from '../../src/coding/index.ts';
import { type EcuAddress, EXIT, isKombiError, KombiError, toHex, VirtualClock } from '../../src/core/index.ts';
import {
  backUp,
  Car,
  carryOut,
  lockCar,
  lockOnly,
  newJobId,
  type Plan,
  planCoding,
  planReapply,
  planRestore,
  planUndo,
  type RecoverResult,
  type RestoreOptions,
  recover,
} from '../../src/job/index.ts';
import { lineOf, type PersonalityName, plugIn } from '../../src/mock/elm327/index.ts';
import {
  type CarState,
  createFaultBoard,
  type FaultBoard,
  loadProfile,
  type Car as MockCar,
  type Profile,
  parseFault,
  startMockCar,
} from '../../src/mock/index.ts';
import { createMockSerialPort } from '../../src/mock/serial/index.ts';
import { createElm327Transport } from '../../src/transport/elm327/index.ts';
import type { Transport } from '../../src/transport/index.ts';
import { openSerialStream } from '../../src/transport/serial/index.ts';
import { type Cable, enetInMemory } from './enet-in-memory.ts';
import { type DiskCall, type LeftOnDisk, MemoryDisk } from './memory-disk.ts';
import { WriteWatch } from './watch-writes.ts';

/** `elm327` is a genuine chip at a fair rate; behind a colon stands another mock adapter, at the rate it is delivered with. */
export type Wire = 'enet' | 'elm327' | `elm327:${PersonalityName}`;

/** Adapters that may write; over each a job keeps its word. */
export const ADAPTERS = [
  ...(['genuine-1.4b', 'genuine-2.3', 'clone-1.5', 'clone-canze', 'minimal', 'stn1110', 'stn2120'] as const),
  ...(['wifi', 'bluetooth-30ms', 'bluetooth-100ms'] as const),
] as const satisfies readonly PersonalityName[];

/** The adapter of a wire; undefined over ENET. */
export function adapterOf(wire: Wire): PersonalityName | undefined {
  if (wire === 'enet') return undefined;
  return wire === 'elm327' ? 'genuine-2.1' : (wire.slice('elm327:'.length) as PersonalityName);
}

export interface RigOptions {
  readonly wire: Wire;
  /** Name of a profile, or one already loaded. */
  readonly profile?: string | Profile;
  /** In the text form of `--fault`. */
  readonly faults?: readonly string[];
}

const TOOL = { name: 'kombi', version: 'test' };
const DAY = Date.UTC(2026, 10, 20, 10, 15, 30);
const HOUR_MS = 3_600_000;
const BAUD = 115_200;
const BAD: readonly Wire[] = ['elm327:lossy', 'elm327:brown-out'];
const WRITE_DATA_BY_IDENTIFIER = 0x2e;
const SERIAL_NUMBER = 0xf18c;
/** How long a late write may still be on its way. */
const SETTLE_MS = 10_000;

/** A fault that never strikes. */
const COUNTING = { fault: { kind: 'none', after: 0, times: 0 }, times: 0 };

/** Read once: they never change. */
const CATALOG = loadCatalog();
const PROFILES = new Map<string, Profile>();

let rigs = 0;

/** Thrown into code that runs in a process that is no more. */
export class ProcessDied extends Error {}

/** How a command ended, as its exit status tells it. */
export interface Outcome {
  readonly exit: number;
  readonly code: string | undefined;
  readonly vehicle: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly value: unknown;
}

function loaded(profile: string | Profile): Profile {
  if (typeof profile !== 'string') return profile;
  const known = PROFILES.get(profile) ?? loadProfile(profile);
  PROFILES.set(profile, known);
  return known;
}

/** How a process ends that was killed: it says nothing. */
const DIED: Outcome = { exit: -1, code: 'died', vehicle: 'unknown', message: '', hint: undefined, value: undefined };

/**
 * A whole workshop on one virtual clock: a mock car behind a wire, a disk that forgets what was not synced, and the
 * real jobs between them. Nothing waits for real time, and every run with the same faults is the same run.
 */
export class Rig {
  readonly wire: Wire;
  readonly clock = new VirtualClock();
  readonly disk = new MemoryDisk();
  readonly directory: string;
  readonly car: MockCar;
  readonly before: CarState;
  readonly #violations: string[] = [];
  #areViolationsTold = false;
  #board: FaultBoard;
  readonly #asked = new Map<string, number>();
  readonly #trace = createHash('sha256');
  readonly #watch: WriteWatch;
  readonly #cable: Cable = { onBytes: (chunk) => this.#note(toHex(chunk)), left: undefined };
  readonly #links: Transport[] = [];
  /** Sees every access to the disk, and may throw in its place. */
  onDisk: (call: DiskCall) => void = () => undefined;
  /** Called before every access to disk and every message that leaves. */
  onBarrier: () => void = () => undefined;
  /** Called before each message leaves. */
  onSend: (payload: Uint8Array) => void = () => undefined;
  #dead = false;
  #interruption = new AbortController();
  #hangs = false;
  #connected = false;
  /** A bad adapter has been put away, too. */
  #isHealed = false;

  constructor({ wire, profile = 'f06-sos', faults = [] }: RigOptions) {
    rigs += 1;
    this.wire = wire;
    // Locks are the machine's: no two rigs may share one.
    this.directory = `/rig-${process.pid}-${rigs}`;
    this.#board = createFaultBoard(faults.map(parseFault));
    const board: FaultBoard = {
      strike: (kind, event) => {
        const names = event?.service === WRITE_DATA_BY_IDENTIFIER ? [kind, `${kind} 2E`] : [kind];
        for (const name of names) this.#asked.set(name, (this.#asked.get(name) ?? 0) + 1);
        return this.#board.strike(kind, event);
      },
      add: (fault) => this.#board.add(fault),
      // Never empty: whoever asks no board without a fault on it must be counted too.
      struck: () => [COUNTING, ...this.#board.struck()],
    };
    this.car = startMockCar({ profile: loaded(profile), clock: this.clock, faults: board });
    this.before = this.car.exportState();
    const { p2StarMs, s3Ms } = this.car.profile.timing;
    this.#watch = new WriteWatch({
      durableFiles: () => this.disk.durableFiles(),
      current: () => this.car.exportState(),
      fenceMs: Math.max(p2StarMs, s3Ms),
      report: (violation) => this.#violations.push(violation),
      onMessage: (payload) => this.#note(toHex(payload)),
      onSend: (payload) => {
        this.#pass();
        this.onSend(payload);
      },
    });
    this.#arm();
  }

  archive(): Archive {
    return openArchive(this.directory, { fileSystem: this.disk, hostId: 'rig', now: () => this.now() });
  }

  now(): Date {
    return new Date(DAY + this.clock.wallMs());
  }

  /** Cuts the ENET cable when so many more bytes have reached the car, until {@link heal}. */
  cutAfter(bytes: number): void {
    this.#cable.left = bytes;
  }

  /** From now on, in the text form of `--fault`. */
  addFault(text: string): void {
    this.#board.add(parseFault(text));
  }

  /** How often each fault has struck. */
  struck(): readonly number[] {
    return this.#board.struck().map(({ times }) => times);
  }

  /** How often each kind of fault could have struck, and ` 2E` how often at a write, since the faults were last ended. */
  asked(): ReadonlyMap<string, number> {
    return this.#asked;
  }

  /**
   * Ends all faults and lets what is on its way arrive. What they have broken stays broken, but who took the car or a
   * unit away brings it back.
   */
  async heal(): Promise<void> {
    this.#hangs ||= this.#board.struck().some(({ fault, times }) => times > 0 && fault.value === 'forever');
    this.#board = createFaultBoard();
    this.#isHealed = true;
    this.#cable.left = undefined;
    this.onSend = () => undefined;
    this.onDisk = () => undefined;
    this.onBarrier = () => undefined;
    this.disk.capacity = Number.POSITIVE_INFINITY;
    Object.assign(this.car.environment, { voltage: this.car.profile.voltage, ignition: true, engineRpm: 0, speedKmh: 0 });
    this.car.vin = this.car.profile.vin;
    for (const ecu of this.car.ecus.values()) ecu.memory.replace(SERIAL_NUMBER, ecu.profile.serial);
    await this.clock.sleep(SETTLE_MS);
    this.#asked.clear();
  }

  /** Switches an ECU that hangs off and on, as its driver would, and waits until the car is up again. */
  async wake(): Promise<void> {
    if (!this.#hangs) return;
    this.car.powerCycle();
    this.#hangs = false;
    await this.clock.sleep(SETTLE_MS);
  }

  /** A new link, with a new adapter where the wire has one, watched for writes that are not covered on disk. */
  async link(): Promise<Transport> {
    const link = this.wire === 'enet' ? enetInMemory(this.car, this.#cable) : await this.#adapter();
    this.#links.push(link);
    return this.#watch.over(link);
  }

  async #adapter(): Promise<Transport> {
    const path = `/dev/rig-${process.pid}-${rigs}-${this.#links.length}`;
    const isPlain = this.wire === 'elm327' || (this.#isHealed && BAD.includes(this.wire));
    const personality = isPlain ? 'genuine-2.1' : (adapterOf(this.wire) ?? 'genuine-2.1');
    const adapter = plugIn(this.car, isPlain ? { baud: BAUD } : { personality });
    const { binding } = await createMockSerialPort(adapter, { path });
    const wired = !isPlain && (lineOf(personality).wired ?? true);
    return createElm327Transport({
      open: openSerialStream({ path, baudRate: adapter.baud, clock: this.clock, wired, binding }),
      clock: this.clock,
      description: 'ELM327 on the rig',
      portName: undefined,
    });
  }

  /** `kombi code`. */
  code(edits: readonly string[], signal?: AbortSignal): Promise<Outcome> {
    return this.#job((car) => planCoding(car, edits.map(parseEdit)), { signal });
  }

  /** `kombi code --experimental`. */
  codeExperimentally(edits: readonly string[]): Promise<Outcome> {
    return this.#job((car) => planCoding(car, edits.map(parseEdit), { experimental: true }));
  }

  /** `kombi undo`. */
  undo(signal?: AbortSignal): Promise<Outcome> {
    return this.#job((car, archive) => planUndo(car, archive), { signal });
  }

  /** `kombi reapply`; a catalog of its own knows more coding data. */
  reapply(options: Parameters<typeof planReapply>[2] & { readonly catalog?: Catalog } = {}): Promise<Outcome> {
    return this.#job((car, archive) => planReapply(car, archive, options), { catalog: options.catalog });
  }

  /** `kombi restore` with the first backup there is. */
  restore(options: RestoreOptions = {}): Promise<Outcome> {
    return this.#job(async (car, archive) => planRestore(car, archive, (await archive.listBackups())[0]?.id ?? 'none', options));
  }

  /** `kombi recover`. */
  recover(options: { readonly forward?: boolean } = {}): Promise<Outcome> {
    return this.#command(async (car) => {
      const archive = this.archive();
      await using lock = await lockOnly(car, archive);
      const result: RecoverResult = await recover(car, archive, { lock, now: () => this.now(), ...options });
      return { exit: result.exit, vehicle: result.vehicle, value: result };
    });
  }

  /** The lid is closed for an hour: the calendar goes on, and every session of the car has lapsed when it is opened. */
  sleep(): void {
    this.clock.asleepMs += HOUR_MS;
    for (const ecu of this.car.ecus.values()) ecu.endSession();
  }

  /** Somebody presses Ctrl-C, once, in the command that runs. */
  interrupt(): void {
    this.#interruption.abort(new KombiError({ code: 'signal.interrupted', message: 'Stopped', exit: EXIT.interrupted }));
  }

  /** From now on the process is dead: nothing it does reaches disk or wire any more. */
  die(): never {
    this.#dead = true;
    throw new ProcessDied();
  }

  /** A new process, on what the old one left on disk. */
  restart(left: LeftOnDisk): void {
    this.#dead = false;
    this.disk.crash(left);
    this.#arm();
  }

  #arm(): void {
    this.disk.before = (call) => {
      this.#note(call.operation);
      this.#pass();
      this.onDisk(call);
    };
  }

  #pass(): void {
    if (this.#dead) throw new ProcessDied();
    this.onBarrier();
  }

  #note(what: string): void {
    this.#trace.update(`${this.clock.now()} ${this.clock.asleepMs} ${what}\n`);
  }

  /** Tells runs apart: every byte and message on the wire and every access to disk so far, with its time. */
  trace(): string {
    return this.#trace.copy().digest('hex');
  }

  /** What the watch on the wire saw that must not be. Whoever does not ask for it is told by {@link dispose}. */
  get violations(): readonly string[] {
    this.#areViolationsTold = true;
    return this.#violations;
  }

  /** @throws where a write was not covered and nobody has asked */
  async dispose(): Promise<void> {
    for (const link of this.#links) await link.dispose();
    this.car.close();
    if (this.#violations.length > 0 && !this.#areViolationsTold) throw new Error(this.#violations.join('\n'));
  }

  async #job(
    makePlan: (car: Car, archive: Archive) => Promise<Plan>,
    { signal, catalog }: { signal?: AbortSignal | undefined; catalog?: Catalog | undefined } = {},
  ): Promise<Outcome> {
    const outcome = await this.#command(async (car) => {
      const archive = this.archive();
      await using lock = await lockCar(car, archive);
      const plan = await makePlan(car, archive);
      if (plan.alreadyDone) return { exit: 0, vehicle: 'untouched', value: plan };
      const ecus = plan.ecus.map((ecu) => ecu.address as EcuAddress);
      const backup = await backUp(car, archive, { ecus, tool: TOOL, txid: newJobId() });
      const result = await carryOut(car, plan, {
        archive,
        lock,
        backup,
        tool: TOOL,
        now: () => this.now(),
        signal: signal ?? this.#interruption.signal,
      });
      return { exit: 0, vehicle: 'changed', value: result };
    }, catalog);
    // As the command line does: a job that lost its link before the first write was refused by it.
    return outcome.exit === EXIT.linkFailed && this.#connected ? { ...outcome, exit: EXIT.refused } : outcome;
  }

  async #command(
    run: (car: Car) => Promise<{ exit: number; vehicle: string; value: unknown }>,
    catalog: Catalog = CATALOG,
  ): Promise<Outcome> {
    let car: Car | undefined;
    this.#interruption = new AbortController();
    const { signal } = this.#interruption;
    try {
      this.#connected = false;
      car = await Car.open(await this.link(), { catalog, signal });
      this.#connected = true;
      const { exit, vehicle, value } = await run(car);
      if (this.#dead) return DIED;
      return { exit, vehicle, value, code: undefined, message: '', hint: undefined };
    } catch (thrown) {
      if (this.#dead) return DIED;
      // As the command line does: whatever a wait throws when it is cut short, the signal is the reason.
      const error: unknown = signal.aborted && !(isKombiError(thrown) && thrown.exit !== EXIT.linkFailed) ? signal.reason : thrown;
      if (!isKombiError(error)) throw error;
      return { exit: error.exit, code: error.code, vehicle: error.vehicle, message: error.message, hint: error.hint, value: undefined };
    } finally {
      await car?.dispose();
    }
  }
}
