import { afterEach, describe, expect, it } from 'vitest';
import { loadCatalog } from '../../../src/catalog/index.ts';
import { parseEdit } from '../../../src/coding/index.ts';
import { openCar, planCoding } from '../../../src/job/index.ts';
import { diffStates, loadProfile, type Profile } from '../../../src/mock/index.ts';
import { Rig, type RigOptions, type Wire } from '../../support/rig.ts';

const EDIT = '60:3301.@25.3=0';
const CLUSTER = 0x60;
const rigs: Rig[] = [];

function workshop(options: RigOptions): Rig {
  const rig = new Rig(options);
  rigs.push(rig);
  return rig;
}

/** A short mock car with other I-levels, or a cluster that is another. */
function carWith(change: { readonly iLevels?: readonly string[]; readonly series?: string; readonly cluster?: object }): Profile {
  const profile = loadProfile('f06-short');
  const cluster = profile.ecus.get(CLUSTER);
  if (cluster === undefined) throw new Error('the car has no cluster');
  return {
    ...profile,
    iLevels: [...(change.iLevels ?? profile.iLevels)],
    order: { ...profile.order, series: change.series ?? profile.order.series },
    ecus: new Map([...profile.ecus, [CLUSTER, { ...cluster, ...change.cluster }]]),
  };
}

afterEach(async () => {
  for (const rig of rigs.splice(0)) {
    expect(rig.violations).toEqual([]);
    await rig.dispose();
  }
});

describe.each(['enet', 'elm327'] as const)('signed coding over %s', (wire: Wire) => {
  it('is refused by the I-level of a G-series car, before anything is written or saved', async () => {
    const rig = workshop({ wire, profile: carWith({ series: 'G005', iLevels: ['S18A-22-07-505', 'S18A-22-07-505', 'S18A-19-11-500'] }) });
    expect(await rig.code([EDIT])).toMatchObject({
      exit: 3,
      code: 'car.signed-coding',
      vehicle: 'untouched',
      message: expect.stringContaining('G05 has I-level S18A-22-07-505'),
      hint: expect.stringContaining('no valid signature'),
    });
    expect(diffStates(rig.before, rig.car.exportState())).toEqual([]);
    expect(await rig.archive().listBackups()).toEqual([]);
  });

  it('does not keep an older G-series car from being coded', async () => {
    const rig = workshop({ wire, profile: carWith({ series: 'G031', iLevels: ['S15A-17-11-540', 'S15A-17-11-540', 'S15A-17-03-509'] }) });
    expect(await rig.code([EDIT])).toMatchObject({ exit: 0, vehicle: 'changed' });
    expect(diffStates(rig.before, rig.car.exportState()).map(({ path }) => path)).toEqual(['ecus.60.blocks.3301.@25.3']);
  });

  it('is refused where the cluster already stores that its signature is not valid', async () => {
    const stored = { code: 0x02600a, status: 0x2c, km: 0, seconds: 0, occurrences: 1, present: true };
    const rig = workshop({ wire, profile: carWith({ cluster: { troubleCodes: [stored] } }) });
    expect(await rig.code([EDIT])).toMatchObject({
      exit: 3,
      code: 'car.signed-coding',
      vehicle: 'untouched',
      message: expect.stringContaining('KOMBI stores 02600A'),
    });
    expect(diffStates(rig.before, rig.car.exportState())).toEqual([]);
  });

  it('is put back where the cluster complains of its signature afterwards', async () => {
    const rig = workshop({ wire, profile: carWith({ cluster: { secureCoding: 'complains' } }) });
    expect(await rig.code([EDIT])).toMatchObject({
      exit: 4,
      code: 'car.signed-coding',
      vehicle: 'restored',
      message: expect.stringContaining('stores 02600A since it was coded'),
    });
    // The old bytes are back; that the cluster complained once, it remembers.
    expect(diffStates(rig.before, rig.car.exportState()).map(({ path }) => path)).toEqual(['ecus.60.troubleCodes.0']);
  });

  it('leaves the way back: what was coded before the car was updated can be undone and restored', async () => {
    const rig = workshop({ wire, profile: carWith({}) });
    expect(await rig.code([EDIT])).toMatchObject({ exit: 0 });
    Object.assign(rig.car.profile, { iLevels: ['S18A-22-07-505', 'F010-15-03-505', 'F010-15-03-502'] });
    expect(await rig.code(['60:3301.@25.4=0'])).toMatchObject({ exit: 3, code: 'car.signed-coding' });
    expect(await rig.undo()).toMatchObject({ exit: 0, vehicle: 'changed' });
    expect(diffStates(rig.before, rig.car.exportState())).toEqual([]);
  });
});

describe('a unit that holds a signature', () => {
  it('is planned for with a word on what is not known of it', async () => {
    const signature = Uint8Array.from({ length: 132 }, (_, index) => (index === 3 ? 0x20 : index < 4 ? 0 : 0x55));
    const profile = carWith({});
    const cluster = profile.ecus.get(CLUSTER);
    const real = carWith({
      cluster: {
        blocks: new Map([...(cluster?.blocks ?? []), [0x37f1, signature]]),
        software: { ...cluster?.software, entries: ['CAFD_00000069_007_002_050'] },
      },
    });
    const rig = workshop({ wire: 'enet', profile: real });
    const car = await openCar(await rig.link(), { catalog: loadCatalog() });
    const plan = await planCoding(car, [parseEdit(EDIT)]);
    await car.dispose();
    expect(plan.notes).toContainEqual({ code: 'signature-block', text: expect.stringMatching(/37F1.*not publicly known/) });
  });
});
