import { execute } from '../../../src/cli/execute.ts';
import { systemClock } from '../../../src/core/index.ts';
import type { CarState } from '../../../src/mock/index.ts';
import { diffStates } from '../../../src/mock/index.ts';
import type { Ended, JsonLine, Strike } from './program.ts';
import type { Wire, Workshop } from './workshop.ts';

/** A job to be struck at its barriers. */
export interface Scenario {
  readonly name: string;
  readonly words: readonly string[];
  /** A job done before it, undisturbed. */
  readonly first?: readonly string[];
}

const MASK = 'KOMBI:3301/CC_ACTIVIERUNG_5';
const TWO_BLOCKS = ['code', `${MASK}.5.3=0`, '60:3000.@04=5D:5C'];

export const ONE_BIT: Scenario = { name: 'one bit', words: ['code', `${MASK}.5.3=0`] };
export const TWO_BLOCKS_OF_ONE: Scenario = { name: 'two blocks of one ECU', words: TWO_BLOCKS };
export const TWO_ECUS: Scenario = { name: 'two ECUs', words: ['code', `${MASK}.5.3=0`, '61:3000.@01=3A:3B'] };
export const UNDO: Scenario = { name: 'undo', first: TWO_BLOCKS, words: ['undo'] };

/** An undisturbed run: the words that carry the job out, the barriers that it passes, the car before and after. */
export interface Reference {
  readonly scenario: Scenario;
  readonly wire: Wire;
  readonly words: readonly string[];
  readonly barriers: readonly string[];
  readonly old: CarState;
  readonly fresh: CarState;
}

export interface KillCase {
  readonly reference: Reference;
  readonly strike: Strike;
  /** Recovery is killed too, at these of its barriers in turn. */
  readonly again?: readonly Strike[];
}

export interface Verdict {
  readonly name: string;
  /** How many of the case's strikes hit. */
  readonly reached: number;
  readonly recovered: 'old' | 'new' | 'neither';
  /** What must not be. */
  readonly violations: readonly string[];
}

export async function trace(workshop: Workshop, scenario: Scenario, wire: Wire): Promise<Reference> {
  await workshop.renew();
  await prepare(workshop, scenario, wire);
  const old = workshop.state();
  const words = await workshop.accepted(scenario.words, wire);
  const { exit, passed, line, stderr } = await workshop.run(words, { wire });
  if (exit !== 0) throw new Error(`${scenario.name} over ${wire} ends ${exit} undisturbed: ${line?.error?.message ?? stderr}`);
  return { scenario, wire, words, barriers: passed, old, fresh: workshop.state() };
}

async function prepare(workshop: Workshop, { first }: Scenario, wire: Wire): Promise<void> {
  if (first === undefined) return;
  const { exit, stderr } = await workshop.run(await workshop.accepted(first, wire), { wire });
  if (exit !== 0) throw new Error(`${first.join(' ')} ends ${exit}: ${stderr}`);
}

/** Kills one job at one barrier, recovers, recovers again, and holds everything against what the program said. */
export async function killAt(workshop: Workshop, { reference, strike, again = [] }: KillCase): Promise<Verdict> {
  const { scenario, wire, words, old, fresh } = reference;
  const violations: string[] = [];
  await prepare(workshop, scenario, wire);
  const killed = await workshop.run(words, { wire, strike });
  let reached = killed.signal === 'SIGKILL' ? 1 : 0;
  if (reached === 0) violations.push(...saysTheTruth(killed, workshop, reference));
  violations.push(...(await isCovered(workshop, reference)));
  violations.push(...(await refusesWhileOpen(workshop, reference)));
  for (const next of again) {
    if ((await workshop.run(['recover', '--yes'], { wire, strike: next })).signal === 'SIGKILL') reached += 1;
  }
  const recovered = await workshop.run(['recover', '--yes'], { wire });
  const state = workshop.state();
  violations.push(...(await isRecovered(recovered, workshop, reference)));
  const once = await inThisProcess(workshop, ['recover', '--yes'], wire);
  if (once.exit !== 0 || once.line.result?.state !== 'nothing-open') violations.push(`recover after recover ends ${once.exit}`);
  if (!equal(workshop.state(), state)) violations.push('recover after recover changed the car');
  for (const { path, problem } of (await workshop.archive().verifyAll()).problems) violations.push(`${path}: ${problem}`);
  const where = (strike.among ?? reference.barriers[strike.at] ?? 'beyond the last').slice(0, 60);
  const name = `${scenario.name} over ${wire}, ${strike.side} barrier ${strike.at} (${where})${again.map(({ at }) => `, then recovery at ${at}`).join('')}`;
  return {
    name,
    reached,
    recovered: equal(state, old) ? 'old' : equal(state, fresh) ? 'new' : 'neither',
    violations: violations.map((violation) => `${name}: ${violation}`),
  };
}

