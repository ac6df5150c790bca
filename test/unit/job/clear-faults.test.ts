import { afterEach, expect, it } from 'vitest';
import { loadCatalog } from '../../../src/catalog/index.ts';
import type { EcuAddress } from '../../../src/core/index.ts';
import { Car, type ClearedFaults, clearFaults, lockCar } from '../../../src/job/index.ts';
import { diffStates } from '../../../src/mock/index.ts';
import { Rig } from '../../support/rig.ts';

const EMERGENCY_CALL_UNIT = 0x61 as EcuAddress;
let rig: Rig;

afterEach(() => rig.dispose());

async function clear(): Promise<ClearedFaults> {
  const car = await Car.open(await rig.link(), { catalog: loadCatalog() });
  await using lock = await lockCar(car, rig.archive());
  return await clearFaults(car, EMERGENCY_CALL_UNIT, { lock });
}

it('clears the trouble codes of one ECU, reads what is left, and changes nothing else', async () => {
  rig = new Rig({ wire: 'enet' });
  const { before, after } = await clear();
  expect(before.map(({ code, text }) => `${code} ${text}`)).toEqual(['B7F341 backup battery defective']);
  expect(after).toEqual([]);
  const places = diffStates(rig.before, rig.car.exportState()).map(({ path }) => path);
  expect(places.length).toBeGreaterThan(0);
  expect(places.every((path) => path.startsWith('ecus.61.troubleCodes'))).toBe(true);
});

it('believes the codes, not the silence, of an ECU that clears without answering', async () => {
  rig = new Rig({ wire: 'enet', faults: ['mute,service=14'] });
  expect((await clear()).after).toEqual([]);
});

it.each([
  ['ignore,service=14', 'faults.not-cleared'],
  ['nrc:22,service=14', 'uds.negative-response'],
])('says so, with the car as before, where the ECU does not (%s)', async (fault, code) => {
  rig = new Rig({ wire: 'enet', faults: [fault] });
  await expect(clear()).rejects.toMatchObject({ code, exit: 3, vehicle: 'untouched' });
  expect(diffStates(rig.before, rig.car.exportState())).toEqual([]);
});
