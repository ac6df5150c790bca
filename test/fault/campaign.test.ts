import { expect, it } from 'vitest';
import type { Wire } from '../support/rig.ts';
import { drawSchedule, pick, randomFrom } from './draw.ts';
import { measure, type Reference, runSchedule } from './run-schedule.ts';
import { SCENARIOS } from './scenarios.ts';
import { formatSchedule } from './schedule.ts';

const SCHEDULES = 500;
const WIRES: readonly Wire[] = ['enet', 'elm327'];
const SEED = Number(process.env['KOMBI_SEED'] ?? '20261120');

it(`keeps every promise in ${SCHEDULES} schedules of one and two faults, over ENET and ELM327 (KOMBI_SEED=${SEED})`, {
  timeout: 300_000,
}, async () => {
  const random = randomFrom(SEED);
  const references = new Map<string, Promise<Reference>>();
  const broken: string[] = [];
  let effective = 0;
  for (let number = 0; number < SCHEDULES; number += 1) {
    const scenario = pick(SCENARIOS, random);
    const wire = pick(WIRES, random);
    const key = `${wire} ${scenario.name}`;
    const measured = references.get(key) ?? measure(scenario, wire);
    references.set(key, measured);
    const reference = await measured;
    const schedule = drawSchedule(reference, number % 2 === 0 ? 1 : 2, random);
    const run = await runSchedule(reference, schedule);
    if (run.effective) effective += 1;
    if (run.violations.length > 0) broken.push(`${key}: ${formatSchedule(schedule)}\n  ${run.violations.join('\n  ')}`);
  }
  expect(broken.join('\n')).toBe('');
  // A campaign that disturbs nothing proves nothing.
  expect(effective).toBeGreaterThan(SCHEDULES / 3);
});
