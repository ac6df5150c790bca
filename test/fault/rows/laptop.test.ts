import { describe, expect, it } from 'vitest';
import { diffStates } from '../../../src/mock/index.ts';
import { type DiskCall, diskError } from '../../support/memory-disk.ts';
import { Rig } from '../../support/rig.ts';
import { BIT, BOTH, expectEnding, journals, pullPlugAfter, row, TWO_BLOCKS, whenSent } from './row.ts';

const WRITE = [0x2e, 0x33, 0x01];
const READ = [0x22, 0x33, 0x01];

describe('the disk', () => {
  row(
    36,
    'full before the backup',
    { wires: BOTH, run: failing(({ path }) => path.includes('/backups/'), 'ENOSPC') },
    { ending: 'U', cause: /full|space/i, journals: [], beforePlan: true },
  );
  row(
    36,
    'full before BEGIN',
    { wires: BOTH, run: failing(({ path }) => path.includes('/journals/'), 'ENOSPC') },
    { ending: 'U', cause: /full|space/i, journals: [] },
  );
  row(
    36,
    'full after BEGIN: the reserve covers the rest',
    {
      wires: BOTH,
      run(rig) {
        whenSent(rig, [0x10, 0x03], () => {
          rig.disk.capacity = rig.disk.used();
        });
        return rig.code([BIT]);
      },
    },
    { ending: 'V/0', cause: /^/ },
  );
  row(37, 'EIO at the first intent', { wires: BOTH, run: failingAtIntent(1) }, { ending: 'U', cause: /cannot be written/i });
  row(37, 'EIO at the second intent', { wires: BOTH, run: failingAtIntent(2) }, { ending: 'V/4', cause: /cannot be written/i });
  row(
    38,
    'fsync of the backup fails',
    { wires: BOTH, run: failing(({ operation, path }) => operation === 'sync' && path.includes('/backups/'), 'EIO') },
    { ending: 'U', cause: /The disk did not confirm/, journals: [], beforePlan: true },
  );
  row(
    38,
    'fsync of BEGIN fails',
    { wires: BOTH, run: failing(({ operation, path }) => operation === 'sync' && path.includes('/journals/'), 'EIO') },
    { ending: 'U', cause: /The disk did not confirm/, journals: [] },
  );
  row(
    38,
    'fsync of the folder fails',
    { wires: BOTH, run: failing(({ operation, path }) => operation === 'syncDirectory' && path.includes('/journals'), 'EIO') },
    { ending: 'U', cause: /The disk did not confirm/, journals: [] },
  );

  for (const wire of BOTH) {
    it(`row 38: a failed fsync is never asked again, and nothing is written behind it · ${wire}`, async () => {
      const rig = new Rig({ wire, profile: 'f06-short' });
      let syncs = 0;
      let writes = 0;
      whenSent(rig, [0x10, 0x03], () => {
        rig.onDisk = ({ operation }) => {
          if (operation !== 'sync') return;
          syncs += 1;
          throw diskError('EIO');
        };
        whenSent(rig, WRITE, () => {
          writes += 1;
        });
      });
      const outcome = await rig.code([BIT]);
      expect(outcome).toMatchObject({ exit: 5, vehicle: 'unknown' });
      expect({ syncs, writes }).toEqual({ syncs: 1, writes: 0 });
      await rig.heal();
      expect(diffStates(rig.before, rig.car.exportState())).toEqual([]);
      expect(await rig.recover()).toMatchObject({ exit: 4, vehicle: 'restored' });
      expect(diffStates(rig.before, rig.car.exportState())).toEqual([]);
      await rig.dispose();
    });
  }
});

