import { rename, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Archive } from '../../archive/index.ts';
import { checkEdit } from '../../coding/index.ts';
import { EXIT, type ExitStatus, isKombiError, KombiError, messageOf, systemClock } from '../../core/index.ts';
import { type BatchManifest, type BatchReport, batchReport, MAX_JOBS, parseManifest, runBatch, workOnCars } from '../../job/batch/index.ts';
import { type BatchRecord, openBatchRecord } from '../batch-record.ts';
import { batchLines, stateOf } from '../batch-text.ts';
import { TOOL } from '../carry-out-plan.ts';
import type { CommandSpec } from '../command.ts';
import type { Context } from '../context.ts';
import { toJsonLine } from '../escape.ts';
import type { Input } from '../input.ts';
import { makeLink, rememberingAdapters } from '../make-link.ts';
import { deviceOf, keepReplayApart } from '../open-car.ts';
import { ProgressBoard } from '../progress-board.ts';
import { readNamedFile } from '../read-named-file.ts';

const DEFAULT_JOBS = 8;
/** An ECU whose blocks nobody knows is asked for each, over a slow adapter for most of an hour. */
const DEFAULT_DEADLINE_MS = 2 * 3_600_000;

export const batch: CommandSpec = {
  name: 'batch',
  summary: 'many cars at once, from a manifest; one report',
  description:
    'The manifest is YAML or JSON: `cars`, a list of `label`, `link`, and where wanted `vin` (the only car that may answer), `do`, `edits`, `partial` and `deadlineMs`; ' +
    'beside it, for all of them, `jobs`, `do`, `partial`, `deadlineMs`, `timeoutMs` and `archive` (relative to the manifest). ' +
    '`do` is one or more of info, faults, backup (the standard), verify (against the last complete backup) and plan (of `edits`). ' +
    'A backup that would lack something is not saved, unless `partial: true`. ' +
    'A batch writes to no car: carry a plan out with kombi code and the id that it shows. ' +
    'One car that fails stops no other. Ends with 0 where every car is done, with 11 where any is not.',
  arguments: [{ syntax: '<manifest>', help: 'a YAML or JSON file; - is stdin' }],
  options: [
    { flags: '--jobs <n>', help: `how many cars at once, ${DEFAULT_JOBS} unless the manifest says` },
    { flags: '--resume <file>', help: 'keep in this file which cars are done, and pass over those that it says are' },
    { flags: '--report <file>', help: 'write the report of --json into this file too' },
  ],
  examples: [
    'kombi batch fleet.yaml',
    'kombi batch fleet.yaml --jobs 20 --resume fleet.done --report report.json',
    `echo '{"cars":[{"label":"bay 1","link":"enet://192.168.1.11"}]}' | kombi batch - --json`,
  ],
  run: async (context, input) => {
    refuseOptionsOfOneCar(context);
    const { manifest, folder } = await loadManifest(context, input.required(0));
    const jobs = input.integer('jobs', 1, MAX_JOBS) ?? manifest.jobs ?? DEFAULT_JOBS;
    const archive = await archiveOf(context, manifest, folder);
    const record = await recordOf(context, input);
    const file = await reportFile(input.text('report'));
    const report = await run(context, { manifest, jobs, archive, record });
    const error = failureOf(context, report, input);
    const told = { schema: 'kombi/batch@1', ok: error === undefined, vehicle: 'untouched', result: report };
    // What was found is told all the same.
    await file?.save(toJsonLine(told)).catch((problem: unknown) => context.say(`The report could not be saved: ${messageOf(problem)}`));
    const lines = batchLines(report, { style: await context.style(), width: context.width });
    return { result: report, lines, ...(error === undefined ? {} : { error }) };
  },
};

interface Run {
  readonly manifest: BatchManifest;
  readonly jobs: number;
  readonly archive: Archive;
  readonly record: BatchRecord | undefined;
}

async function run(context: Context, { manifest, jobs, archive, record }: Run): Promise<BatchReport> {
  const { io, globals } = context;
  const before = new Map(manifest.cars.map((car) => [car.label, record?.successOf(car)]));
  const left = manifest.cars.filter(({ label }) => before.get(label) === undefined);
  const board = await boardOf(context, { total: manifest.cars.length, done: manifest.cars.length - left.length });
  const timeoutMs = globals.timeoutMs ?? manifest.timeoutMs;
  const catalog = await context.catalog();
  const stopping = () => {
    board?.clear();
    void context.say('Stopping: the cars under way come to their end, and no more are begun.');
  };
  io.signal.addEventListener('abort', stopping, { once: true });
  let unkept: unknown;
  const { outcomes } = await runBatch(left, {
    jobs,
    deadlineMs: manifest.deadlineMs ?? DEFAULT_DEADLINE_MS,
    clock: systemClock,
    signal: io.signal,
    deviceOf: ({ link }) => deviceOf(link),
    work: workOnCars({
      open: async (link) => {
        if (manifest.archive === undefined) keepReplayApart(context, link);
        return makeLink(link, { ...(timeoutMs === undefined ? {} : { timeoutMs }), ...(await rememberingAdapters(link, io)) });
      },
      catalog,
      archive,
      tool: TOOL,
      timeoutMs,
      experimental: globals.experimental,
    }),
    events: {
      onBegin: ({ label }) => board?.begin(label),
      onProgress: ({ label }, progress) => board?.tell(label, progress),
      onEnd: async (car, outcome, work) => {
        board?.end(car.label, stateOf(outcome));
        // A report of what was done is worth more than a disk that is full.
        await record?.add(car, outcome, work).catch((error: unknown) => {
          unkept ??= error;
        });
      },
    },
  });
  board?.clear();
  io.signal.removeEventListener('abort', stopping);
  if (unkept !== undefined) await context.say(`What is done could not all be kept for --resume: ${messageOf(unkept)}`);
  const ended = new Map(left.map(({ label }, index) => [label, outcomes[index]]));
  return batchReport(
    manifest.cars,
    manifest.cars.map(({ label }) => before.get(label) ?? ended.get(label)),
    stoppedWith(context),
  );
}

