import { type Clock, KombiError, type Timer } from '../../core/index.ts';
import type { Progress } from '../plan.ts';
import { Deadline } from './deadline.ts';
import type { BatchCar } from './manifest.ts';
import { type CarOutcome, type CarRecord, failureOf, newRecord, successOf } from './outcome.ts';
import { Turns } from './turns.ts';

/** What the work on one car gets from the batch around it. */
export interface CarContext {
  /** Aborts at the car's deadline, and when the batch is stopped. */
  readonly signal: AbortSignal;
  readonly record: CarRecord;
  /** Waits until nobody else of the batch holds `key`; the car's deadline stands still meanwhile. Held until the car is done. */
  take(key: string): Promise<void>;
  onProgress(progress: Progress): void;
}

export type WorkOnCar = (car: BatchCar, context: CarContext) => Promise<void>;

export interface BatchEvents {
  onBegin?(car: BatchCar): void;
  onProgress?(car: BatchCar, progress: Progress): void;
  /** One after the other, and awaited: what it notes is durable when the batch ends. */
  onEnd?(car: BatchCar, outcome: CarOutcome, record: CarRecord): Promise<void> | void;
}

export interface RunBatchOptions {
  /** How many cars at once. */
  readonly jobs: number;
  /** How long one car may take, unless it says so itself, milliseconds. */
  readonly deadlineMs: number;
  readonly clock: Clock;
  readonly work: WorkOnCar;
  /** What two cars must not use at once, where that is known before they begin. */
  readonly deviceOf?: (car: BatchCar) => string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly events?: BatchEvents;
}

export interface BatchResult {
  /** In the order of the manifest; undefined where the car was not begun. */
  readonly outcomes: readonly (CarOutcome | undefined)[];
}

/** What a car may take to come to its end once it was told to. A car that does not is left alone, and never waited for. */
export const GRACE_MS = 5000;

/**
 * Works on many cars at once, so many at a time, and on no device twice at once. What one car does, hanging included,
 * stops no other. Stopped by its signal it begins no more, and lets those under way come to their end.
 *
 * Never throws for a car; only what `events` throw ends it.
 */
export async function runBatch(cars: readonly BatchCar[], options: RunBatchOptions): Promise<BatchResult> {
  const { jobs, signal, deviceOf = () => undefined } = options;
  const outcomes = new Array<CarOutcome | undefined>(cars.length).fill(undefined);
  const turns = new Turns();
  const waiting = cars.map((_, index) => index);
  const busy = new Set<string>();
  const running = new Set<Promise<void>>();
  const stops = new Set<AbortController>();
  let told = Promise.resolve();

  const begin = (index: number, car: BatchCar, device: string | undefined) => {
    if (device !== undefined) busy.add(device);
    options.events?.onBegin?.(car);
    const stop = new AbortController();
    stops.add(stop);
    const run = runOne(car, { ...options, turns, stop }).then(({ outcome, record }) => {
      outcomes[index] = outcome;
      stops.delete(stop);
      if (device !== undefined) busy.delete(device);
      running.delete(run);
      told = told.then(() => options.events?.onEnd?.(car, outcome, record));
      // Thrown when all is done: no car suffers from what is done with the outcome of another.
      told.catch(() => {});
    });
    running.add(run);
  };
  /** The next whose device is free. */
  const next = (): boolean => {
    if (running.size >= jobs || signal?.aborted) return false;
    for (const [place, index] of waiting.entries()) {
      const car = cars[index];
      const device = car && deviceOf(car);
      if (car === undefined || (device !== undefined && busy.has(device))) continue;
      waiting.splice(place, 1);
      begin(index, car, device);
      return true;
    }
    return false;
  };
  const stopAll = () => {
    for (const stop of stops) stop.abort(signal?.reason);
  };
  signal?.addEventListener('abort', stopAll, { once: true });
  for (;;) {
    while (next());
    if (running.size === 0) break;
    await Promise.race(running);
  }
  signal?.removeEventListener('abort', stopAll);
  await told;
  return { outcomes };
}

interface Ended {
  readonly outcome: CarOutcome;
  readonly record: CarRecord;
}

interface RunOneOptions extends RunBatchOptions {
  readonly turns: Turns;
  /** Aborted when the batch is stopped, and by the car's deadline. */
  readonly stop: AbortController;
}

async function runOne(car: BatchCar, { clock, deadlineMs, work, events, turns, stop }: RunOneOptions): Promise<Ended> {
  const record = newRecord();
  let grace: Timer | undefined;
  const abandoned = new Promise<never>((_, reject) => {
    const wait = () => {
      grace = clock.timer(GRACE_MS, () => reject(stop.signal.reason));
    };
    stop.signal.addEventListener('abort', wait, { once: true });
  });
  const limitMs = car.deadlineMs ?? deadlineMs;
  const deadline = new Deadline(clock, limitMs, () => stop.abort(deadlineError(limitMs)));
  const held: Disposable[] = [];
  const context: CarContext = {
    signal: stop.signal,
    record,
    take: async (key) => {
      deadline.hold();
      try {
        held.push(await turns.take(key, stop.signal));
      } finally {
        deadline.run();
      }
    },
    onProgress: (progress) => events?.onProgress?.(car, progress),
  };
  try {
    // Whatever is thrown before the first wait is thrown by the car too, not by the batch.
    await Promise.race([Promise.resolve().then(() => work(car, context)), abandoned]);
    return { outcome: successOf(car.label, record), record };
  } catch (error) {
    return { outcome: failureOf(car.label, record, { error, stop: stop.signal }), record };
  } finally {
    grace?.cancel();
    deadline.hold();
    for (const turn of held.reverse()) turn[Symbol.dispose]();
  }
}

function deadlineError(limitMs: number): KombiError {
  return new KombiError({
    code: 'link.deadline',
    message: `The car was not done after ${limitMs} ms`,
    hint: 'Give it more time with deadlineMs, or see with `kombi info` on this link alone why it is slow.',
  });
}
