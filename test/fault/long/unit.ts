import type { Wire } from '../../support/rig.ts';

/** A piece of the campaign that one process runs in one go. */
export type Unit = SinglesUnit | CutsUnit | PairsUnit;

interface Part {
  readonly wire: Wire;
  readonly scenario: string;
  /** Takes each `of`-th schedule, from this one on. */
  readonly part: number;
  readonly of: number;
}

/** Every single fault at every point of a scenario. */
export interface SinglesUnit extends Part {
  readonly kind: 'singles';
}

/** A cut at every barrier of a scenario, and in the recovery after it a second one, at sampled barriers of all. */
export interface CutsUnit extends Part {
  readonly kind: 'cuts';
  readonly seed: number;
}

/** Two faults each, drawn over all scenarios and both wires. */
export interface PairsUnit {
  readonly kind: 'pairs';
  readonly seed: number;
  readonly count: number;
}

/** What came of a unit, over a scenario and a wire. */
export interface Tally {
  attempted: number;
  /** Every fault of the schedule struck. */
  reached: number;
  /** And changed a byte, an access to disk or a time. */
  effective: number;
  /** Of the effective ones, by trace, so that the same run counts once. */
  readonly traces: string[];
  /** Points that the unfaulted run has and the faulted one did not come to. */
  readonly missed: string[];
  readonly violations: string[];
}

export function emptyTally(): Tally {
  return { attempted: 0, reached: 0, effective: 0, traces: [], missed: [], violations: [] };
}

export interface Done {
  readonly unit: Unit;
  /** By `<wire> <scenario>`. */
  readonly tallies: Readonly<Record<string, Tally>>;
}
