import { expect, it } from 'vitest';
import { loadCatalog, type Recipe } from '../../../src/catalog/index.ts';
import { type Did, type EcuAddress, toHex, VirtualClock } from '../../../src/core/index.ts';
import { checkRecipe, checkRecipes, openCar } from '../../../src/job/index.ts';
import { startMockCar } from '../../../src/mock/index.ts';
import { enetInMemory } from '../../support/enet-in-memory.ts';

const CATALOG = loadCatalog();
const CLUSTER = 0x60 as EcuAddress;
const NOBODY = 0x99 as EcuAddress;
const MASKS = 0x3301 as Did;
/** The functional address: who looks for the ECUs of a car asks it as often as it likes. */
const EVERYBODY = 'df';

/** A car, and how often it was asked what since it was opened. */
async function openCounted() {
  const transport = enetInMemory(startMockCar({ profile: 'f30-328i', clock: new VirtualClock() }));
  const asked = new Map<string, number>();
  const send = transport.send.bind(transport);
  transport.send = (target, payload, signal) => {
    const request = `${target.toString(16)} ${toHex(payload)}`;
    asked.set(request, (asked.get(request) ?? 0) + 1);
    return send(target, payload, signal);
  };
  const car = await openCar(transport, { catalog: CATALOG, readOnly: true });
  asked.clear();
  return { car, asked };
}

it('asks an ECU the same once for all recipes, and finds of each what it finds alone', async () => {
  const { car, asked } = await openCounted();
  const checks = await checkRecipes(car, CATALOG.recipes);
  expect(asked.get('60 223301')).toBe(1);
  expect([...asked].filter(([request, times]) => times > 1 && !request.startsWith(EVERYBODY))).toEqual([]);
  for (const id of ['sos-call-failure', 'start-stop-off', 'side-cameras-stay']) {
    const index = CATALOG.recipes.findIndex((recipe) => recipe.id === id);
    expect(await checkRecipe(car, CATALOG.recipes[index] as Recipe)).toEqual(checks[index]);
  }
  expect(asked.get('60 223301')).toBeGreaterThan(1);
  await car.dispose();
});

it('asks again behind a link opened anew, where another car may be, but not who was silent', async () => {
  const { car, asked } = await openCounted();
  using _memory = car.client.rememberReads();
  for (let round = 0; round < 2; round += 1) {
    for (let time = 0; time < 2; time += 1) {
      await car.client.readDid(CLUSTER, MASKS);
      await expect(car.client.readDid(NOBODY, MASKS)).rejects.toMatchObject({ code: 'ecu.absent' });
    }
    await car.client.reopen();
  }
  expect([asked.get('60 223301'), asked.get('99 223301')]).toEqual([2, 1]);
  await car.dispose();
});
