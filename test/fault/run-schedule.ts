import { type CarState, diffStates } from '../../src/mock/index.ts';
import { diskError } from '../support/memory-disk.ts';
import { type Outcome, Rig, type Wire } from '../support/rig.ts';
import { boardText, type FaultPoint, onBoard } from './schedule.ts';

/** A job to be disturbed. */
export interface Scenario {
  readonly name: string;
  /** Brings the car to where the job begins, undisturbed. */
  prepare?(rig: Rig): Promise<void>;
  run(rig: Rig): Promise<Outcome>;
}

const MASK = 'KOMBI:3301/CC_ACTIVIERUNG_5';

export const SCENARIOS: readonly Scenario[] = [
  { name: 'one bit', run: (rig) => rig.code([`${MASK}.5.3=0`]) },
  { name: 'two blocks of one ECU', run: (rig) => rig.code([`${MASK}.5.3=0`, '60:3000.@04=5D:5C']) },
  { name: 'two ECUs', run: (rig) => rig.code([`${MASK}.5.3=0`, '61:3000.@01=3A:3B']) },
  {
    name: 'undo',
    prepare: async (rig) => void (await rig.code([`${MASK}.5.3=0`])),
    run: (rig) => rig.undo(),
  },
];

export interface RunResult {
  readonly outcome: Outcome;
  /** What must not be; empty where all invariants hold. */
  readonly violations: readonly string[];
  /** Whether every fault of the schedule struck. */
  readonly reached: boolean;
  /** Whether the run differs from the undisturbed one in a byte, a file or a time. */
  readonly effective: boolean;
  /** Tells runs apart that are the same. */
  readonly trace: string;
}

export interface RunOptions {
  readonly scenario: Scenario;
  readonly wire: Wire;
  readonly points: readonly FaultPoint[];
  /** Whether a fault itself changes the car. */
  readonly meddling: boolean;
  /** The undisturbed run; without it this is the undisturbed run. */
  readonly reference?: Reference | undefined;
}

export interface Reference {
  readonly after: CarState;
  readonly trace: string;
}

/** How long a late write may still be on its way, virtual milliseconds. */
const SETTLE_MS = 60_000;
const DONE = 0;
const REFUSED = [3, 7, 8, 9];
const RESTORED = 4;
const RECOVERY_NEEDED = 5;
const STUCK = 6;
const DIED = -1;

/** Runs one schedule of faults from beginning to end, recovery included, and checks the invariants of reliability.md. */
export async function runSchedule(options: RunOptions): Promise<RunResult & { readonly after: CarState }> {
  const { scenario, wire, points, reference } = options;
  const rig = new Rig({ wire, profile: 'f06-short' });
  try {
    await scenario.prepare?.(rig);
    const begin = rig.car.exportState();
    const struck = arm(rig, points);
    let outcome = await scenario.run(rig);
    const reached = struck();
    const first = outcome;
    if (outcome.exit === DIED) {
      rig.restart();
      outcome = { ...outcome, exit: RECOVERY_NEEDED };
    }
    rig.heal();
    await rig.clock.sleep(SETTLE_MS);
    const violations = [...rig.violations];
    const states = { begin, end: reference?.after ?? rig.car.exportState() };
    if (reference !== undefined) {
      if (first.exit !== DIED) violations.push(...check(rig.car.exportState(), outcome, states, options.meddling));
      violations.push(...(await recovers(rig, first, states, options.meddling)));
    }
    const trace = `${first.exit} ${first.code} ${rig.clock.now()} ${rig.disk.calls.length} ${rig.disk.calls.at(-1)?.operation} ${first.message}`;
    return { outcome: first, violations, reached, effective: reached && trace !== reference?.trace, trace, after: rig.car.exportState() };
  } finally {
    await rig.dispose();
  }
}

