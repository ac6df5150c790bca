import { FAULTS, type FaultSpec } from './faults.ts';
import type { Reference } from './run-schedule.ts';
import type { FaultPoint, Schedule } from './schedule.ts';

/** Numbers from 0 to 1 that a seed repeats (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How many points a scenario has for a fault. */
export function pointsOf(reference: Reference, { kind, counts, wires, writesOnly }: FaultSpec): number {
  if (!wires.includes(reference.wire)) return 0;
  const name = kind.split(':', 1)[0] ?? kind;
  return reference.points.get(counts === 'board' ? `${name}${writesOnly ? ' 2E' : ''}` : counts) ?? 0;
}

/** Every single fault at every point. */
export function* everySingleFault(reference: Reference, faults: readonly FaultSpec[] = FAULTS): Generator<Schedule> {
  for (const fault of faults) {
    for (let at = 0; at < pointsOf(reference, fault); at += 1) {
      yield { job: [{ kind: fault.kind, at, lasting: false }], recovery: [] };
      if (fault.mayLast) yield { job: [{ kind: fault.kind, at, lasting: true }], recovery: [] };
    }
  }
}

/** A schedule of one fault, or of two: both in the job, or one in it and one in the recovery. */
export function drawSchedule(reference: Reference, faults: 1 | 2, random: () => number): Schedule {
  const point = () => drawPoint(reference, random);
  if (faults === 1) return { job: [point()], recovery: [] };
  return random() < 0.5 ? { job: [point(), point()], recovery: [] } : { job: [point()], recovery: [point()] };
}

/** Every kind is as likely as every other, and so is every point of a kind. */
function drawPoint(reference: Reference, random: () => number): FaultPoint {
  const possible = FAULTS.filter((fault) => pointsOf(reference, fault) > 0);
  const fault = pick(possible, random);
  return { kind: fault.kind, at: Math.floor(random() * pointsOf(reference, fault)), lasting: fault.mayLast && random() < 0.3 };
}

export function pick<Item>(items: readonly Item[], random: () => number): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('there is nothing to pick from');
  return item;
}
