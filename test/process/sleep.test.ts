import { describe, expect, it } from 'vitest';
import { diffStates } from '../../src/mock/index.ts';
import { Rig, type Wire } from '../support/rig.ts';

const SLEPT_MS = 60_000;
const EDITS = ['KOMBI:3301/CC_ACTIVIERUNG_5.5.3=0', '60:3000.@04=5D:5C'];

/** One job, the computer asleep right before a barrier; none where it passes fewer. */
async function sleepAt(wire: Wire, barrier: number) {
  const rig = new Rig({ wire, profile: 'f06-short' });
  let passed = 0;
  rig.onBarrier = () => {
    if (passed === barrier) rig.clock.asleepMs += SLEPT_MS;
    passed += 1;
  };
  try {
    const { exit, message } = await rig.code(EDITS);
    const changed = diffStates(rig.before, rig.car.exportState()).length;
    return { exit, message, changed, passed, violations: rig.violations };
  } finally {
    await rig.dispose();
  }
}

// Simulated, unlike its neighbours: a suspended process (signal.test.ts) sees no gap between calendar and clock.
describe.each<Wire>(['enet', 'elm327'])('a laptop that sleeps, over %s', (wire) => {
  it('finishes the job over a link opened anew, wherever it slept', { timeout: 120_000 }, async () => {
    const undisturbed = await sleepAt(wire, -1);
    const wrong: string[] = [];
    let reopened = 0;
    for (let barrier = 0; barrier < undisturbed.passed; barrier += 1) {
      const { exit, message, changed, passed, violations } = await sleepAt(wire, barrier);
      // A link opened anew has the car identified again, which passes more barriers.
      if (passed > undisturbed.passed) reopened += 1;
      if (exit !== 0 || changed !== undisturbed.changed || violations.length > 0) {
        wrong.push(`asleep at ${barrier}: exit ${exit}, ${changed} bits changed: ${message} ${violations.join()}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(reopened).toBeGreaterThan(0);
  });
});
