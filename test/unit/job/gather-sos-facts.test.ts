import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadCatalog } from '../../../src/catalog/index.ts';
import { gatherSosFacts, openCar } from '../../../src/job/index.ts';
import { registerMockLink } from '../../../src/mock-link.ts';
import { createLink } from '../../../src/transport/index.ts';

/** A real car; its unit at 61 answers zeros for its VIN. */
const G31 = fileURLToPath(new URL('../../../../shared/data/recordings/g31-coding.txt', import.meta.url));

registerMockLink();
const catalog = loadCatalog();

/** In virtual time, over a connection that takes no write. */
async function gathered(car: string) {
  const open = await openCar(await createLink(`mock:${car}`, {}), { catalog, readOnly: true, timeoutMs: 500 });
  try {
    return await gatherSosFacts(open);
  } finally {
    await open.dispose();
  }
}

describe('the facts of a car', () => {
  it('are its codes, messages, age, units, and whether the message is hidden', async () => {
    const facts = await gathered('f06-short?link=elm327&baud=115200');
    expect(facts).toMatchObject({
      vehicle: { series: 'F06', productionDate: '2015-03' },
      coding: { rule: 'plain' },
      voltage: 13.395,
      unit: { vin: 'WBA6C92010D000002', built: '2015-03-12' },
      faults: [{ ecu: 0x61, code: 'B7F341', present: true }],
      faultsToldBy: [0x60, 0x61],
      messages: { active: [299] },
      hidden: [],
      compared: [],
    });
  });

  it('leave out what a unit refuses, is silent about or does not have', async () => {
    const refused = await gathered(
      'f06-short?link=elm327&baud=115200&fault=nrc:22,service=19,ecu=61&fault=nrc:31,service=22,did=2521&fault=nrc:31,service=22,did=D10B',
    );
    expect(refused).toMatchObject({ faults: [], faultsToldBy: [0x60], messages: undefined });
    const silent = await gathered('f06-short?link=elm327&baud=115200&fault=ignore,ecu=61');
    expect(silent.ecus).toContainEqual({ address: 0x61, name: 'ATM', answers: false });
    expect(silent).toMatchObject({ faults: [], faultsToldBy: [0x60], unit: { vin: undefined, built: undefined } });
    const old = await gathered('e84-x1?link=elm327&baud=115200');
    expect(old).toMatchObject({ coding: { rule: 'e-series' }, messages: undefined, hidden: undefined });
  });

  it.skipIf(!existsSync(G31))('of a recorded G31 name no VIN of its unit (needs ../shared/data/recordings/g31-coding.txt)', async () => {
    const facts = await gathered(`${G31}?link=elm327&baud=115200`);
    expect(facts).toMatchObject({
      vehicle: { series: 'G31' },
      unit: { vin: undefined },
      faultsToldBy: [0x60, 0x61, 0x63],
      messages: undefined,
    });
  });
});
