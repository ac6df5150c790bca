// The long run of hostile inputs: `npm run test:fuzz`, in two processes. What it counted goes into fault-coverage.json, under
// `fuzz`; stopped and started again with the same seed it goes on where it stood. A failing input goes into test/fuzz/corpus.
//   --inputs N   of each target (1000000)   --target NAME   only this one   --seed N   another campaign (KOMBI_SEED, 20261120)
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeCoverage } from '../../support/fault-coverage.ts';
import { addToCorpus } from '../corpus.ts';
import { TARGETS } from '../targets/index.ts';
import { earlierCounts, summarize, type TargetCount } from './coverage.ts';
import type { Slice, SliceDone } from './slice.ts';

const PROCESSES = 2;
const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));
const TYPESCRIPT = new URL('../../support/run-typescript.js', import.meta.url).href;
const INPUTS_PER_SLICE = 20_000;
/** A slice takes some seconds; a promise that nothing settles takes for ever. */
const SLICE_MS = 600_000;
/** What a process may grow by from its first slices to its last. */
const KEPT_BYTES = 96 * 1024 * 1024;
const WARM_SLICES = 10;

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1000000' },
    target: { type: 'string' },
    seed: { type: 'string', default: process.env['KOMBI_SEED'] ?? '20261120' },
  },
});
const seed = Number(values.seed);
const tell = (text: string) => void process.stderr.write(`${text}\n`);
const names = TARGETS.map(({ name }) => name).filter((name) => values.target === undefined || name === values.target);
const targets: Record<string, TargetCount> = { ...earlierCounts(seed) };
const failures: string[] = [];

/** Target by target, each in slices that two processes share; counted when all of its slices are done. */
for (const name of names) {
  const begun = targets[name]?.inputs ?? 0;
  if (begun >= Number(values.inputs)) continue;
  const slices: Slice[] = [];
  for (let from = begun; from < Number(values.inputs); from += INPUTS_PER_SLICE) {
    slices.push({ target: name, seed, from, count: Math.min(INPUTS_PER_SLICE, Number(values.inputs) - from) });
  }
  const count = await runSlices(slices);
  if (count !== undefined) targets[name] = add(targets[name], count);
  writeCoverage({ fuzz: summarize(seed, targets, failures) });
  const { inputs, accepted, refused, seconds } = targets[name] ?? { inputs: 0, accepted: 0, refused: 0, seconds: 1 };
  tell(`${name}: ${inputs} inputs, ${accepted} taken, ${refused} refused, ${Math.round(inputs / seconds)}/s and process`);
}
process.stdout.write(`${JSON.stringify(summarize(seed, targets, failures), undefined, 2)}\n`);
if (failures.length > 0) process.exitCode = 1;

/** Undefined where an input failed: a count with a hole is none. */
async function runSlices(slices: readonly Slice[]): Promise<TargetCount | undefined> {
  const sum: TargetCount = { inputs: 0, accepted: 0, refused: 0, seconds: 0 };
  let next = 0;
  let isSound = true;
  const work = async (child: ChildProcess): Promise<void> => {
    let warmBytes = Number.POSITIVE_INFINITY;
    for (let done = 1; next < slices.length && isSound; done += 1) {
      const slice = slices[next++];
      if (slice === undefined) return;
      const { accepted, refused, seconds, heapBytes, failure } = await run(child, slice);
      if (done === WARM_SLICES) warmBytes = heapBytes;
      const grown = heapBytes - warmBytes;
      const wrong = failure ?? (grown > KEPT_BYTES ? { told: `${slice.target}: the process grew by ${grown} bytes` } : undefined);
      if (wrong !== undefined) fail(slice, wrong);
      isSound &&= wrong === undefined;
      Object.assign(sum, add(sum, { inputs: accepted + refused, accepted, refused, seconds }));
    }
  };
  const children = Array.from({ length: Math.min(PROCESSES, slices.length) }, () => fork(WORKER, { execArgv: ['--import', TYPESCRIPT] }));
  try {
    await Promise.all(children.map(work));
  } finally {
    for (const child of children) child.kill();
  }
  return isSound ? sum : undefined;
}

function fail({ target }: Slice, { told, input }: NonNullable<SliceDone['failure']>): void {
  failures.push(told);
  tell(told);
  if (input === undefined) return;
  const bytes = 'text' in input ? input.text : Uint8Array.from(Buffer.from(input.hex, 'hex'));
  tell(`now in ${addToCorpus(target, bytes, told.split('\n')[1] ?? 'it failed in the long run')}`);
}

function run(child: ChildProcess, slice: Slice): Promise<SliceDone> {
  return new Promise((resolve) => {
    const end = (done: SliceDone) => {
      clearTimeout(timer);
      child.off('exit', ended);
      child.off('message', end);
      resolve(done);
    };
    const nothing = { accepted: 0, refused: 0, seconds: 0, heapBytes: 0 };
    const place = `${slice.target}, one of ${slice.count} inputs from ${slice.from} on of KOMBI_SEED=${slice.seed}`;
    const ended = (code: number | null) => end({ ...nothing, failure: { told: `${place}: the process ended with ${code}` } });
    const timer = setTimeout(() => {
      child.kill();
      end({ ...nothing, failure: { told: `${place}: it hangs` } });
    }, SLICE_MS);
    child.once('exit', ended);
    child.once('message', end);
    child.send(slice);
  });
}

function add(left: TargetCount | undefined, right: TargetCount): TargetCount {
  if (left === undefined) return right;
  return {
    inputs: left.inputs + right.inputs,
    accepted: left.accepted + right.accepted,
    refused: left.refused + right.refused,
    seconds: Math.round((left.seconds + right.seconds) * 10) / 10,
  };
}
