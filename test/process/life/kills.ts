import {
  type KillCase,
  killAt,
  ONE_BIT,
  type Reference,
  type Scenario,
  TWO_BLOCKS_OF_ONE,
  TWO_ECUS,
  trace,
  UNDO,
} from '../support/kill.ts';
import type { Strike } from '../support/program.ts';
import { hasSocat, inWorkshops, type Wire, Workshop } from '../support/workshop.ts';

const WORKERS = 6;
const SCENARIOS: readonly Scenario[] = [ONE_BIT, TWO_BLOCKS_OF_ONE, TWO_ECUS, UNDO];

export interface KillReport {
  readonly attempted: number;
  readonly reached: number;
  readonly recoveredToOld: number;
  readonly recoveredToNew: number;
  readonly killedInRecovery: number;
  /** Strikes that the program ended before, by name. */
  readonly missed: readonly string[];
  readonly violations: readonly string[];
}

/**
 * Every barrier of every job over ENET, struck before, after and halfway; of one job every seventh over an ELM327 on a
 * pty; and recovery killed at every second barrier of its own.
 *
 * @param every only each so many-th case, for a look
 */
export async function killEverywhere(every: number, tell: (text: string) => void): Promise<KillReport> {
  const cases: KillCase[] = [];
  for (const scenario of SCENARIOS) {
    const reference = await referenceOf(scenario, 'enet');
    cases.push(...reference.barriers.flatMap((name, at) => sidesOf(name).map((side) => ({ reference, strike: strike(at, side) }))));
  }
  cases.push(...(await recoveryCases()));
  const byWire = { enet: pick(cases, every), pty: hasSocat ? pick(await ptyCases(), every) : [] };
  const report = { attempted: 0, reached: 0, recoveredToOld: 0, recoveredToNew: 0, killedInRecovery: 0 };
  const missed: string[] = [];
  const violations: string[] = [];
  for (const wire of ['enet', 'pty'] as const) {
    await inWorkshops(byWire[wire], { wires: [wire], workers: WORKERS }, async (workshop, one) => {
      const verdict = await killAt(workshop, one);
      const strikes = 1 + (one.again?.length ?? 0);
      report.attempted += strikes;
      report.reached += verdict.reached;
      report.killedInRecovery += Math.max(0, verdict.reached - 1);
      if (verdict.recovered === 'old') report.recoveredToOld += 1;
      if (verdict.recovered === 'new') report.recoveredToNew += 1;
      if (verdict.reached < strikes) missed.push(verdict.name);
      violations.push(...verdict.violations);
      if (report.attempted % 100 < strikes) tell(`${report.attempted} kills, ${violations.length} violations`);
    });
  }
  return { ...report, missed, violations };
}

function strike(at: number, side: Strike['side'] = 'before'): Strike {
  return { at, side, signal: 'SIGKILL' };
}

/** Dying after a step on disk is dying before the next one; a message is answered in between. */
function sidesOf(name: string): readonly Strike['side'][] {
  if (name.startsWith('send')) return ['before', 'half', 'after'];
  return name.startsWith('write') ? ['before', 'half'] : ['before'];
}

function pick<Item>(items: readonly Item[], every: number): readonly Item[] {
  return items.filter((_, index) => index % every === 0);
}

async function referenceOf(scenario: Scenario, wire: Wire): Promise<Reference> {
  const workshop = await Workshop.open([wire]);
  try {
    return await trace(workshop, scenario, wire);
  } finally {
    await workshop.dispose();
  }
}

async function ptyCases(): Promise<readonly KillCase[]> {
  const reference = await referenceOf(ONE_BIT, 'pty');
  return pick(reference.barriers, 7).map((_, index) => ({ reference, strike: strike(index * 7) }));
}

/** A job that died between its two writes leaves the most to do. */
async function recoveryCases(): Promise<readonly KillCase[]> {
  const reference = await referenceOf(TWO_BLOCKS_OF_ONE, 'enet');
  const first = strike(reference.barriers.findLastIndex((name) => name.includes('2e3000')));
  const workshop = await Workshop.open();
  try {
    await workshop.run(reference.words, { strike: first });
    const { passed } = await workshop.run(['recover', '--yes']);
    return passed.flatMap((name, at) => sidesOf(name).map((side) => ({ reference, strike: first, again: [strike(at, side)] })));
  } finally {
    await workshop.dispose();
  }
}