/** A car that is no longer as before has its old bytes on disk twice, and a journal that says what was meant to be written (I1). */
async function isCovered(workshop: Workshop, { old }: Reference): Promise<readonly string[]> {
  const changed = diffStates(old, workshop.state());
  if (changed.length === 0) return [];
  const journal = (await workshop.archive().listJournals()).at(-1);
  if (journal === undefined) return ['I1: the car was changed without a journal'];
  const backup = await workshop.archive().loadBackup(journal.begin.backup);
  return changed.flatMap(({ path }) => {
    const [, ecu = '', kind, did = ''] = path.split('.');
    const index = journal.begin.ops.findIndex((op) => op.ecu === ecu && op.did === did);
    const before = old.ecus[ecu]?.blocks?.[did];
    const saved = backup.ecus.find(({ address }) => address === ecu)?.blocks.find((block) => block.did === did);
    const savedHex = saved !== undefined && 'rows' in saved ? saved.rows.join('') : '';
    if (kind !== 'blocks' || index < 0) return [`I5: ${path} was changed and is not in the plan`];
    if (journal.begin.ops[index]?.old !== before || savedHex !== before) return [`I1: ${path} was changed without its old bytes on disk`];
    return journal.records.some((record) => record.type === 'INTENT' && record.op === index)
      ? []
      : [`I1: ${path} was changed without intent`];
  });
}

/** While a journal is open, nothing else is written to this car. */
async function refusesWhileOpen(workshop: Workshop, { words, wire }: Reference): Promise<readonly string[]> {
  if ((await workshop.archive().openJournals()).length === 0) return [];
  const before = workshop.state();
  const { exit, line } = await inThisProcess(workshop, words, wire);
  const violations: string[] = [];
  if (exit !== 5 || line.vehicle !== 'unknown') violations.push(`a new job with a journal open ends ${exit} with vehicle ${line.vehicle}`);
  if (!equal(workshop.state(), before)) violations.push('a new job with a journal open wrote');
  return violations;
}

async function isRecovered(
  { exit, line, stderr }: Ended,
  workshop: Workshop,
  { scenario, old, fresh }: Reference,
): Promise<readonly string[]> {
  const says = line?.result?.state ?? line?.error?.code ?? stderr;
  const journals = await workshop.archive().listJournals();
  const journal = journals.at(scenario.first === undefined ? 0 : 1);
  const open = await workshop.archive().openJournals();
  if (open.length > 0) return [`I3: recover ends ${exit} (${says}) with the journal still open`];
  const wanted = WANTED[`${exit} ${says}`]?.(journal?.end?.state);
  if (wanted === undefined) return [`I3: recover ends ${exit} (${says}): ${line?.error?.message ?? stderr}`];
  const differences = diffStates(wanted === 'old' ? old : fresh, workshop.state());
  return differences.length === 0 ? [] : [`I4: recover ends ${exit} (${says}), and the car is not ${wanted}: ${differences[0]?.path}`];
}

/** What the car holds after each end of `recover`. */
const WANTED: Readonly<Record<string, (ended: string | undefined) => 'old' | 'new'>> = {
  '0 nothing-open': (ended) => (ended === 'COMMITTED' ? 'new' : 'old'),
  '0 aborted': () => 'old',
  '0 committed': () => 'new',
  '4 job.rolled-back': () => 'old',
};

/** I2, I4: a job that ended by itself, and what its exit status says of the car. */
export function saysTheTruth(
  { exit, line, stderr }: Ended,
  workshop: Workshop,
  { old, fresh }: Pick<Reference, 'old' | 'fresh'>,
): readonly string[] {
  const [vehicle, wanted] = EXITS.get(exit ?? -1) ?? [];
  const says = `exit ${exit} (${line?.error?.message ?? stderr})`;
  if (vehicle === undefined || wanted === undefined) return [`${says} is no answer`];
  const violations = line?.vehicle === vehicle ? [] : [`${says} with vehicle ${line?.vehicle}`];
  const state = workshop.state();
  if (wanted !== 'either' && !equal(state, wanted === 'old' ? old : fresh)) violations.push(`I4: ${says}, and the car is not ${wanted}`);
  return violations;
}

const EXITS: ReadonlyMap<number, readonly [vehicle: string, holds: 'old' | 'new' | 'either']> = new Map([
  [0, ['changed', 'new']],
  [3, ['untouched', 'old']],
  [4, ['restored', 'old']],
  [5, ['unknown', 'either']],
  [130, ['untouched', 'old']],
  [143, ['untouched', 'old']],
]);

/** The same command line without a process of its own: a third of the time. */
export async function inThisProcess(workshop: Workshop, words: readonly string[], wire: Wire): Promise<{ exit: number; line: JsonLine }> {
  const out: string[] = [];
  const all = [...words, '--json', '--link', workshop.link(wire), '--archive', workshop.archiveFolder];
  const exit = await execute(all, {
    stdout: { write: (text) => void out.push(text), isTerminal: false, columns: undefined },
    stderr: { write: () => undefined, isTerminal: false, columns: undefined },
    stdin: { isTerminal: false, read: async () => '' },
    env: { NO_COLOR: '1' },
    platform: process.platform,
    signal: new AbortController().signal,
    now: () => new Date(),
    clock: systemClock,
    prompter: () => Promise.reject(new Error('nobody is there')),
    findLinks: async () => [],
    platformFacts: () => Promise.reject(new Error('nobody asks')),
  });
  return { exit, line: JSON.parse(out.join('')) as JsonLine };
}

export function equal(left: CarState, right: CarState): boolean {
  return diffStates(left, right).length === 0;
}
