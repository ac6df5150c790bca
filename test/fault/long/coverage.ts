import { commitNow } from '../../support/fault-coverage.ts';
import type { Done, Unit } from './unit.ts';

const MOST_NAMED = 200;

interface Counts {
  attempted: number;
  reached: number;
  effective: number;
  /** Effective runs of which no two are the same. */
  distinct: number;
}

export interface Simulated {
  readonly seed: number;
  /** One single fault in so many was run, and every one of the `whole` scenarios. */
  readonly every: number;
  readonly whole: readonly string[];
  readonly seconds: number;
  readonly node: string;
  /** What was run. */
  readonly commit: string;
  readonly singleFault: Counts & { readonly by: Readonly<Record<string, Counts & { missed: readonly string[] }>> };
  readonly twoFaults: Counts;
  readonly cutsInJobAndRecovery: Counts;
  readonly violations: readonly string[];
  readonly realCars: 0;
}

/** Counted as reliability.md has it: attempted, reached, effective, and runs that are the same once. */
export function summarize(done: readonly Done[], run: Pick<Simulated, 'seed' | 'every' | 'whole' | 'seconds'>): Simulated {
  const by: Record<string, Counts & { missed: string[] }> = {};
  for (const { unit, tallies } of done) {
    if (unit.kind !== 'singles') continue;
    for (const key of Object.keys(tallies)) by[key] ??= { ...countsOf(done, unit.kind, key), missed: missedOf(done, key) };
  }
  return {
    ...run,
    node: process.version,
    commit: commitNow(),
    singleFault: { ...countsOf(done, 'singles'), by },
    twoFaults: countsOf(done, 'pairs'),
    cutsInJobAndRecovery: countsOf(done, 'cuts'),
    violations: done.flatMap(({ tallies }) =>
      Object.entries(tallies).flatMap(([key, { violations }]) => violations.map((violation) => `${key} ${violation}`)),
    ),
    realCars: 0,
  };
}

function countsOf(done: readonly Done[], kind: Unit['kind'], key?: string): Counts {
  const counts: Counts = { attempted: 0, reached: 0, effective: 0, distinct: 0 };
  const traces = new Set<string>();
  for (const { unit, tallies } of done) {
    if (unit.kind !== kind) continue;
    for (const [name, tally] of Object.entries(tallies)) {
      if (key !== undefined && name !== key) continue;
      counts.attempted += tally.attempted;
      counts.reached += tally.reached;
      counts.effective += tally.effective;
      for (const trace of tally.traces) traces.add(trace);
    }
  }
  return { ...counts, distinct: traces.size };
}

function missedOf(done: readonly Done[], key: string): string[] {
  const missed = done.flatMap(({ unit, tallies }) => (unit.kind === 'singles' ? (tallies[key]?.missed ?? []) : []));
  return missed.length <= MOST_NAMED ? missed : [...missed.slice(0, MOST_NAMED), `and ${missed.length - MOST_NAMED} more`];
}
