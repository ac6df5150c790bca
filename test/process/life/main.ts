// The long run of real processes: `npm run test:life`. What it counted goes into fault-coverage.json, under `life` and `kills`.
//   --part NAME   one-process, fresh-processes or kills alone      --every N   only one in so many: a look, counted nowhere
import { parseArgs } from 'node:util';
import { commitNow, readCoverage, writeCoverage } from '../../support/fault-coverage.ts';
import { isBuilt } from '../support/program.ts';
import { liveInFreshProcesses } from './fresh-processes.ts';
import { killEverywhere } from './kills.ts';
import { liveInOneProcess } from './one-process.ts';

const JOBS_IN_ONE_PROCESS = 10_000;
const JOBS_IN_FRESH_PROCESSES = 1000;

interface Part {
  readonly name: string;
  run(): Promise<{ readonly violations: readonly string[] }>;
  /** Where it belongs in the file. */
  into(counted: object): object;
}

const { values } = parseArgs({ options: { part: { type: 'string' }, every: { type: 'string', default: '1' } } });
const every = Number(values.every);
const tell = (text: string) => void process.stderr.write(`${text}\n`);

const PARTS: readonly Part[] = [
  {
    name: 'one-process',
    run: () => liveInOneProcess(JOBS_IN_ONE_PROCESS / every, tell),
    into: (oneProcess) => ({ life: { ...readCoverage().life, oneProcess } }),
  },
  {
    name: 'fresh-processes',
    run: () => liveInFreshProcesses(JOBS_IN_FRESH_PROCESSES / every, tell),
    into: (freshProcesses) => ({ life: { ...readCoverage().life, freshProcesses } }),
  },
  { name: 'kills', run: () => killEverywhere(every, tell), into: (kills) => ({ kills: { ...kills, realCars: 0 } }) },
];

if (!isBuilt) throw new Error('The program is not built: run npm run build.');
const wanted = PARTS.filter(({ name }) => values.part === undefined || name === values.part);
if (wanted.length === 0) throw new Error(`There is no part ${values.part}.`);
for (const { name, run, into } of wanted) {
  const counted = { node: process.version, commit: commitNow(), ...(await run()) };
  // A look is no count.
  if (every === 1) writeCoverage(into(counted));
  process.stdout.write(`${JSON.stringify({ [name]: counted }, undefined, 2)}\n`);
  if (counted.violations.length > 0) process.exitCode = 1;
}
