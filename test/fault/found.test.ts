import { expect, it } from 'vitest';
import type { Wire } from '../support/rig.ts';
import { measure, runSchedule } from './run-schedule.ts';
import { scenarioNamed } from './scenarios.ts';
import { parseSchedule } from './schedule.ts';

/** Schedules that the campaign found to break a promise: each is kept, with the promise. */
const FOUND: readonly (readonly [promise: string, wire: Wire, scenario: string, schedule: string])[] = [
  ['a link opened anew between identification and write leads to nobody else', 'elm327', 'byte-edit', 'cf-lost@154 other-vin@28'],
  ['a write back refused for the state of the car can be made later', 'enet', 'recover', 'ignition-off@19'],
  ['an ECU that does not tell its SVK has not lost its CAFD', 'enet', 'recover-forward', 'nrc:35@26'],
  ['an ECU that lost its CAFD ends the job as stuck, in recovery too', 'enet', 'interrupted', 'lose-cafd@47 announce@44'],
  ['one refused write back is no stuck block', 'elm327', 'interrupted', 'nrc:11@43'],
  ['one refused write back is none in recovery either', 'enet', 'recover', 'nrc:24@20'],
  ['an ECU that does not tell its SVK is what refuses, not the words', 'elm327', 'two-blocks', 'sleep@103 nrc:93@3'],
  ['a refused read does not undo the write before it', 'enet', 'two-blocks', 'nrc:83@40 lies@0'],
  ['a serial that was not told when the job began tells nobody apart', 'elm327', 'two-blocks', 'nrc:33@4 nrc:24@30'],
  ['a job cut between two blocks is not done', 'elm327', 'two-ecus', 'nrc:12@25 power-cut@101'],
];

it.each(FOUND)('%s (%s %s %s)', async (_promise, wire, scenario, schedule) => {
  const { violations } = await runSchedule(await measure(scenarioNamed(scenario), wire), parseSchedule(schedule));
  expect(violations).toEqual([]);
});
