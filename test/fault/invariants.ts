import type { OpenJournal } from '../../src/archive/index.ts';
import { type CarState, diffStates } from '../../src/mock/index.ts';
import type { Outcome, Rig } from '../support/rig.ts';
import { faultOf } from './faults.ts';
import type { Sides } from './run-schedule.ts';
import type { FaultPoint } from './schedule.ts';

/** One command: what it said, and the car before and after it. */
export interface Told {
  readonly outcome: Outcome;
  readonly begin: CarState;
  readonly after: CarState;
  /** Whether it began with a job half done. */
  readonly recovering: boolean;
}

const DONE = 0;
const UNTOUCHED = [3, 7, 8, 9, 130];
const RESTORED = 4;
const RECOVERY_NEEDED = 5;
const STUCK = 6;
const ARCHIVE_DAMAGED = 9;
const MAX_WRITES = { forward: 2, back: 3 } as const;

/** I2, I4, I5: the exit status, and with it what is said of the car, is what the whole car holds. */
export function checkOutcome({ outcome, begin, after, recovering }: Told, sides: Sides, points: readonly FaultPoint[]): readonly string[] {
  const { exit, code, vehicle, message } = outcome;
  if (code === 'died') return [];
  const says = `exit ${exit} (${code ?? 'done'}), vehicle ${vehicle}`;
  const expected: Readonly<Record<string, CarState>> = { untouched: begin, changed: sides.new, restored: sides.old };
  const fits =
    (exit === DONE && (vehicle === 'changed' || vehicle === 'untouched')) ||
    (UNTOUCHED.includes(exit) && vehicle === 'untouched') ||
    (exit === RESTORED && vehicle === 'restored') ||
    ((exit === RECOVERY_NEEDED || exit === STUCK) && vehicle === 'unknown') ||
    // A journal that does not even tell what it was for: neither does anybody else.
    (exit === ARCHIVE_DAMAGED && recovering && vehicle === 'unknown');
  if (!fits) return [`${says} is no answer to a fault: ${message}`];
  const state = expected[vehicle];
  // An ECU that falls over by itself loses what no reset has committed, so half a job may undo itself.
  if (recovering && vehicle === 'untouched' && !differs(after, sides.old, points)) return [];
  if (state !== undefined && differs(after, state, points)) return [`I4: ${says}, and the car holds something else`];
  if (exit === STUCK && !mayStick(points)) return [`I2: ${says} where the car can be put right: ${message}`];
  return [];
}

/** I3, I6: recovery on a healthy car closes the journal on one side, and doing it again changes nothing. */
export async function checkRecovered(
  rig: Rig,
  { told, sides, points, recovers }: { told: readonly Told[]; sides: Sides; points: readonly FaultPoint[]; recovers: boolean },
): Promise<readonly string[]> {
  const violations: string[] = [];
  const last = told.at(-1)?.outcome;
  const stuck = told.some(({ outcome }) => outcome.exit === STUCK);
  const open = await rig.archive().openJournals();
  // A recovery that could not begin leaves the journal as it was.
  const mayBeOpen = recovers || told.length > 1 || last?.exit === RECOVERY_NEEDED || last?.code === 'died' || isOnlyBegun(open, points);
  if (open.length > 0 && !mayBeOpen) violations.push(`exit ${last?.exit} left a journal open`);
  const ended = (await rig.archive().listJournals()).at(-1)?.end !== undefined;
  // END may have reached the disk although its sync failed: nobody can know, so exit 5 is right, and recovery finds nothing to do.
  if (open.length === 0 && last?.exit === RECOVERY_NEEDED && !ended) violations.push('exit 5 without an open journal');
  // With nothing open, recovery changes nothing (proved for itself), and the outcome has told the car's state.
  if (open.length === 0) return violations;
  // Whoever switched a hanging ECU off and on has changed the car since it was last told.
  const found = rig.car.exportState();
  const again = await rig.recover();
  const after = rig.car.exportState();
  const meddled = new Set(points.map(({ kind }) => faultOf(kind).meddles));
  // Where not even BEGIN is left, recovery says so and leaves the car alone, every time.
  if (meddled.has('archive') && again.exit === ARCHIVE_DAMAGED) {
    return diffStates(found, after).length > 0 ? [...violations, 'I2: recovery without a journal changed the car'] : violations;
  }
  // R3: who was there when the job began, and is gone, is another one: recovery leaves the car alone, every time.
  if (meddled.has('unit') && again.code === 'car.other') {
    return diffStates(found, after).length > 0 ? [...violations, 'I5: recovery changed another car or unit'] : violations;
  }
  if (again.exit === DONE || again.exit === RESTORED) {
    const [old, fresh] = [!differs(after, sides.old, points), !differs(after, sides.new, points)];
    if (!old && !fresh && !stuck) violations.push(`I2: after recovery (exit ${again.exit}) blocks are neither all old nor all new`);
    if (again.exit === RESTORED && !old) violations.push('I4: recovery says restored, and the car is not as before');
  } else if (!(meddled.has('cafd') && again.exit === STUCK)) {
    violations.push(`I3: recover on a healthy car ends ${again.exit}: ${again.message}`);
  }
  const third = await rig.recover();
  if (third.exit !== DONE) violations.push(`I6: recover after recover ends ${third.exit}: ${third.message}`);
  if (diffStates(rig.car.exportState(), after).length > 0) violations.push('I6: recover after recover changed the car');
  return violations;
}

