import { afterEach, expect, it } from 'vitest';
import { loadCatalog } from '../../../src/catalog/index.ts';
import type { EcuAddress } from '../../../src/core/index.ts';
import { Car, lockOnly, recover } from '../../../src/job/index.ts';
import { assertSameCar } from '../../../src/job/kernel/fence.ts';
import { diffStates } from '../../../src/mock/index.ts';
import { Rig } from '../../support/rig.ts';

const CLUSTER = 0x60 as EcuAddress;
const WRITE = 0x2e;
const EDIT = 'KOMBI:3301/CC_ACTIVIERUNG_5.5=FF:F7';
let rig: Rig;

afterEach(async () => {
  expect(rig.violations).toEqual([]);
  await rig.dispose();
});

it('a car whose program is being stopped is still known again', async () => {
  rig = new Rig({ wire: 'enet', profile: 'f06-short' });
  const stop = new AbortController();
  const car = await Car.open(await rig.link(), { catalog: loadCatalog(), signal: stop.signal });
  const cluster = await car.ecu(CLUSTER);
  stop.abort();
  await expect(assertSameCar(car, [cluster])).resolves.toBeUndefined();
});

it('a recovery that is being stopped puts the car in order all the same', async () => {
  rig = new Rig({ wire: 'enet', profile: 'f06-short' });
  rig.onSend = (payload) => {
    if (payload[0] === WRITE) rig.cutAfter(0);
  };
  expect(await rig.code([EDIT])).toMatchObject({ exit: 5 });
  await rig.heal();

  const stop = new AbortController();
  const car = await Car.open(await rig.link(), { catalog: loadCatalog(), signal: stop.signal });
  const archive = rig.archive();
  await using lock = await lockOnly(car, archive);
  stop.abort();
  expect(await recover(car, archive, { lock, now: () => rig.now() })).toMatchObject({ exit: 4, vehicle: 'restored' });
  expect(diffStates(rig.before, rig.car.exportState())).toEqual([]);
});
