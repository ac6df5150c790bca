import { EXIT, type ExitStatus } from '../../core/index.ts';
import type { BatchCar } from './manifest.ts';
import type { CarOutcome } from './outcome.ts';

/**
 * What a batch tells at its end, in the order of the manifest. It holds no times, durations, ids or paths: the same cars
 * in the same state give the same report on every run.
 */
export interface BatchReport {
  readonly cars: readonly CarOutcome[];
  readonly succeeded: number;
  readonly failed: number;
  /** Stopped before they were done, or before they began. */
  readonly notDone: number;
}

const STOPPED: ReadonlySet<ExitStatus> = new Set([EXIT.interrupted, EXIT.terminated]);

/** @param outcomes undefined where a car was not begun */
export function batchReport(
  cars: readonly BatchCar[],
  outcomes: readonly (CarOutcome | undefined)[],
  stoppedWith: ExitStatus = EXIT.interrupted,
): BatchReport {
  const told = cars.map((car, index) => outcomes[index] ?? notBegun(car, stoppedWith));
  const firstWith = new Map<string, string>();
  const noted = told.map((outcome) => {
    if (outcome.vin === null) return outcome;
    const first = firstWith.get(outcome.vin);
    if (first === undefined) firstWith.set(outcome.vin, outcome.label);
    return first === undefined ? outcome : { ...outcome, notes: [...outcome.notes, `This is the same car as "${first}".`] };
  });
  const succeeded = told.filter(({ ok }) => ok).length;
  const notDone = told.filter(({ exit }) => STOPPED.has(exit)).length;
  return { cars: noted, succeeded, failed: told.length - succeeded - notDone, notDone };
}

function notBegun({ label }: BatchCar, exit: ExitStatus): CarOutcome {
  const error = { code: 'batch.not-begun', message: 'Not begun: the batch was stopped', hint: '' };
  return { label, ok: false, exit, vehicle: 'untouched', vin: null, result: {}, notes: [], error };
}
