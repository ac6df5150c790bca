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
import { type Holdings, holdings, trendPercent } from './leftovers.ts';

const TOOL = { name: 'kombi', version: 'test' };
const BAUD = 115_200;
/** A new archive after so many jobs: each job reads all journals of its car. */
const JOBS_PER_ARCHIVE = 50;
const MEASUREMENTS = 100;
/** V8 compiles and recompiles for thousands of jobs: heap snapshots of this run differ in code, and in no object of ours. */
const WARM_UP = 0.5;
/** Below, a trend is all warming up. */
const MIN_JOBS_FOR_TREND = 1000;
const MAX_RSS_GROWTH_PERCENT = 5;
const MAX_HEAP_GROWTH_PERCENT = 2;

export interface LifeReport {
  readonly jobs: number;
  readonly violations: readonly string[];
  readonly [figure: string]: unknown;
}

/** One car, one process, and job after job over both wires by turns: each changes a bit, the next changes it back. */
export async function liveInOneProcess(jobs: number, tell: (text: string) => void): Promise<LifeReport> {
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
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'kombi-life-'));
  const measured: Holdings[] = [];
  const violations: string[] = [];
  try {
    for (let job = 0; job < jobs; job += 1) {
      const archiveFolder = join(folder, String(Math.floor(job / JOBS_PER_ARCHIVE)));
      const archive = openArchive(archiveFolder);
      const car = await Car.open(job % 4 < 2 ? enetInMemory(mock) : elm327(), { catalog });
      try {
        await using lock = await lockCar(car, archive);
        const plan = await planCoding(car, [parseEdit(`KOMBI:3301/CC_ACTIVIERUNG_5.5.3=${job % 2}`)]);
        const backup = await backUp(car, archive, { ecus: plan.ecus.map(({ address }) => address), tool: TOOL, txid: newJobId() });
        await carryOut(car, plan, { archive, lock, backup, tool: TOOL });
      } finally {
        await car.dispose();
      }
      if ((job + 1) % JOBS_PER_ARCHIVE === 0) rmSync(archiveFolder, { recursive: true });
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
  const warm = measured.slice(Math.floor(measured.length * WARM_UP));
  const [first, last] = [warm[0], warm.at(-1)];
  if (first === undefined || last === undefined) throw new Error(`${jobs} jobs are too few to see a trend`);
  const heapGrowthPercent = trendPercent(warm.map(({ heapBytes }) => heapBytes));
  const rssGrowthPercent = trendPercent(warm.map(({ rssBytes }) => rssBytes));
  const isTrend = jobs >= MIN_JOBS_FOR_TREND;
  if (isTrend && heapGrowthPercent > MAX_HEAP_GROWTH_PERCENT) violations.push(`the heap grew by ${heapGrowthPercent} %`);
  if (isTrend && rssGrowthPercent > MAX_RSS_GROWTH_PERCENT) violations.push(`memory grew by ${rssGrowthPercent} %`);
  if (last.fileDescriptors > first.fileDescriptors) violations.push(`${last.fileDescriptors - first.fileDescriptors} more files are open`);
  if (JSON.stringify(last.resources) !== JSON.stringify(first.resources)) {
    violations.push(`handles and timers: ${JSON.stringify(first.resources)} became ${JSON.stringify(last.resources)}`);
  }
  const { fileDescriptors, resources } = last;
  return { jobs, warmUpJobs: jobs * WARM_UP, heapGrowthPercent, rssGrowthPercent, fileDescriptors, resources, violations };
}
