import { describe, expect, it } from 'vitest';
import type { Wire } from '../support/rig.ts';
import { everySingleFault } from './draw.ts';
import { faultOf } from './faults.ts';
import { measure, runSchedule } from './run-schedule.ts';
import { scenarioNamed } from './scenarios.ts';
import { formatSchedule } from './schedule.ts';

const FAULTS: Readonly<Partial<Record<Wire, readonly string[]>>> = {
  enet: ['disconnect', 'disconnect-after', 'nrc:31', 'not-stored', 'lies', 'lies:flipped', 'interrupt'],
  elm327: ['unplug', 'unplug:sent', 'nrc:31', 'not-stored', 'lies', 'lies:flipped', 'interrupt'],
};

describe.each(Object.entries(FAULTS) as [Wire, readonly string[]][])('the job over %s', (wire, kinds) => {
  it.each(kinds)('keeps its word where the fault is %s, once and for good, at every step', { timeout: 120_000 }, async (kind) => {
    const reference = await measure(scenarioNamed('one-bit'), wire);
    const broken: string[] = [];
    let effective = 0;
    for (const schedule of everySingleFault(reference, [faultOf(kind)])) {
      const run = await runSchedule(reference, schedule);
      if (run.effective) effective += 1;
      broken.push(...run.violations.map((violation) => `${formatSchedule(schedule)}: ${violation}`));
    }
    expect(broken).toEqual([]);
    expect(effective).toBeGreaterThan(0);
  });
});
