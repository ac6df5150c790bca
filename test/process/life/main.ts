// The long run of real processes: `npm run test:life`. With a number, only one in so many: for a look at a change.
// What it counted goes into fault-coverage.json, under `life` and `kills`.
import { writeCoverage } from '../../support/fault-coverage.ts';
import { isBuilt } from '../support/program.ts';
import { liveInFreshProcesses } from './fresh-processes.ts';
import { killEverywhere } from './kills.ts';
import { liveInOneProcess } from './one-process.ts';

const JOBS_IN_ONE_PROCESS = 10_000;
const JOBS_IN_FRESH_PROCESSES = 1000;

if (!isBuilt) throw new Error('The program is not built: run npm run build.');
const every = Number(process.argv[2] ?? 1);
const tell = (text: string) => void process.stderr.write(`${text}\n`);

const oneProcess = await liveInOneProcess(JOBS_IN_ONE_PROCESS / every, tell);
const freshProcesses = await liveInFreshProcesses(JOBS_IN_FRESH_PROCESSES / every, tell);
const kills = await killEverywhere(every, tell);
const counted = { life: { oneProcess, freshProcesses }, kills: { ...kills, realCars: 0 } };
// A look is no count.
if (every === 1) writeCoverage(counted);
process.stdout.write(`${JSON.stringify(counted, undefined, 2)}\n`);
if ([oneProcess, freshProcesses, kills].some(({ violations }) => violations.length > 0)) process.exitCode = 1;
