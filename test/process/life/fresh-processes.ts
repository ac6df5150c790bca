import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { diffStates } from '../../../src/mock/index.ts';
import { ONE_BIT } from '../support/kill.ts';
import { Workshop } from '../support/workshop.ts';
import { CarProcess } from './car-process.ts';
import { fileDescriptorsOf, rssBytesOf, trendPercent } from './leftovers.ts';
import type { LifeReport } from './one-process.ts';

const JOBS_PER_ARCHIVE = 50;
const MEASUREMENTS = 100;
const WARM_UP = 0.5;
const MAX_RSS_GROWTH_PERCENT = 5;
/** The names that kombi gives to what it makes outside its archive. */
const OURS = /^kombi-(elm327|[0-9a-f]{32})/;

/** Job after job, each a process of its own, against one mock car that stays: neither side may keep anything. */
export async function liveInFreshProcesses(jobs: number, tell: (text: string) => void): Promise<LifeReport> {
  const workshop = await Workshop.open();
  const car = await CarProcess.start(workshop.folder);
  const violations: string[] = [];
  const carMemory: number[] = [];
  try {
    const hide = await workshop.accepted(ONE_BIT.words);
    await workshop.run(hide);
    const show = await workshop.accepted(ONE_BIT.words.map((word) => word.replace(/=0$/, '=1')));
    await workshop.run(show);
    const descriptors = fileDescriptorsOf(car.pid);
    const temporary = readdirSync(tmpdir()).filter((name) => OURS.test(name)).length;
    for (let job = 0; job < jobs; job += 1) {
      const archive = `${workshop.archiveFolder}-${Math.floor(job / JOBS_PER_ARCHIVE)}`;
      const { exit, line, stderr } = await workshop.run(job % 2 === 0 ? hide : show, { archive, link: car.link });
      if (exit !== 0) violations.push(`job ${job} ends ${exit}: ${line?.error?.message ?? stderr}`);
      const changed = diffStates(workshop.before, car.state()).length;
      if (changed !== (job + 1) % 2) violations.push(`job ${job} left ${changed} bits changed`);
      if ((job + 1) % Math.ceil(jobs / MEASUREMENTS) === 0) {
        carMemory.push(rssBytesOf(car.pid));
        if (carMemory.length % 10 === 0)
          tell(`${job + 1} jobs: the car holds ${carMemory.at(-1)} bytes and ${fileDescriptorsOf(car.pid)} files`);
      }
      if ((job + 1) % JOBS_PER_ARCHIVE === 0) violations.push(...leftInArchive(archive));
    }
    const carFiles = fileDescriptorsOf(car.pid) - descriptors;
    const carRssGrowthPercent = trendPercent(carMemory.slice(Math.floor(carMemory.length * WARM_UP)));
    if (carFiles > 0) violations.push(`the mock car has ${carFiles} more files open`);
    if (carRssGrowthPercent > MAX_RSS_GROWTH_PERCENT) violations.push(`the mock car's memory grew by ${carRssGrowthPercent} %`);
    const left = readdirSync(tmpdir()).filter((name) => OURS.test(name)).length - temporary;
    return { jobs, warmUpJobs: jobs * WARM_UP, carRssGrowthPercent, carFiles, temporaryFilesLeft: left, violations };
  } finally {
    car.stop();
    await workshop.dispose();
  }
}

function leftInArchive(folder: string): readonly string[] {
  const left = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(tmp|reserve)$/.test(name));
  return left.map((name) => `left lying in the archive: ${name}`);
}
