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
  if (!wires.includes(reference.wire === 'enet' ? 'enet' : 'elm327')) return 0;
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
  const point = (where: Where = {}) => drawPoint(reference, random, where);
  if (faults === 1) return { job: [point()], recovery: [] };
  // Most faults of all end a job at once, so that no second one is met, and a recovery is shorter than a job.
  if (random() < 0.2) return { job: [point(), point()], recovery: [] };
  if (random() < 0.6) return { job: [{ ...point({ among: isNoCut }), lasting: false }, point()], recovery: [] };
  return { job: [point({ among: (fault) => !isNoCut(fault), from: 0.5 })], recovery: [point({ to: 0.5 })] };
}

/** Whether the process goes on. */
function isNoCut({ counts, kind }: FaultSpec): boolean {
  return counts !== 'barrier' || kind === 'sleep' || kind === 'interrupt' || kind.startsWith('clock:');
}

/** Which faults to draw from, and from which part of their points, 0 to 1. */
interface Where {
  readonly among?: (fault: FaultSpec) => boolean;
  readonly from?: number;
  readonly to?: number;
}

/** Every kind is as likely as every other, and so is every point of a kind. */
function drawPoint(reference: Reference, random: () => number, { among = () => true, from = 0, to = 1 }: Where): FaultPoint {
  const possible = FAULTS.filter((fault) => among(fault) && pointsOf(reference, fault) > 0);
  const fault = pick(possible, random);
  const at = Math.floor((from + random() * (to - from)) * pointsOf(reference, fault));
  return { kind: fault.kind, at, lasting: fault.mayLast && random() < 0.3 };
}

export function pick<Item>(items: readonly Item[], random: () => number): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('there is nothing to pick from');
  return item;
}
