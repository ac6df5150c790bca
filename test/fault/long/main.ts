// The long campaigns: `npm run test:faults`. First every fault on virtual time, counted under `simulated` in
// fault-coverage.json, which says of how many one was run; then real processes (`npm run test:life`) and planted errors
// (`npm run test:mutants`), which count into the same file. A part (--scenario, --wire, --simulated) is the first alone,
// and with a scenario or a wire goes to stdout only.
//   --scenario NAME --wire WIRE          only these            --every N       one single fault in N, but of some scenarios all
//   a wire is enet, elm327, or elm327:ADAPTER; over each other adapter two jobs are run, one single fault in N times 8
//   --pairs N                            two-fault schedules   --seed N        replays them (20000, 20261120)
//   --replay 'enet one-bit nrc:33@4'     one schedule, told            --simulated     no real processes, no planted errors
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { writeCoverage } from '../../support/fault-coverage.ts';
import { ADAPTERS, type Wire } from '../../support/rig.ts';
import { measure, runSchedule } from '../run-schedule.ts';
import { SCENARIOS, scenarioNamed } from '../scenarios.ts';
import { parseSchedule } from '../schedule.ts';
import { summarize } from './coverage.ts';
import { runUnits } from './pool.ts';
import type { Unit } from './unit.ts';

const PARTS = 4;
/** Those of which every single fault is run, whatever `--every` says: a job, and a recovery. */
const WHOLE_SCENARIOS = ['one-bit', 'recover'];
/** The car, the bus and the disk are those of `elm327`: what differs is the way through the chip. */
const ADAPTER_STRIDE = 8;
const PAIRS_PER_UNIT = 250;
/** Those whose recovery has something to put back at every turn. */
const CUT_SCENARIOS = ['one-bit', 'two-blocks', 'two-ecus', 'undo', 'restore-block', 'recover', 'recover-forward'];

const { values } = parseArgs({
  options: {
    scenario: { type: 'string' },
    wire: { type: 'string' },
    every: { type: 'string', default: '1' },
    pairs: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '20261120' },
    replay: { type: 'string' },
    simulated: { type: 'boolean', default: false },
  },
});
const tell = (text: string) => void process.stderr.write(`${text}\n`);

if (values.replay !== undefined) await replay(values.replay);
else await campaign();

async function replay(text: string): Promise<void> {
  const { wire, scenario, schedule } = /^(?<wire>\S+) (?<scenario>\S+):? (?<schedule>.+)$/.exec(text)?.groups ?? {};
  const reference = await measure(scenarioNamed((scenario ?? '').replace(':', '')), wire as Wire);
  const { outcome, recovery, violations, reached, effective } = await runSchedule(reference, parseSchedule(schedule ?? ''));
  process.stdout.write(`${JSON.stringify({ outcome, recovery, reached, effective, violations }, undefined, 2)}\n`);
  if (violations.length > 0) process.exitCode = 1;
}

async function campaign(): Promise<void> {
  const every = Number(values.every);
  const seed = Number(values.seed);
  const adapters = ADAPTERS.map((name): Wire => `elm327:${name}`);
  const wires = (['enet', 'elm327', ...adapters] as const).filter((wire) => values.wire === undefined || wire === values.wire);
  const scenarios = SCENARIOS.map(({ name }) => name).filter((name) => values.scenario === undefined || name === values.scenario);
  const isWhole = values.scenario === undefined && values.wire === undefined;
  const parts = wires.flatMap((wire) =>
    scenarios.flatMap((scenario) => {
      const isForAll = WHOLE_SCENARIOS.includes(scenario);
      if (adapters.includes(wire) && !isForAll && values.wire === undefined) return [];
      const stride = adapters.includes(wire) ? every * ADAPTER_STRIDE : isForAll ? 1 : every;
      return Array.from({ length: PARTS }, (_, part) => ({ wire, scenario, part: part * stride, of: PARTS * stride }));
    }),
  );
  const units: Unit[] = [
    ...parts.map((part): Unit => ({ kind: 'singles', ...part })),
    ...parts.filter(({ scenario }) => CUT_SCENARIOS.includes(scenario)).map((part): Unit => ({ kind: 'cuts', ...part, seed })),
    ...(isWhole ? pairUnits(Number(values.pairs), seed) : []),
  ];
  const begun = performance.now();
  const done = await runUnits(units, tell);
  const simulated = summarize(done, { seed, every, whole: WHOLE_SCENARIOS, seconds: Math.round((performance.now() - begun) / 1000) });
  if (isWhole) writeCoverage({ simulated });
  process.stdout.write(`${JSON.stringify(simulated, undefined, 2)}\n`);
  if (simulated.violations.length > 0) process.exitCode = 1;
  if (!isWhole || values.simulated) return;
  for (const script of ['test:life', 'test:mutants']) {
    const { status } = spawnSync('npm', ['run', '--silent', script], { stdio: 'inherit', shell: process.platform === 'win32' });
    if (status !== 0) process.exitCode = 1;
  }
}

function pairUnits(schedules: number, seed: number): readonly Unit[] {
  return Array.from({ length: Math.ceil(schedules / PAIRS_PER_UNIT) }, (_, unit) => ({
    kind: 'pairs',
    seed: seed + unit,
    count: Math.min(PAIRS_PER_UNIT, schedules - unit * PAIRS_PER_UNIT),
  }));
}
