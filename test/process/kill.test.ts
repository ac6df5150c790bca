import { describe, expect, it } from 'vitest';
import { type KillCase, killAt, ONE_BIT, type Reference, type Scenario, TWO_BLOCKS_OF_ONE, trace, type Verdict } from './support/kill.ts';
import { isBuilt, type Strike } from './support/program.ts';
import { hasSocat, inWorkshops, type Wire, Workshop } from './support/workshop.ts';

/** Of each of the three tests, which run side by side. */
const WORKERS = 4;
/** `2E` and `11 01` to the cluster, in HSFZ. */
const CHANGES = /f460(2e|1101)/;

const kill = (at: number, side: Strike['side'] = 'before'): Strike => ({ at, side, signal: 'SIGKILL' });

async function referenceOf(scenario: Scenario, wire: Wire): Promise<Reference> {
  const workshop = await Workshop.open([wire]);
  try {
    return await trace(workshop, scenario, wire);
  } finally {
    await workshop.dispose();
  }
}

async function barriersOfRecovery({ words }: Reference, strike: Strike): Promise<readonly string[]> {
  const workshop = await Workshop.open();
  try {
    await workshop.run(words, { strike });
    return (await workshop.run(['recover', '--yes'])).passed;
  } finally {
    await workshop.dispose();
  }
}

async function killAll(cases: readonly KillCase[], wire: Wire): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  await inWorkshops(cases, { wires: [wire], workers: WORKERS }, async (workshop, one) => {
    verdicts.push(await killAt(workshop, one));
  });
  return verdicts;
}

function expectSafe(what: string, cases: readonly KillCase[], verdicts: readonly Verdict[]): void {
  const attempted = cases.reduce((sum, { again = [] }) => sum + 1 + again.length, 0);
  const reached = verdicts.reduce((sum, verdict) => sum + verdict.reached, 0);
  const ended = (side: Verdict['recovered']) => verdicts.filter(({ recovered }) => recovered === side).length;
  process.stdout.write(
    `${what}: ${attempted} kills attempted, ${reached} reached; ${ended('old')} cars recovered to old, ${ended('new')} to new\n`,
  );
  expect(verdicts.flatMap(({ violations }) => violations)).toEqual([]);
  expect(reached).toBe(attempted);
}

/** Barriers of the journalled part of the job, where a kill can matter most. */
function journalled({ barriers }: Reference): number {
  return barriers.findIndex((name) => name.includes('.reserve'));
}

/** Every barrier of the job but most of its reads, and the ways to die inside one that differ from dying before the next. */
function enetCases(reference: Reference): readonly KillCase[] {
  const begun = journalled(reference);
  const strikes = reference.barriers.flatMap((name, at): Strike[] => {
    if (name.startsWith('write')) return [kill(at, 'half')];
    if (!name.startsWith('send')) return [kill(at)];
    if (at < begun) return at % 8 === 0 ? [kill(at)] : [];
    return CHANGES.test(name) ? [kill(at), kill(at, 'half'), kill(at, 'after')] : [kill(at)];
  });
  return strikes.map((strike) => ({ reference, strike }));
}

describe.skipIf(!isBuilt).concurrent('killed for real (needs npm run build)', () => {
  it('recovers wherever a job over ENET was killed', { timeout: 240_000 }, async () => {
    const cases = enetCases(await referenceOf(TWO_BLOCKS_OF_ONE, 'enet'));
    expect(cases.length).toBeGreaterThan(70);
    expectSafe('ENET', cases, await killAll(cases, 'enet'));
  });

  it('recovers wherever recovery was killed in its turn', { timeout: 240_000 }, async () => {
    const reference = await referenceOf(TWO_BLOCKS_OF_ONE, 'enet');
    // Between the two writes: one block is new and one is old, so that recovery has to write.
    const strike = kill(reference.barriers.findLastIndex((name) => name.includes('2e3000')));
    const barriers = await barriersOfRecovery(reference, strike);
    const written = barriers.findIndex((name) => CHANGES.test(name));
    expect(barriers[written]).toContain('2e3301');
    const again = barriers.flatMap((name, at): Strike[][] => {
      if (CHANGES.test(name)) return [[kill(at)], [kill(at, 'after')]];
      // Before it writes, a recovery begun anew passes the same barriers, and may be killed again.
      return at % 6 < 5 ? [] : at < written ? [[kill(at), kill(at)]] : [[kill(at)]];
    });
    const cases = again.map((strikes): KillCase => ({ reference, strike, again: strikes }));
    expectSafe('recovery', cases, await killAll(cases, 'enet'));
  });

  it.skipIf(!hasSocat)('recovers wherever a job over an ELM327 on a pty (needs socat) was killed', { timeout: 240_000 }, async () => {
    const reference = await referenceOf(ONE_BIT, 'pty');
    // Named, because no two runs over the chip have the same number: how often it is interrupted is a matter of real time.
    const strikes = (
      [
        ['^send "6010..2E', 'before'],
        ['^send "6010..2E', 'half'],
        ['^send "6022', 'before'],
        ['^send "60021101', 'before'],
        ['^send "60021101', 'after'],
        ['^unlink .*reserve$', 'after'],
      ] as const
    ).map(([among, side]) => ({ ...kill(0, side), among }));
    const cases = strikes.map((strike): KillCase => ({ reference, strike }));
    expectSafe('ELM327 on a pty', cases, await killAll(cases, 'pty'));
  });
});
