import type { CarState } from '../../src/mock/index.ts';
import { diskError, type LeftOnDisk } from '../support/memory-disk.ts';
import { type Outcome, Rig, type Wire } from '../support/rig.ts';
import { faultOf } from './faults.ts';
import { checkArchive, checkOutcome, checkRecovered, type Told } from './invariants.ts';
import type { Scenario } from './scenarios.ts';
import type { FaultPoint, Schedule } from './schedule.ts';

/** What the car may hold when all is over. */
export interface Sides {
  readonly old: CarState;
  readonly new: CarState;
}

/** A scenario undisturbed, on one wire. */
export interface Reference {
  readonly scenario: Scenario;
  readonly wire: Wire;
  readonly outcome: Outcome;
  readonly sides: Sides;
  readonly trace: string;
  /** How many points there are: by kind without value, by that and ` 2E`, and `disk` and `barrier`. */
  readonly points: ReadonlyMap<string, number>;
}

export interface RunResult {
  readonly outcome: Outcome;
  /** How the recovery with faults of its own ended, where there was one. */
  readonly recovery: Outcome | undefined;
  /** What must not be; empty where all invariants hold. */
  readonly violations: readonly string[];
  /** Whether every fault of the schedule struck. */
  readonly reached: boolean;
  /** Whether a byte, an access to disk or a time is another than in the undisturbed run. */
  readonly effective: boolean;
  /** Tells runs apart that are the same. */
  readonly trace: string;
}

/** Spreads the points over all bits. */
const PRIME = 7919;
const YEAR_MS = 365 * 86_400_000;
const RECOVERY_NEEDED = 5;
const LEFT: Readonly<Record<string, LeftOnDisk>> = { kill: 'all', 'power-cut': 'synced', 'torn-cut': 'torn', 'rot-cut': 'all' };

/** Runs a scenario undisturbed. */
export async function measure(scenario: Scenario, wire: Wire): Promise<Reference> {
  const rig = new Rig({ wire, profile: profileFor(wire) });
  try {
    await prepare(rig, scenario);
    const old = scenario.recovers ? rig.before : rig.car.exportState();
    const armed = arm(rig, []);
    const outcome = await scenario.run(rig);
    const trace = rig.trace();
    const points = new Map([...rig.asked(), ...armed.counted()]);
    const fresh = scenario.forward === undefined ? rig.car.exportState() : (await measure(scenario.forward, wire)).sides.new;
    return { scenario, wire, outcome, sides: { old, new: fresh }, trace, points };
  } finally {
    await rig.dispose();
  }
}

/** Runs one schedule from beginning to end, recovery included, and checks the invariants of reliability.md. */
export async function runSchedule({ scenario, wire, sides, trace: undisturbed }: Reference, schedule: Schedule): Promise<RunResult> {
  const rig = new Rig({ wire, profile: profileFor(wire) });
  try {
    const endedBefore = await prepare(rig, scenario);
    const told: (Told & { readonly trace: string })[] = [];
    const disturb = async (points: readonly FaultPoint[], run: () => Promise<Outcome>): Promise<boolean> => {
      const begin = rig.car.exportState();
      const armed = arm(rig, points);
      const outcome = await run();
      const reached = armed.reached();
      const trace = rig.trace();
      if (outcome.code === 'died') {
        rig.restart(armed.left());
        for (const { kind, at } of points) if (kind === 'rot-cut') rotJournal(rig, at);
      }
      await rig.heal();
      told.push({ outcome, begin, after: rig.car.exportState(), recovering: scenario.recovers === true || told.length > 0, trace });
      await rig.wake();
      return reached;
    };
    let reached = await disturb(schedule.job, () => scenario.run(rig));
    const [first] = told;
    if (first === undefined) throw new Error('nothing ran');
    if (schedule.recovery.length > 0) {
      const needed = first.outcome.exit === RECOVERY_NEEDED || first.outcome.code === 'died';
      reached &&= needed && (await disturb(schedule.recovery, () => rig.recover()));
    }
    const trace = rig.trace();
    const points = [...schedule.job, ...schedule.recovery];
    const violations = told.flatMap((step) => checkOutcome(step, sides, points));
    violations.push(
      ...(await checkRecovered(rig, { told, sides, points, recovers: scenario.recovers === true })),
      ...(await checkArchive(rig, { points, sides, endedBefore })),
      ...rig.violations,
    );
    return {
      outcome: first.outcome,
      recovery: told[1]?.outcome,
      violations,
      reached,
      effective: reached && first.trace !== undisturbed,
      trace,
    };
  } finally {
    await rig.dispose();
  }
}

