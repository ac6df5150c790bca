// One process of the campaign: takes units from its parent and gives back what came of them.
import type { Wire } from '../../support/rig.ts';
import { drawSchedule, everySingleFault, pick, randomFrom } from '../draw.ts';
import { measure, type Reference, runSchedule } from '../run-schedule.ts';
import { SCENARIOS, scenarioNamed } from '../scenarios.ts';
import { formatSchedule, type Schedule } from '../schedule.ts';
import { type CutsUnit, type Done, emptyTally, type PairsUnit, type SinglesUnit, type Tally, type Unit } from './unit.ts';

const WIRES: readonly Wire[] = ['enet', 'elm327'];
const CUTS = ['kill', 'power-cut', 'torn-cut'] as const;
/** Of the barriers of a recovery, one in so many is cut. */
const CUT_STRIDE = 7;
const TRACE_DIGITS = 16;

const references = new Map<string, Promise<Reference>>();

// Nobody is left to work for.
process.on('disconnect', () => process.exit());
process.on('message', (unit: Unit) => void answer(unit));

async function answer(unit: Unit): Promise<void> {
  process.send?.(await run(unit));
}

async function run(unit: Unit): Promise<Done> {
  const tallies: Record<string, Tally> = {};
  const count = async (reference: Reference, schedule: Schedule): Promise<boolean> => {
    const key = `${reference.wire} ${reference.scenario.name}`;
    tallies[key] ??= emptyTally();
    return countOne(tallies[key], reference, schedule);
  };
  if (unit.kind === 'singles') await singles(unit, count);
  else if (unit.kind === 'cuts') await cuts(unit, count);
  else await pairs(unit, count);
  return { unit, tallies };
}

type Count = (reference: Reference, schedule: Schedule) => Promise<boolean>;

async function singles({ wire, scenario, part, of }: SinglesUnit, count: Count): Promise<void> {
  const reference = await referenceOf(wire, scenario);
  let number = 0;
  for (const schedule of everySingleFault(reference)) {
    if (number % of === part) await count(reference, schedule);
    number += 1;
  }
}

async function cuts({ wire, scenario, part, of, seed }: CutsUnit, count: Count): Promise<void> {
  const reference = await referenceOf(wire, scenario);
  const random = randomFrom(seed + part);
  const cut = (at: number) => ({ kind: pick(CUTS, random), at, lasting: false });
  for (let first = part; first < (reference.points.get('barrier') ?? 0); first += of) {
    for (let second = Math.floor(random() * CUT_STRIDE); ; second += CUT_STRIDE) {
      const reached = await count(reference, { job: [cut(first)], recovery: [cut(second)] });
      if (!reached) break;
    }
  }
}

async function pairs({ seed, count: schedules }: PairsUnit, count: Count): Promise<void> {
  const random = randomFrom(seed);
  for (let number = 0; number < schedules; number += 1) {
    const reference = await referenceOf(pick(WIRES, random), pick(SCENARIOS, random).name);
    await count(reference, drawSchedule(reference, 2, random));
  }
}

async function countOne(tally: Tally, reference: Reference, schedule: Schedule): Promise<boolean> {
  const text = formatSchedule(schedule);
  tally.attempted += 1;
  try {
    const { reached, effective, trace, violations } = await runSchedule(reference, schedule);
    if (reached) tally.reached += 1;
    else tally.missed.push(text);
    if (effective) {
      tally.effective += 1;
      tally.traces.push(trace.slice(0, TRACE_DIGITS));
    }
    tally.violations.push(...violations.map((violation) => `${text}: ${violation}`));
    return reached;
  } catch (error) {
    tally.violations.push(`${text}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return false;
  }
}

function referenceOf(wire: Wire, scenario: string): Promise<Reference> {
  const key = `${wire} ${scenario}`;
  const reference = references.get(key) ?? measure(scenarioNamed(scenario), wire);
  references.set(key, reference);
  return reference;
}
