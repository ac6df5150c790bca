// One end of a measurement of many cars at once, in a process of its own; it tells its result by message.
//   cars <count>        so many mock cars, each on a port of its own; tells the ports
//   batch <ports>       makes a backup of each, all at once; tells how long that took
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a unit takes for an answer, so that waiting for it is most of the time. */
const REPLY_MS = 20;
/** Without the gateway: nobody knows its blocks, and two thousand questions would be most of the work. */
const ECUS = [0x12, 0x40, 0x60, 0x61, 0x63, 0x72];

const roles = { cars, batch };
const [role, ...args] = process.argv.slice(2);
process.once('disconnect', () => process.exit());
process.send(await roles[role](...args));

async function cars(count) {
  const { loadProfile, startHsfzServer, startMockCar } = await import('../../dist/mock/index.js');
  const profile = loadProfile('f06-sos');
  const ecus = new Map([...profile.ecus].filter(([address]) => ECUS.includes(address)));
  for (const [address, ecu] of ecus) ecus.set(address, { ...ecu, timing: { ...ecu.timing, replyMs: REPLY_MS } });
  const ports = [];
  for (let index = 1; index <= Number(count); index += 1) {
    const vin = `WBATESTV1N${String(index).padStart(7, '0')}`;
    ports.push((await startHsfzServer(startMockCar({ profile: { ...profile, ecus, vin } }))).port);
  }
  return ports;
}

async function batch(list) {
  const [{ systemClock }, { createLink }, { loadCatalog }, { openArchive }, { runBatch, workOnCars }] = await Promise.all([
    import('../../dist/core/index.js'),
    import('../../dist/transport/index.js'),
    import('../../dist/catalog/index.js'),
    import('../../dist/archive/index.js'),
    import('../../dist/job/batch/index.js'),
  ]);
  const ports = list.split(',');
  const folder = mkdtempSync(join(tmpdir(), 'kombi-bench-'));
  try {
    const entries = ports.map((port) => ({
      label: port,
      link: `enet://127.0.0.1:${port}`,
      actions: ['backup'],
      edits: [],
      partial: false,
    }));
    const work = workOnCars({
      open: createLink,
      catalog: loadCatalog(),
      archive: openArchive(folder),
      tool: { name: 'kombi', version: 'bench' },
    });
    const startMs = performance.now();
    const { outcomes } = await runBatch(entries, { jobs: ports.length, deadlineMs: 120_000, clock: systemClock, work });
    const ms = performance.now() - startMs;
    const failed = outcomes.find((outcome) => !outcome?.ok);
    if (failed !== undefined) throw new Error(`${failed.label}: ${failed.error?.message}`);
    return ms;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