/** Nothing where a program listens: it gets one line and no talk. */
async function boardOf(context: Context, counts: { total: number; done: number }): Promise<ProgressBoard | undefined> {
  if (context.globals.json) return undefined;
  const board = new ProgressBoard({ output: context.io.stderr, style: await context.talkStyle(), clock: systemClock, ...counts });
  context.defer(async () => board.clear());
  return board;
}

function stoppedWith({ io }: Context): ExitStatus {
  return isKombiError(io.signal.reason) ? io.signal.reason.exit : EXIT.interrupted;
}

function failureOf(context: Context, { cars, failed, notDone }: BatchReport, input: Input): KombiError | undefined {
  if (failed + notDone === 0) return undefined;
  const resume = input.text('resume');
  const hint =
    resume === undefined
      ? 'With --resume FILE a run passes over what an earlier one has done.'
      : `The same command goes on where this one ended.`;
  const untouched = 'Nothing was written to any car.';
  if (notDone > 0) {
    const exit = stoppedWith(context);
    const code = exit === EXIT.terminated ? 'signal.terminated' : 'signal.interrupted';
    const also = failed === 0 ? '' : `, ${failed} failed`;
    return new KombiError({ code, exit, message: `Stopped: ${notDone} of ${cars.length} cars are not done${also}. ${untouched}`, hint });
  }
  return new KombiError({
    code: 'batch.partial',
    exit: EXIT.batchPartial,
    message: `${failed} of ${cars.length} cars failed. ${untouched}`,
    hint,
  });
}

function refuseOptionsOfOneCar({ globals: { link, accept, trace } }: Context): void {
  const given = Object.entries({ link, accept, trace }).find(([, value]) => value !== undefined)?.[0];
  if (given === undefined) return;
  throw new KombiError({
    code: 'usage.option',
    message: `--${given} is for one car; a batch has many`,
    hint: given === 'accept' ? 'A batch writes to no car. Carry a plan out with `kombi code`.' : 'The links stand in the manifest.',
  });
}

async function loadManifest(context: Context, path: string): Promise<{ manifest: BatchManifest; folder: string }> {
  const isStdin = path === '-';
  const bytes = isStdin
    ? new TextEncoder().encode(await context.io.stdin.read())
    : await readNamedFile(path, '`kombi batch --help` shows what a manifest looks like.');
  const manifest = await parseManifest(bytes, isStdin ? 'stdin' : path);
  // Wrong words are refused before any car is asked.
  const catalog = await context.catalog();
  for (const { edits } of manifest.cars) for (const edit of edits) checkEdit(edit, catalog);
  return { manifest, folder: isStdin ? '.' : dirname(path) };
}

/** As the command line says, else as the manifest says. */
async function archiveOf(context: Context, manifest: BatchManifest, folder: string): Promise<Archive> {
  if (context.globals.archive !== undefined || manifest.archive === undefined) return context.archive();
  const { openArchive } = await import('../../archive/index.ts');
  return openArchive(resolve(folder, manifest.archive), { now: () => context.io.now() });
}

async function recordOf(context: Context, input: Input): Promise<BatchRecord | undefined> {
  const path = input.text('resume');
  if (path === undefined) return undefined;
  const record = await openBatchRecord(path);
  context.defer(async () => record[Symbol.asyncDispose]());
  return record;
}

interface ReportFile {
  save(text: string): Promise<void>;
}

/** Whole or not there: written aside first. Opened before any car is asked, so that wrong words are not found at the end. */
async function reportFile(path: string | undefined): Promise<ReportFile | undefined> {
  if (path === undefined) return undefined;
  const aside = `${path}.part`;
  try {
    await writeFile(aside, '', { mode: 0o600 });
  } catch (error) {
    throw new KombiError({
      code: 'usage.file',
      message: `The report cannot be written to ${path}: ${messageOf(error)}`,
      hint: 'Name a file in a folder that can be written to.',
    });
  }
  return {
    async save(text) {
      await writeFile(aside, text);
      await rename(aside, path);
    },
  };
}
