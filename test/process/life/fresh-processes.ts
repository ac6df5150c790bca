import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { diffStates } from '../../../src/mock/index.ts';
import { ONE_BIT } from '../support/kill.ts';
import { Workshop } from '../support/workshop.ts';
import { CarProcess } from './car-process.ts';
import { type Growth, growthOf } from './growth.ts';
import { type Holdings, leftInArchive } from './leftovers.ts';

const JOBS_PER_ARCHIVE = 50;
const MEASUREMENTS = 100;

export interface FreshProcesses {
  readonly car: Omit<Growth, 'violations'>;
  readonly filesLeft: number;
  readonly violations: readonly string[];
}

/** Job after job, each a process of its own, against one mock car that stays: neither side may keep anything. */
export async function liveInFreshProcesses(jobs: number, tell: (text: string) => void): Promise<FreshProcesses> {
  const workshop = await Workshop.open();
  const car = await CarProcess.start(workshop.folder);
  const violations: string[] = [];
  const measured: Holdings[] = [];
  // All that a program may write to beside its archive.
  const home = join(workshop.folder, 'home');
  const prefix = ['env', '-u', 'XDG_CACHE_HOME', '-u', 'XDG_DATA_HOME', `HOME=${home}`, `TMPDIR=${home}`];
  try {
    mkdirSync(home);
    const hide = await workshop.accepted(ONE_BIT.words);
    await workshop.run(hide);
    const show = await workshop.accepted(ONE_BIT.words.map((word) => word.replace(/=0$/, '=1')));
    await workshop.run(show);
    for (let job = 0; job < jobs; job += 1) {
      const archive = `${workshop.archiveFolder}-${Math.floor(job / JOBS_PER_ARCHIVE)}`;
      const { exit, line, stderr } = await workshop.run(job % 2 === 0 ? hide : show, { archive, link: car.link, prefix });
      if (exit !== 0) violations.push(`job ${job} ends ${exit}: ${line?.error?.message ?? stderr}`);
      const changed = diffStates(workshop.before, car.state()).length;
      if (changed !== (job + 1) % 2) violations.push(`job ${job} left ${changed} bits changed`);
      if ((job + 1) % Math.ceil(jobs / MEASUREMENTS) === 0) {
        measured.push(await car.holdings());
        if (measured.length % 10 === 0) tell(`${job + 1} jobs: the car holds ${JSON.stringify(measured.at(-1))}`);
      }
      if ((job + 1) % JOBS_PER_ARCHIVE === 0) violations.push(...leftInArchive(archive));
    }
    const left = readdirSync(home, { recursive: true, encoding: 'utf8' });
    violations.push(...left.map((name) => `left lying beside the archive: ${name}`));
    const { violations: ofCar, ...grown } = growthOf(measured, jobs);
    violations.push(...ofCar.map((violation) => `the mock car: ${violation}`));
    return { car: grown, filesLeft: left.length, violations };
  } finally {
    car.stop();
    await workshop.dispose();
  }
}