/** Every file of the archive sound, I7 in the journals, and I4: the car holds what END says. */
export async function checkArchive(
  rig: Rig,
  { points, sides, endedBefore }: { points: readonly FaultPoint[]; sides: Sides; endedBefore: number },
): Promise<readonly string[]> {
  const isRotten = points.some(({ kind }) => faultOf(kind).meddles === 'archive');
  const { problems } = isRotten ? { problems: [] } : await rig.archive().verifyAll();
  const violations = problems.map(({ path, problem }) => `the archive is damaged: ${path.split('/').at(-1)}: ${problem}`);
  const journals = await rig.archive().listJournals();
  const end = journals.filter((journal) => journal.end !== undefined)[endedBefore]?.end;
  if (end !== undefined && end.state !== 'STUCK') {
    const side = end.state === 'COMMITTED' ? sides.new : sides.old;
    if (differs(rig.car.exportState(), side, points))
      violations.push(`I4: the journal says ${end.state}, and the car holds something else`);
  }
  for (const { txid, begin, records } of journals) {
    for (const op of begin.ops.keys()) {
      for (const dir of ['forward', 'back'] as const) {
        const writes = records.filter((record) => record.type === 'INTENT' && record.op === op && record.dir === dir).length;
        if (writes > MAX_WRITES[dir]) violations.push(`I7: ${writes} writes ${dir} of block ${op} in ${txid}`);
      }
    }
  }
  return violations;
}

/** A disk that goes on failing keeps a journal that it just made and that can be neither closed nor taken away. */
function isOnlyBegun(open: readonly OpenJournal[], points: readonly FaultPoint[]): boolean {
  const failing = points.filter(({ kind }) => faultOf(kind).counts === 'disk');
  return (
    (failing.length > 1 || failing.some(({ lasting }) => lasting)) &&
    open.every(({ records }) => records.every(({ type }) => type === 'BEGIN'))
  );
}

/** A third state takes a car that goes on refusing or storing something else, or one that lost its coding data. */
function mayStick(points: readonly FaultPoint[]): boolean {
  return points.length > 1 || points.some(({ kind, lasting }) => lasting || faultOf(kind).meddles === 'cafd');
}

/** Leaves out what a fault itself has changed. */
function differs(left: CarState, right: CarState, points: readonly FaultPoint[]): boolean {
  const meddled = new Set(points.map(({ kind }) => faultOf(kind).meddles));
  return diffStates(left, right).some(({ path }) => {
    if (meddled.has('cafd') && /\.(coded$|dids\.F101)/.test(path)) return false;
    return !(meddled.has('block') && isLastBit(path, left));
  });
}

/** `ext-change` flips the last bit of a block. */
function isLastBit(path: string, state: CarState): boolean {
  const { ecu, did, offset } = /^ecus\.(?<ecu>..)\.blocks\.(?<did>....)\.@(?<offset>..)\.0$/.exec(path)?.groups ?? {};
  if (ecu === undefined || did === undefined || offset === undefined) return false;
  return Number.parseInt(offset, 16) === (state.ecus[ecu]?.blocks?.[did]?.length ?? 0) / 2 - 1;
}
