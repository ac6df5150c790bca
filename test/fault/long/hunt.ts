// Runs the schedules of `npm test`, then more of their kind, until one shows a violation; tells which.
//   hunt.ts MOST   gives up after so many
import type { Wire } from '../../support/rig.ts';
import { drawSchedule, pick, randomFrom } from '../draw.ts';
import { measure, type Reference, runSchedule } from '../run-schedule.ts';
import { SCENARIOS } from '../scenarios.ts';
import { formatSchedule } from '../schedule.ts';

const SEED = 20261120;
const MOST = Number(process.argv[2]);
const WIRES: readonly Wire[] = ['enet', 'elm327'];

process.stdout.write(JSON.stringify(await hunt()));

async function hunt(): Promise<{ caughtBy?: string; schedules: number }> {
  const random = randomFrom(SEED);
  const references = new Map<string, Promise<Reference>>();
  for (let number = 0; number < MOST; number += 1) {
    const scenario = pick(SCENARIOS, random);
    const wire = pick(WIRES, random);
    const key = `${wire} ${scenario.name}`;
    try {
      const measured = references.get(key) ?? measure(scenario, wire);
      references.set(key, measured);
      const reference = await measured;
      const schedule = drawSchedule(reference, number % 2 === 0 ? 1 : 2, random);
      const { violations } = await runSchedule(reference, schedule);
      if (violations[0] !== undefined) return { caughtBy: `${key} ${formatSchedule(schedule)}: ${violations[0]}`, schedules: number + 1 };
    } catch (error) {
      return { caughtBy: `${key}: ${String(error)}`, schedules: number + 1 };
    }
  }
  return { schedules: MOST };
}
