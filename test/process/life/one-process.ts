import { getEventListeners } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openArchive } from '../../../src/archive/index.ts';
import { loadCatalog } from '../../../src/catalog/index.ts';
import { parseEdit } from '../../../src/coding/index.ts';
import { VirtualClock } from '../../../src/core/index.ts';
import { backUp, Car, carryOut, lockCar, newJobId, planCoding } from '../../../src/job/index.ts';
import { plugIn } from '../../../src/mock/elm327/index.ts';
import { diffStates, startMockCar } from '../../../src/mock/index.ts';
import { createMockSerialPort } from '../../../src/mock/serial/index.ts';
import { createElm327Transport } from '../../../src/transport/elm327/index.ts';
import type { Transport } from '../../../src/transport/index.ts';
import { openSerialStream } from '../../../src/transport/serial/index.ts';
import { enetInMemory } from '../../support/enet-in-memory.ts';
import { type Growth, growthOf } from './growth.ts';
import { type Holdings, holdings, leftInArchive } from './leftovers.ts';

const TOOL = { name: 'kombi', version: 'test' };
const BAUD = 115_200;
/** A new archive after so many jobs: each job reads all journals of its car. */
const JOBS_PER_ARCHIVE = 50;
const MEASUREMENTS = 100;

/** One car, one process, and job after job over both wires by turns: each changes a bit, the next changes it back. */
export async function liveInOneProcess(jobs: number, tell: (text: string) => void): Promise<Growth> {
  const clock = new VirtualClock();
  const mock = startMockCar({ profile: 'f06-short', clock });
  const begin = mock.exportState();
  const path = '/dev/life';
  const adapter = plugIn(mock, { baud: BAUD });
  const { binding } = await createMockSerialPort(adapter, { path });
  const elm327 = (): Transport =>
    createElm327Transport({
      open: openSerialStream({ path, baudRate: BAUD, clock, binding }),
      clock,
      description: 'ELM327 for life',
      portName: undefined,
    });
  const catalog = loadCatalog();
  // As Ctrl-C is: one for the program's whole life.
  const { signal } = new AbortController();
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'kombi-life-'));
  const measured: Holdings[] = [];
  const violations: string[] = [];
  try {
    for (let job = 0; job < jobs; job += 1) {
      const archiveFolder = join(folder, String(Math.floor(job / JOBS_PER_ARCHIVE)));
      const archive = openArchive(archiveFolder);
      const car = await Car.open(job % 4 < 2 ? enetInMemory(mock) : elm327(), { catalog, signal });
      try {
        await using lock = await lockCar(car, archive);
        const plan = await planCoding(car, [parseEdit(`KOMBI:3301/CC_ACTIVIERUNG_5.5.3=${job % 2}`)]);
        const backup = await backUp(car, archive, { ecus: plan.ecus.map(({ address }) => address), tool: TOOL, txid: newJobId() });
        await carryOut(car, plan, { archive, lock, backup, tool: TOOL, signal });
      } finally {
        await car.dispose();
      }
      if ((job + 1) % JOBS_PER_ARCHIVE === 0) {
        violations.push(...leftInArchive(archiveFolder));
        rmSync(archiveFolder, { recursive: true });
      }
      const changed = diffStates(begin, mock.exportState()).length;
      if (changed !== (job + 1) % 2) violations.push(`job ${job} left ${changed} bits changed`);
      if ((job + 1) % Math.ceil(jobs / MEASUREMENTS) === 0) {
        measured.push(await holdings());
        if (measured.length % 10 === 0) tell(`${job + 1} jobs: ${JSON.stringify(measured.at(-1))}`);
      }
    }
  } finally {
    adapter.close();
    mock.close();
    rmSync(folder, { recursive: true, force: true });
  }
  const listeners = getEventListeners(signal, 'abort').length;
  if (listeners > 0) violations.push(`${listeners} listen to the signal still`);
  const growth = growthOf(measured, jobs);
  return { ...growth, violations: [...violations, ...growth.violations] };
}