function arm(rig: Rig, points: readonly FaultPoint[]): () => boolean {
  for (const point of points.filter(onBoard)) rig.addFault(boardText(point));
  let disturbed = 0;
  const others = points.filter((point) => !onBoard(point));
  let access = 0;
  const disks = others.filter(({ kind }) => kind.startsWith('disk:'));
  const hit = new Set<FaultPoint>();
  rig.onDisk = (call) => {
    // Reading back is no promise to keep; only what should become durable may fail.
    if (call.operation === 'readFile') return;
    const number = access++;
    for (const point of disks) {
      if (number === point.at || (point.lasting && number > point.at)) {
        hit.add(point);
        throw diskError(point.kind.slice('disk:'.length));
      }
    }
  };
  rig.onBarrier((barrier) => {
    for (const point of others) {
      if (point.kind === 'die' && barrier === point.at) {
        hit.add(point);
        rig.die();
      }
    }
  });
  return () => {
    disturbed = rig.struck().filter((times) => times > 0).length + hit.size;
    return disturbed === points.length;
  };
}

/** I2, I4, I5: what the car holds is what the exit status says. */
function check(after: CarState, outcome: Outcome, states: { begin: CarState; end: CarState }, meddling: boolean): readonly string[] {
  const violations: string[] = [];
  const { exit, vehicle } = outcome;
  const says = `exit ${exit} (${outcome.code ?? 'done'})`;
  if (exit === DONE) {
    if (!meddling && differs(after, states.end)) violations.push(`I4: ${says}, but the car does not hold the new bytes`);
  } else if (REFUSED.includes(exit) || exit === RESTORED || exit === 130) {
    if (!meddling && differs(after, states.begin)) violations.push(`I4: ${says}, but the car is not as before`);
    if (vehicle !== (exit === RESTORED ? 'restored' : 'untouched')) violations.push(`${says} with vehicle ${vehicle}`);
  } else if (exit === RECOVERY_NEEDED || exit === STUCK) {
    if (vehicle !== 'unknown') violations.push(`${says} with vehicle ${vehicle}`);
  } else {
    violations.push(`${says} is no answer to a fault: ${outcome.message}`);
  }
  return violations;
}

/** I3, I6: recovery on a healthy car closes the journal, and doing it again changes nothing. */
async function recovers(rig: Rig, first: Outcome, states: { begin: CarState; end: CarState }, meddling: boolean): Promise<readonly string[]> {
  const violations: string[] = [];
  const open = await rig.archive().openJournals();
  const mustBeOpen = first.exit === RECOVERY_NEEDED;
  const mayBeOpen = mustBeOpen || first.exit === DIED;
  if (open.length > 0 && !mayBeOpen) violations.push(`exit ${first.exit} left a journal open`);
  // END may have reached the disk although its sync failed: nobody can know, so exit 5 is right, and recovery finds nothing to do.
  const ended = (await rig.archive().listJournals()).at(-1)?.end !== undefined;
  if (open.length === 0 && mustBeOpen && !ended) violations.push('exit 5 without an open journal');
  const again = await rig.recover();
  if (meddling) return violations;
  const after = rig.car.exportState();
  if (again.exit === DONE || again.exit === RESTORED) {
    const old = !differs(after, states.begin);
    const fresh = !differs(after, states.end);
    if (!old && !fresh && first.exit !== STUCK) violations.push(`I2: after recovery (exit ${again.exit}) blocks are neither all old nor all new`);
    if (again.exit === RESTORED && !old) violations.push('I4: recovery says restored, and the car is not as before');
  } else {
    violations.push(`I3: recover on a healthy car ends ${again.exit}: ${again.message}`);
  }
  const third = await rig.recover();
  if (third.exit !== DONE) violations.push(`I6: recover after recover ends ${third.exit}`);
  if (differs(rig.car.exportState(), after)) violations.push('I6: recover after recover changed the car');
  return [...violations, ...rig.violations];
}

function differs(left: CarState, right: CarState): boolean {
  return diffStates(left, right).length > 0;
}
