import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  backUp,
  carryOut,
  createLink,
  dashboard,
  ecuAddress,
  loadCatalog,
  lockCar,
  openArchive,
  openCar,
  parseEdit,
  planCoding,
  planUndo,
  startHsfzServer,
  startMockCar,
} from 'kombi';
import { expect, it } from 'vitest';
import { watchEveryWrite } from '../support/watch-every-write.ts';

// kombi as a library: one bit is coded and put back, here on a mock car. A real car differs in the link alone.

// Our own tests watch each write on the wire; yours need not.
watchEveryWrite();

const tool = { name: 'my-program', version: '1.0.0' };

it('codes a bit and puts it back', async () => {
  const mock = startMockCar({ profile: 'f06-sos' });
  const gateway = await startHsfzServer(mock);
  const directory = await mkdtemp(join(tmpdir(), 'archive-'));
  const archive = openArchive(directory);
  const car = await openCar(await createLink(`enet://${gateway.host}:${gateway.port}`), { catalog: loadCatalog() });
  try {
    await using lock = await lockCar(car, archive);
    expect(dashboard(mock).shown).toContain(299);

    const plan = await planCoding(car, [parseEdit('KOMBI:3301/CC_ACTIVIERUNG_5.5.3=0')]);
    const backup = await backUp(car, archive, { ecus: [ecuAddress(0x60)], tool });
    const { job } = await carryOut(car, plan, { archive, lock, backup, tool });
    expect(dashboard(mock).hidden).toContain(299);

    const undo = await planUndo(car, archive, job);
    await carryOut(car, undo, { archive, lock, backup: await backUp(car, archive, { ecus: [ecuAddress(0x60)], tool }), tool });
    expect(dashboard(mock).shown).toContain(299);
  } finally {
    await car.dispose();
    await gateway.close();
    await rm(directory, { recursive: true });
  }
});
