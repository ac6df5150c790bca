import { describe, expect, it } from 'vitest';
import { diffStates } from '../../../src/mock/index.ts';
import { Rig } from '../../support/rig.ts';
import { BIT, BOTH, journals, pullPlugAfter, row, TWO_BLOCKS, whenSent } from './row.ts';

const WRITE = [0x2e, 0x33, 0x01];

describe('the condition of the car', () => {
  row(
    30,
    'below 12.0 V',
    { wires: BOTH, faults: ['voltage:11.5'] },
    { ending: 'U', cause: /11\.5 V; below 12\.0 V nothing is written/, journals: [] },
  );
  row(30, '12.5 V: a warning only', { wires: BOTH, faults: ['voltage:12.5'] }, { ending: 'V/0', cause: /^/ });
  row(
    30,
    'falling below 11.8 V after the first block',
    { wires: BOTH, run: afterTheFirstBlock('voltage:11.5') },
    { ending: 'V/4', cause: /fell to 11\.5 V/ },
  );
  row(31, 'ignition off', { wires: BOTH, faults: ['ignition-off'] }, { ending: 'U', cause: /ignition is off/, journals: [] });
  row(31, 'engine on', { wires: BOTH, faults: ['engine-on'] }, { ending: 'U', cause: /83 \(the engine is running\)/ });
  row(
    31,
    'ignition lost after the first block',
    { wires: BOTH, run: afterTheFirstBlock('ignition-off') },
    { ending: 'P/5', cause: /22 \(the conditions are not right\)/, recover: 4 },
  );
});

describe('another car, another unit, another value', () => {
  row(
    32,
    'the car is another one when the plan is carried out',
    { wires: BOTH, faults: ['other-vin,ecu=10,service=22,did=F190,after=1'] },
    { ending: 'U', cause: /is not the car or the ECU that the job is for/, journals: [] },
  );
  row(
    33,
    'the unit is another one when the plan is carried out',
    { wires: BOTH, faults: ['swap-ecu,ecu=60,service=22,did=F18C,after=1'] },
    { ending: 'U', cause: /serial 7E57060000006001005A instead of/, journals: [] },
  );
  for (const wire of BOTH) {
    it(`row 32: recover in another car leaves the journal open · ${wire}`, async () => {
      const rig = await interrupted(wire);
      rig.addFault('other-vin');
      const other = await rig.recover();
      expect(other).toMatchObject({ exit: 3, code: 'car.other', vehicle: 'untouched' });
      expect(other.message).toContain('WBA6C92010D000002');
      expect(await journals(rig)).toEqual(['OPEN']);
      await rig.heal();
      expect((await rig.recover()).exit).toBe(0);
      await rig.dispose();
    });

    it(`row 33: recover at another unit leaves the journal open · ${wire}`, async () => {
      const rig = await interrupted(wire);
      rig.addFault('swap-ecu,ecu=60');
      expect(await rig.recover()).toMatchObject({ exit: 3, code: 'car.other', vehicle: 'untouched' });
      expect(await journals(rig)).toEqual(['OPEN']);
      await rig.heal();
      expect((await rig.recover()).exit).toBe(0);
      await rig.dispose();
    });

    it(`row 33: undo and restore at another unit are refused · ${wire}`, async () => {
      const rig = new Rig({ wire, profile: 'f06-short' });
      await rig.code([BIT]);
      const coded = rig.car.exportState();
      rig.addFault('swap-ecu,ecu=60');
      for (const refused of [await rig.undo(), await rig.restore()]) {
        expect(refused).toMatchObject({ exit: 3, code: 'restore.other-ecu', vehicle: 'untouched' });
      }
      await rig.heal();
      expect(diffStates(coded, rig.car.exportState())).toEqual([]);
      expect(await journals(rig)).toEqual(['COMMITTED']);
      await rig.dispose();
    });

    it(`row 34: the block has changed since the plan · ${wire}`, async () => {
      const rig = new Rig({ wire, profile: 'f06-short', faults: ['ext-change,service=22,did=3301,after=4,times=1'] });
      const outcome = await rig.code([BIT]);
      expect(outcome).toMatchObject({ exit: 3, code: 'plan.stale', vehicle: 'untouched' });
      expect(outcome.message).toContain('Nothing was written to WBA6C92010D000002.');
      expect(diffStates(rig.before, rig.car.exportState())).toEqual([{ path: 'ecus.60.blocks.3301.@3F.0', before: 1, after: 0 }]);
      expect(await journals(rig)).toEqual([]);
      expect((await rig.recover()).value).toMatchObject({ state: 'nothing-open' });
      await rig.dispose();
    });

    it(`row 34: the second block has changed since the plan · ${wire}`, async () => {
      const rig = new Rig({ wire, profile: 'f06-short' });
      whenSent(rig, WRITE, () => rig.addFault('ext-change,service=22,did=3000,times=1'));
      const outcome = await rig.code(TWO_BLOCKS);
      expect(outcome).toMatchObject({ exit: 4, code: 'plan.stale', vehicle: 'restored' });
      expect(diffStates(rig.before, rig.car.exportState())).toEqual([{ path: 'ecus.60.blocks.3000.@0F.0', before: 1, after: 0 }]);
      expect(await journals(rig)).toEqual(['ROLLED_BACK']);
      await rig.dispose();
    });
  }
  row(
    35,
    'a misread while planning',
    { wires: BOTH, faults: ['misread,service=22,did=3301,times=1'] },
    { ending: 'U', cause: /reads differently each time/, journals: [], beforePlan: true },
  );
  row(
    35,
    'a misread when read back',
    { wires: BOTH, faults: ['misread,service=22,did=3301,after=8,times=1'] },
    { ending: 'V/0', cause: /^/ },
  );
});

function afterTheFirstBlock(fault: string) {
  return (rig: Rig) => {
    whenSent(rig, WRITE, () => whenSent(rig, [0x22, 0x33, 0x01], () => rig.addFault(fault)));
    return rig.code(TWO_BLOCKS);
  };
}

/** A job whose write has arrived and whose end nobody has seen. */
async function interrupted(wire: Rig['wire']): Promise<Rig> {
  const rig = new Rig({ wire, profile: 'f06-short' });
  whenSent(rig, WRITE, () => pullPlugAfter(rig));
  expect((await rig.code([BIT])).exit).toBe(5);
  await rig.heal();
  return rig;
}
