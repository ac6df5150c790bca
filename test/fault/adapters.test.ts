import { describe, expect, it } from 'vitest';
import { diffStates } from '../../src/mock/index.ts';
import { ADAPTERS, Rig, type Wire } from '../support/rig.ts';
import { drawSchedule, randomFrom } from './draw.ts';
import { measure, runSchedule } from './run-schedule.ts';
import { scenarioNamed } from './scenarios.ts';
import { formatSchedule } from './schedule.ts';

const SEED = Number(process.env['KOMBI_SEED'] ?? '20261120');
/** Of each adapter; `npm run test:faults` draws more. */
const SCHEDULES = 12;
const ONE_BIT = scenarioNamed('one-bit');
const EDIT = 'KOMBI:3301/CC_ACTIVIERUNG_5.5.3=0';

describe('the job over every adapter that may write', () => {
  it.each(ADAPTERS)(`%s: is done, and keeps its word in ${SCHEDULES} schedules of one fault (KOMBI_SEED=${SEED})`, async (name) => {
    const reference = await measure(ONE_BIT, `elm327:${name}`);
    expect(reference.outcome).toMatchObject({ exit: 0, vehicle: 'changed' });
    const random = randomFrom(SEED + name.length);
    const broken: string[] = [];
    for (let number = 0; number < SCHEDULES; number += 1) {
      const schedule = drawSchedule(reference, 1, random);
      const { violations } = await runSchedule(reference, schedule);
      broken.push(...violations.map((violation) => `${formatSchedule(schedule)}: ${violation}`));
    }
    expect(broken).toEqual([]);
  });

  // Over a bad line the job may end anywhere; what it says of the car is true all the same.
  it.each(['elm327:lossy', 'elm327:brown-out'] as const)('keeps its word over a bad line: %s', async (wire: Wire) => {
    const good = await measure(ONE_BIT, 'elm327');
    const broken: string[] = [];
    for (const seed of [0, 1, 2]) {
      const schedule = seed === 0 ? { job: [], recovery: [] } : drawSchedule(good, 1, randomFrom(SEED + seed));
      const { violations } = await runSchedule({ ...good, wire }, schedule);
      broken.push(...violations.map((violation) => `${formatSchedule(schedule)}: ${violation}`));
    }
    expect(broken).toEqual([]);
  });
});

describe('the job over an adapter that must not write', () => {
  it.each([
    ['clone-wican', 'adapter.unfit', 3],
    ['silent-acceptor', 'adapter.unfit', 3],
    ['not-elm', 'link.not-an-elm327', 8],
  ] as const)('%s: is refused as %s, exit %i, and the whole car is as it was', async (name, code, exit) => {
    const rig = new Rig({ wire: `elm327:${name}`, profile: 'f06-short' });
    try {
      let writes = 0;
      rig.onSend = ([service]) => {
        if (service === 0x2e || service === 0x10 || service === 0x11) writes += 1;
      };
      expect(await rig.code([EDIT])).toMatchObject({ code, exit, vehicle: 'untouched' });
      expect(writes).toBe(0);
      expect(diffStates(rig.before, rig.car.exportState())).toEqual([]);
    } finally {
      await rig.dispose();
    }
  });
});