describe('the process', () => {
  for (const wire of BOTH) {
    it(`row 39: interrupted before the first write: U, 130 · ${wire}`, async () => {
      const rig = new Rig({ wire, profile: 'f06-short' });
      const controller = new AbortController();
      whenSent(rig, READ, () => controller.abort(), 5);
      await expectEnding(rig, await rig.code([BIT], controller.signal), { ending: 'U', exit: 130, cause: /Interrupted/ });
      await rig.dispose();
    });

    it(`row 39: interrupted while the first of two blocks is written: that block is finished, then put back · ${wire}`, async () => {
      const rig = new Rig({ wire, profile: 'f06-short' });
      const controller = new AbortController();
      whenSent(rig, WRITE, () => controller.abort());
      await expectEnding(rig, await rig.code(TWO_BLOCKS, controller.signal), { ending: 'V/4', cause: /Interrupted/ });
      await rig.dispose();
    });

    it(`row 40: killed at the write: the next command refuses and names recover, which mends · ${wire}`, async () => {
      const rig = new Rig({ wire, profile: 'f06-short' });
      whenSent(rig, WRITE, () => rig.die());
      expect((await rig.code([BIT])).code).toBe('died');
      rig.restart('synced');
      await rig.heal();
      const next = await rig.code([BIT]);
      expect(next).toMatchObject({ exit: 5, code: 'job.open', vehicle: 'unknown' });
      expect(next.message).toContain('WBA6C92010D000002');
      expect(next.hint).toContain('kombi recover');
      expect(await journals(rig)).toEqual(['OPEN']);
      expect(await rig.recover()).toMatchObject({ exit: 4, vehicle: 'restored' });
      expect(diffStates(rig.before, rig.car.exportState())).toEqual([]);
      expect(rig.violations).toEqual([]);
      await rig.dispose();
    });

    it(`row 41: killed at the write, killed again in the recovery at the write back · ${wire}`, async () => {
      const rig = new Rig({ wire, profile: 'f06-short' });
      // The bytes arrive before the process goes.
      whenSent(rig, WRITE, () => whenSent(rig, READ, () => rig.die()));
      rig.addFault('stores:F3,service=2E,did=3301,times=1');
      await rig.code([BIT]);
      rig.restart('synced');
      await rig.heal();
      whenSent(rig, WRITE, () => rig.die());
      expect((await rig.recover()).code).toBe('died');
      rig.restart('torn');
      await rig.heal();
      expect(await journals(rig)).toEqual(['OPEN']);
      expect(await rig.recover()).toMatchObject({ exit: 4, vehicle: 'restored' });
      expect(diffStates(rig.before, rig.car.exportState())).toEqual([]);
      expect(rig.violations).toEqual([]);
      await rig.dispose();
    });

    it(`row 41: recover --forward killed again and again at the write never makes a third one · ${wire}`, async () => {
      const rig = new Rig({ wire, profile: 'f06-short' });
      whenSent(rig, WRITE, () => rig.die());
      await rig.code([BIT]);
      rig.restart('synced');
      whenSent(rig, WRITE, () => rig.die());
      expect((await rig.recover({ forward: true })).code).toBe('died');
      rig.restart('synced');
      let writes = 0;
      whenSent(rig, WRITE, () => {
        writes += 1;
      });
      const third = await rig.recover({ forward: true });
      expect(third).toMatchObject({ exit: 5, vehicle: 'unknown' });
      expect(third.message).toContain('was written as often as a job may');
      expect(writes).toBe(0);
      expect(await rig.recover()).toMatchObject({ exit: 4, vehicle: 'restored' });
      expect(diffStates(rig.before, rig.car.exportState())).toEqual([]);
      expect(rig.violations).toEqual([]);
      await rig.dispose();
    });

    it(`row 48: a rotten line of the journal: the old bytes come from the backup · ${wire}`, async () => {
      const rig = await interrupted(wire);
      rot(rig, '.jsonl', '"INTENT"');
      expect((await rig.recover()).exit).toBe(0);
      await rig.dispose();
    });

    it(`row 48: BEGIN is rotten: exit 9, nothing written, and the backup is named · ${wire}`, async () => {
      const rig = await interrupted(wire);
      const interruptedState = rig.car.exportState();
      rot(rig, '.jsonl', '"BEGIN"');
      const outcome = await rig.recover();
      expect(outcome).toMatchObject({ exit: 9, code: 'archive.damaged', vehicle: 'unknown' });
      expect(outcome.hint).toMatch(/backup verify --against-car/);
      expect(diffStates(interruptedState, rig.car.exportState())).toEqual([]);
      await rig.dispose();
    });

    it(`row 48: journal and backup both rotten: exit 9, nothing written · ${wire}`, async () => {
      const rig = await interrupted(wire);
      const interruptedState = rig.car.exportState();
      rot(rig, '.jsonl', '"INTENT"');
      rot(rig, '.json', '"rows"');
      expect(await rig.recover()).toMatchObject({ exit: 9 });
      expect(diffStates(interruptedState, rig.car.exportState())).toEqual([]);
      await rig.dispose();
    });
  }
});

describe('the clock', () => {
  for (const [name, jumpMs] of [
    ['forward', 365 * 86_400_000],
    ['back', -365 * 86_400_000],
  ] as const) {
    row(
      44,
      `a year ${name} before the write`,
      {
        wires: BOTH,
        run(rig) {
          whenSent(rig, [0x10, 0x03], () => {
            rig.clock.asleepMs = jumpMs;
          });
          return rig.code([BIT]);
        },
      },
      { ending: 'V/0', cause: /^/ },
    );
  }
});

function failing(where: (call: DiskCall) => boolean, code: string) {
  return (rig: Rig) => {
    rig.onDisk = (call) => {
      if (call.operation !== 'readFile' && call.operation !== 'unlink' && where(call)) throw diskError(code);
    };
    return rig.code([BIT]);
  };
}

/** Fails the write of the journal in front of the `nth` block's first `2E`. */
function failingAtIntent(nth: number) {
  return (rig: Rig) => {
    let intents = 0;
    rig.onDisk = ({ operation, path }) => {
      if (operation !== 'write' || !path.endsWith('.jsonl') || path.includes('.tmp')) return;
      intents += 1;
      if (intents === INTENT_WRITES[nth - 1]) throw diskError('EIO');
    };
    return rig.code(TWO_BLOCKS);
  };
}

/** The journal is appended to by INTENT, RESULT and SEEN of each block. */
const INTENT_WRITES = [1, 4];

async function interrupted(wire: Rig['wire']): Promise<Rig> {
  const rig = new Rig({ wire, profile: 'f06-short' });
  whenSent(rig, WRITE, () => pullPlugAfter(rig));
  expect((await rig.code([BIT])).exit).toBe(5);
  await rig.heal();
  return rig;
}

/** Flips one bit in the first file of a kind, behind a word in it. */
function rot(rig: Rig, extension: string, word: string): void {
  const path = rig.disk.files().find((file) => file.endsWith(extension) && file.includes('/vehicles/'));
  if (path === undefined) throw new Error(`there is no ${extension}`);
  const bytes = rig.disk.bytesOf(path);
  const at = Buffer.from(bytes).indexOf(word) + word.length + 6;
  bytes[at] = (bytes[at] ?? 0) ^ 0x01;
}
