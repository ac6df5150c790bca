import type { Archive } from '../archive/index.ts';
import { EXIT, formatEcuAddress, isKombiError, KombiError } from '../core/index.ts';
import {
  assertFitToWrite,
  assertLinkFitToWrite,
  type BackupResult,
  backUp,
  type Car,
  type CarLock,
  carryOut,
  lockCar,
  newJobId,
  type Plan,
  readConditions,
} from '../job/index.ts';
import type { Outcome } from './command.ts';
import { askConsent, assertConsentPossible } from './consent.ts';
import type { Context } from './context.ts';
import { askForDangers, hidePhrase, mustBeNamed } from './dangerous-messages.ts';
import { carLine, plural } from './format.ts';
import { offsiteOf, type TakeOffsite } from './offsite.ts';
import { openCarToWrite } from './open-car.ts';
import { planText } from './plan-text.ts';
import { wrap } from './text.ts';
import { version } from './version.ts';
import { whatFollows } from './what-follows.ts';

/** Who writes archives and journals. */
export const TOOL = { name: 'kombi', version } as const;

export interface WritingCommand {
  readonly plan: (car: Car, archive: Archive) => Promise<Plan>;
  readonly dryRun: boolean;
  readonly label?: string | undefined;
  /** What to say once it is done, in words. */
  readonly followUp?: readonly string[];
}

/** The way of every command that changes coding: lock, plan, show, consent, backup, write, verify, tell. */
export async function runWritingCommand(context: Context, command: WritingCommand): Promise<Outcome> {
  const takeOffsite = command.dryRun ? undefined : offsiteOf(context);
  const car = await openCarToWrite(context);
  const archive = await context.archive();
  const lock = await lockCar(car, archive);
  context.defer(async () => lock[Symbol.asyncDispose]());
  try {
    return await carryOutOn(context, { car, archive, lock, takeOffsite }, command);
  } catch (error) {
    throw isKombiError(error) ? refusedWithoutLink(error) : error;
  }
}

/** A job that lost its link before the first write was refused by it; "link failed" is for commands that only read. */
export function refusedWithoutLink(error: KombiError): KombiError {
  if (error.exit !== EXIT.linkFailed) return error;
  const { code, message, hint, vehicle } = error;
  return new KombiError({ code, message, ...(hint === undefined ? {} : { hint }), vehicle, exit: EXIT.refused, cause: error });
}

interface Bench {
  readonly car: Car;
  readonly archive: Archive;
  readonly lock: CarLock;
  readonly takeOffsite: TakeOffsite | undefined;
}

async function carryOutOn(context: Context, bench: Bench, command: WritingCommand): Promise<Outcome> {
  const { car, archive } = bench;
  const style = await context.style();
  const plan = await command.plan(car, archive);
  const told = { plan: planResult(plan) };
  await context.show([
    ...wrap(style.heading(await carLine(car)), { width: context.width }),
    '',
    ...planText(plan, {
      catalog: car.catalog,
      style,
      width: context.width,
      language: context.language,
      wholeBlocks: plan.notes.some(({ code }) => code === 'experimental'),
    }),
    '',
  ]);
  if (plan.alreadyDone) {
    return { result: told, lines: [style.good('Nothing to write: the car holds it already.')] };
  }
  if (command.dryRun) return { result: told, lines: ['Dry run: nothing was written.', ...dangerLines(context, plan)] };
  assertConsentPossible(context, plan);
  await askForDangers(context, plan);
  // Checked again right before the write; here so that nobody consents to what will be refused.
  assertFitToWrite(await readConditions(car));
  await assertLinkFitToWrite(car, plan);
  const backup = await backUpFor(context, bench, { plan, label: command.label });
  await bench.takeOffsite?.(backup.path);
  await askConsent(context, plan);
  tellOfStops(context);
  const done = await carryOut(car, plan, {
    archive,
    lock: bench.lock,
    backup,
    tool: TOOL,
    ...(command.label === undefined ? {} : { label: command.label }),
    signal: context.io.signal,
    onProgress: (await context.progress()).tell,
    now: () => context.io.now(),
  });
  const followUp = [...whatFollows(plan), ...(command.followUp ?? [])];
  return {
    result: { ...told, job: done.job, backup: done.backup, verified: done.verified, followUp },
    lines: [
      style.good(`${plural(done.verified, 'block')} written, verified and verified again after a reset.`),
      `Job ${style.mark(done.job)}.${plan.kind === 'undo' ? '' : ' To take it back: kombi undo'}`,
      ...followUp.flatMap((text) => wrap(text, { width: context.width })),
    ],
    vehicle: 'changed',
  };
}

/** What a dry run says of the question that consent alone does not answer. */
function dangerLines({ width }: Context, plan: Plan): readonly string[] {
  const ids = mustBeNamed(plan);
  if (ids.length === 0) return [];
  const options = ids.map((id) => `--hide-dangerous ${id}`).join(' ');
  return wrap(`To carry it out you type "${hidePhrase(ids)}" before you consent; a script says ${options}.`, { width });
}

/** A stopped job first finishes the block in hand and puts back what it wrote, so whoever stopped it should hear at once. */
function tellOfStops(context: Context): void {
  const { signal } = context.io;
  const tell = () => void context.say('Stopping: the block in hand is finished and verified first.');
  signal.addEventListener('abort', tell, { once: true });
  context.defer(async () => signal.removeEventListener('abort', tell));
}

async function backUpFor(
  context: Context,
  { car, archive }: Bench,
  options: { plan: Plan; label: string | undefined },
): Promise<BackupResult> {
  const progress = await context.progress();
  const backup = await backUp(car, archive, {
    ecus: options.plan.ecus.map(({ address }) => address),
    tool: TOOL,
    ...(options.label === undefined ? {} : { label: options.label }),
    txid: newJobId(),
    onProgress: progress.tell,
  });
  const style = await context.style();
  const names = backup.ecus.map(({ name }) => name).join(', ');
  await context.show([`Backup  ${style.mark(backup.id)}  ${names}, ${plural(backup.blocks, 'block')}, read twice`]);
  return backup;
}

function planResult(plan: Plan) {
  return {
    id: plan.id,
    vin: plan.vehicle.vin,
    kind: plan.kind,
    edits: plan.changes.flatMap(({ edits }) =>
      edits.map(({ address, canonical, old, new: next }) => ({ address, canonical, old, new: next })),
    ),
    effects: plan.effects.map(({ messageId, becomes, label, evidence }) => ({ message: messageId, becomes, label: label.en, evidence })),
    messages: plan.messages.map((report) => ({
      id: report.id,
      active: report.seenActive,
      stored: report.stored !== undefined,
      ...(report.faults === undefined
        ? {}
        : {
            faults: report.faults.map(({ ecu, code, meaning }) => ({
              ecu: formatEcuAddress(ecu),
              code,
              ...(meaning === undefined ? {} : { text: meaning.label.en }),
            })),
          }),
    })),
    notes: plan.notes.map(({ code, text }) => ({ code, text })),
    mustBeNamed: mustBeNamed(plan),
    alreadyDone: plan.alreadyDone,
    ...(plan.undoes === undefined ? {} : { undoes: plan.undoes }),
  };
}
