// Plants deliberate design errors, one at a time, and looks whether the campaign notices: `npm run test:mutants`. The
// sources stay as they are: the patch is applied as node loads them. What came of it goes into fault-coverage.json.
//   --only NAME   one of them, to stdout only
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { writeCoverage } from '../../support/fault-coverage.ts';
import { MUTANTS, type Mutant } from './design-errors.ts';

interface Verdict {
  readonly name: string;
  readonly error: string;
  /** The first schedule that gave it away, and how; undefined where it survived. */
  readonly caughtBy: string | undefined;
  readonly schedules: number;
}

const PROCESSES = 2;
/** As many as the campaign runs of two faults. */
const MOST = 20_000;
const HUNT = fileURLToPath(new URL('./hunt.ts', import.meta.url));
const TYPESCRIPT = new URL('../../support/run-typescript.js', import.meta.url).href;

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const wanted = MUTANTS.filter(({ name }) => values.only === undefined || name === values.only);
const verdicts: Verdict[] = [];
let next = 0;
await Promise.all(
  Array.from({ length: PROCESSES }, async () => {
    for (let number = next++; number < wanted.length; number = next++) {
      const mutant = wanted[number];
      if (mutant !== undefined) verdicts[number] = await hunt(mutant, MOST);
    }
  }),
);
// Without a patch the longest of these hunts must find nothing, or none would prove anything.
const longest = Math.max(...verdicts.map(({ schedules }) => schedules));
const sound = values.only === undefined ? await hunt({ name: 'none', error: 'none', patches: [] }, longest) : undefined;
for (const { name, caughtBy, schedules } of verdicts)
  process.stdout.write(`${caughtBy === undefined ? 'SURVIVED' : 'caught  '} ${name} after ${schedules}: ${caughtBy}\n`);
if (sound?.caughtBy !== undefined) throw new Error(`the sound program is caught too: ${sound.caughtBy}`);
if (values.only === undefined) writeCoverage({ mutants: verdicts });
if (verdicts.some(({ caughtBy }) => caughtBy === undefined)) process.exitCode = 1;

async function hunt({ name, error, patches }: Mutant, most: number): Promise<Verdict> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', TYPESCRIPT, HUNT, String(most)], {
    env: { ...process.env, KOMBI_PATCHES: JSON.stringify(patches) },
    maxBuffer: 2 ** 24,
  });
  const { caughtBy, schedules } = JSON.parse(stdout) as { caughtBy?: string; schedules: number };
  return { name, error, caughtBy, schedules };
}