/** Short times make many runs; but no session of 300 ms outlives two turns of a slow radio link. */
function profileFor(wire: Wire): string {
  return wire === 'elm327:bluetooth-100ms' ? 'f06-sos' : 'f06-short';
}

/** Gives how many jobs have ended before the command begins. */
async function prepare(rig: Rig, scenario: Scenario): Promise<number> {
  await scenario.prepare?.(rig);
  return (await rig.archive().listJournals()).filter(({ end }) => end !== undefined).length;
}

interface Armed {
  /** Whether every fault struck. */
  reached(): boolean;
  counted(): readonly (readonly [string, number])[];
  /** What the last blow left on disk. */
  left(): LeftOnDisk;
}

function arm(rig: Rig, points: readonly FaultPoint[]): Armed {
  const hit = new Set<FaultPoint>();
  let accesses = 0;
  let barriers = 0;
  let left: LeftOnDisk = 'synced';
  const counting = (counts: 'disk' | 'barrier') => points.filter(({ kind }) => faultOf(kind).counts === counts);
  const [disks, blows] = [counting('disk'), counting('barrier')];
  const onBoard = points.filter(({ kind }) => faultOf(kind).counts === 'board');
  for (const { kind, at, lasting } of onBoard) {
    rig.addFault(`${kind}${faultOf(kind).writesOnly ? ',service=2E' : ''},after=${at},times=${lasting ? 0 : 1}`);
  }
  rig.onDisk = (call) => {
    // Reading back is no promise to keep; only what should become durable may fail.
    if (call.operation === 'readFile') return;
    const number = accesses++;
    const point = disks.find(({ at, lasting }) => number === at || (lasting && number > at));
    if (point === undefined) return;
    hit.add(point);
    throw diskError(point.kind.slice('disk:'.length));
  };
  rig.onBarrier = () => {
    const number = barriers++;
    for (const point of blows.filter(({ at }) => at === number)) {
      hit.add(point);
      if (point.kind === 'clock:forward') rig.clock.asleepMs += YEAR_MS;
      else if (point.kind === 'clock:back') rig.clock.asleepMs -= YEAR_MS;
      else if (point.kind === 'sleep') rig.sleep();
      else if (point.kind === 'interrupt') rig.interrupt();
      else {
        left = LEFT[point.kind] ?? left;
        rig.die();
      }
    }
  };
  return {
    reached: () => rig.struck().filter((times) => times > 0).length + hit.size === points.length,
    counted: () => [
      ['disk', accesses],
      ['barrier', barriers],
    ],
    left: () => left,
  };
}

/** Flips one bit of the journal that is open; which one, the point decides. */
function rotJournal(rig: Rig, at: number): void {
  const bytes = rig.disk
    .files()
    .filter((file) => file.endsWith('.jsonl'))
    .map((file) => rig.disk.bytesOf(file))
    .findLast((content) => content.length > 0 && !Buffer.from(content).includes('"END"'));
  if (bytes === undefined) return;
  const place = (at * PRIME) % (bytes.length * 8);
  bytes[place >> 3] = (bytes[place >> 3] ?? 0) ^ (1 << (place & 7));
}
