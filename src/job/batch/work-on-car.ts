import type { Archive } from '../../archive/index.ts';
import type { Catalog } from '../../catalog/index.ts';
import { EXIT, formatEcuAddress, isKombiError, KombiError } from '../../core/index.ts';
import type { Transport } from '../../transport/index.ts';
import { DTC_STATUS } from '../../uds/index.ts';
import type { EcuIdentity } from '../../vehicle/index.ts';
import { backUp, type ToolIdentity } from '../backup-car.ts';
import { type Car, openCar } from '../car.ts';
import { planCoding } from '../plan-coding.ts';
import { readFaults } from '../read-faults.ts';
import { compareWithLastBackup } from './compare-with-last-backup.ts';
import type { BatchAction, BatchCar } from './manifest.ts';
import type { CarFindings } from './outcome.ts';
import type { CarContext, WorkOnCar } from './run-batch.ts';
import { Turns } from './turns.ts';
import { savingWhole } from './what-it-lacks.ts';

export interface BatchWorkOptions {
  /** Makes the transport of a link, closed. */
  readonly open: (link: string) => Promise<Transport>;
  readonly catalog: Catalog;
  readonly archive: Archive;
  readonly tool: ToolIdentity;
  readonly timeoutMs?: number | undefined;
  readonly experimental?: boolean | undefined;
}

interface Bench extends BatchWorkOptions {
  readonly car: Car;
  readonly entry: BatchCar;
  readonly context: CarContext;
}

const NEVER = new AbortController().signal;

/** What each action finds, and keeps in the car's record. */
const ACTIONS: Readonly<Record<BatchAction, (bench: Bench) => Promise<void>>> = { info, faults, backup, verify, plan };

/** What a batch does with one car: reads, and nothing else. The connection takes no token, so that no code path could write. */
export function workOnCars(given: BatchWorkOptions): WorkOnCar {
  const options = { ...given, archive: savingInTurn(given.archive) };
  return async (entry, context) => {
    const { record, signal } = context;
    const transport = await options.open(entry.link);
    try {
      // One adapter by two names, such as /dev/serial/by-id/… and /dev/ttyUSB0.
      if (transport.portName !== undefined) await context.take(`port ${transport.portName}`);
      signal.throwIfAborted();
    } catch (error) {
      await transport.dispose();
      throw error;
    }
    context.onProgress({ step: 'identify' });
    const timeout = options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs };
    const car = await openCar(transport, { catalog: options.catalog, signal, readOnly: true, ...timeout });
    try {
      const { vin } = car.identity;
      record.vin = vin;
      assertExpected(entry, car);
      await noteOpenJob(car, options.archive, context);
      for (const action of entry.actions) {
        signal.throwIfAborted();
        await ACTIONS[action]({ ...options, car, entry, context });
      }
    } finally {
      await car.dispose();
    }
  };
}

/** Two links may lead to one car, and an archive numbers the backups of each car. */
function savingInTurn(archive: Archive): Archive {
  const turns = new Turns();
  return {
    ...archive,
    saveBackup: async (draft) => {
      using _turn = await turns.take(draft.vehicle.vin, NEVER);
      return await archive.saveBackup(draft);
    },
  };
}

function assertExpected(entry: BatchCar, car: Car): void {
  const { vin } = car.identity;
  if (entry.vin === undefined || entry.vin === vin) return;
  throw new KombiError({
    code: 'car.other',
    exit: EXIT.refused,
    message: `The manifest says that this is ${entry.vin}, and the car says that it is ${vin}`,
    hint: 'Check which cable or adapter is at which car, then the link and the VIN in the manifest.',
  });
}

async function noteOpenJob(car: Car, archive: Archive, { record }: CarContext): Promise<void> {
  try {
    const [open] = await archive.openJournals(car.identity.vin);
    if (open !== undefined) record.notes.push('An earlier job on this car was interrupted; run kombi recover before you write or drive.');
  } catch (error) {
    // To read a car no archive is needed; an action that needs it says so itself.
    if (!isKombiError(error, 'archive')) throw error;
  }
}

async function info({ car, context: { record, onProgress } }: Bench): Promise<void> {
  const { series, model, iLevels } = car.identity;
  const ecus = await car.survey(onProgress);
  record.notes.push(...ecus.filter(({ identity }) => identity === undefined).map((ecu) => `${titleOf(ecu)} does not answer.`));
  record.findings.info = {
    series: series ?? null,
    model: model ?? null,
    iLevel: iLevels?.current ?? null,
    ecus: ecus.length,
  };
}

/** Of many ECUs, one that refuses is told and passed over, as by `kombi faults`. */
async function faults({ car, context: { record, onProgress } }: Bench): Promise<void> {
  const found: NonNullable<CarFindings['faults']>[number][] = [];
  for (const ecu of await car.survey(onProgress)) {
    try {
      for (const { code, status } of (await readFaults(car, ecu.address)).faults) {
        found.push({ ecu: formatEcuAddress(ecu.address), name: ecu.name, code, present: (status & DTC_STATUS.testFailed) !== 0 });
      }
    } catch (error) {
      if (!(isKombiError(error, 'uds') || isKombiError(error, 'ecu'))) throw error;
      record.notes.push(`${titleOf(ecu)} does not tell its trouble codes: ${error.message}.`);
    }
    await car.assertSame();
  }
  record.findings.faults = found;
}

async function backup({ car, archive, tool, entry, context }: Bench): Promise<void> {
  const { record, onProgress } = context;
  const whole = savingWhole(archive, { partial: entry.partial, onLack: (text) => record.notes.push(text) });
  // A silent ECU does not keep the others from being read.
  const saved = await backUp(car, whole, { tool, label: entry.label, mayLack: true, onProgress });
  record.findings.backup = { ecus: saved.ecus.length, blocks: saved.blocks, complete: saved.complete };
  record.saved.push({ backup: saved.id, path: saved.path });
}

async function verify({ car, archive, context }: Bench): Promise<void> {
  context.record.findings.verify = { blocks: await compareWithLastBackup(car, archive, context.onProgress) };
}

function titleOf({ name, address }: Pick<EcuIdentity, 'name' | 'address'>): string {
  const hex = formatEcuAddress(address);
  return name === hex ? hex : `${name} ${hex}`;
}

async function plan({ car, entry, experimental, context }: Bench): Promise<void> {
  const { id, changes, alreadyDone } = await planCoding(car, entry.edits, { experimental });
  const edits = changes.flatMap((change) => change.edits.map(({ canonical, old, new: next }) => ({ address: canonical, old, new: next })));
  context.record.findings.plan = { id, edits, alreadyDone };
}
