import { readCoverage } from '../../support/fault-coverage.ts';

/** Of one target: how many inputs from index 0 on, and what became of them. */
export interface TargetCount {
  inputs: number;
  accepted: number;
  refused: number;
  /** Of both processes together; a busy machine takes more of them. */
  seconds: number;
}

/** What the long run counted: the part `fuzz` of fault-coverage.json. */
export interface FuzzCount {
  /** Replays every input; the counts of a target go on where they stood as long as it is the same. */
  readonly seed: number;
  readonly node: string;
  readonly inputs: number;
  /** Of one process. */
  readonly inputsPerSecond: number;
  /** The least that any target got. */
  readonly fewestPerTarget: number;
  readonly targets: Readonly<Record<string, TargetCount>>;
  /** Inputs that were neither taken nor refused, as told; they are in test/fuzz/corpus now. */
  readonly failures: readonly string[];
}

export function summarize(seed: number, targets: Readonly<Record<string, TargetCount>>, failures: readonly string[]): FuzzCount {
  const counts = Object.values(targets);
  const inputs = counts.reduce((sum, count) => sum + count.inputs, 0);
  const seconds = counts.reduce((sum, count) => sum + count.seconds, 0);
  return {
    seed,
    node: process.version,
    inputs,
    inputsPerSecond: seconds === 0 ? 0 : Math.round(inputs / seconds),
    fewestPerTarget: counts.length === 0 ? 0 : Math.min(...counts.map((count) => count.inputs)),
    targets,
    failures,
  };
}

/** What an earlier run with the same seed has counted. */
export function earlierCounts(seed: number): Readonly<Record<string, TargetCount>> {
  const { fuzz } = readCoverage() as { fuzz?: FuzzCount };
  return fuzz?.seed === seed ? fuzz.targets : {};
}
