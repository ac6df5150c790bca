import type { Archive, BeginRecord, Journal, OpenJournal } from '../archive/index.ts';
import { did, type EcuAddress, EXIT, ecuAddress, fromHex, isKombiError, KombiError, type VehicleState } from '../core/index.ts';
import { type EcuIdentity, wayToAsk } from '../vehicle/index.ts';
import { savedBlock } from './backup-car.ts';
import type { Car } from './car.ts';
import { cafdLost, hasLostCafd, svkShaOf, unstoppable } from './kernel/fence.ts';
import { type Holding, holdingOf, type Operation } from './kernel/operation.ts';
import { keepSessionsAlive } from './kernel/session.ts';
import { end, failedToSettle, rollBack, type SettleOptions, verifyAfterReset } from './kernel/settle.ts';
import { Transaction, type WrittenBefore } from './kernel/transaction.ts';
import type { CarLock } from './lock-car.ts';
import { countAsOpen } from './open-jobs.ts';
import type { OnProgress } from './plan.ts';

export interface RecoverOptions {
  readonly lock: CarLock;
  /** Complete the job instead of putting the old bytes back. */
  readonly forward?: boolean;
  readonly onProgress?: OnProgress;
  readonly now?: () => Date;
}

export interface RecoverResult {
  /** `nothing-open`, or how the journal was closed. */
  readonly state: 'nothing-open' | 'aborted' | 'committed' | 'rolled-back';
  readonly job: string | undefined;
  readonly blocks: number;
  /** 0, or 4 where old bytes were put back. */
  readonly exit: 0 | 4;
  readonly vehicle: VehicleState;
}

/**
 * Finishes an interrupted job: fences, reads what each block holds, and brings it to one side. Every step is "read;
 * if not the target, write it; verify", so that running it again, after a crash in it too, ends the same way.
 *
 * @throws {KombiError} exit 3 for another car (the journal stays open), 5 still open, 6 stuck, 9 nothing intact
 * @see reliability: recovery rules R1 to R7
 */
export async function recover(car: Car, archive: Archive, options: RecoverOptions): Promise<RecoverResult> {
  const { vin } = car.identity;
  const open = await archive.openJournals();
  const mine = open.find((candidate) => candidate.vin === vin);
  if (mine === undefined) {
    const [other] = open;
    if (other === undefined) return { state: 'nothing-open', job: undefined, blocks: 0, exit: EXIT.done, vehicle: 'untouched' };
    throw new KombiError({
      code: 'car.other',
      message: `The open job is on ${other.vin}; this car is ${vin}`,
      hint: 'Connect to that car and run `kombi recover` again.',
    });
  }
  const journal = await archive.reopenJournal(mine);
  using _open = countAsOpen();
  try {
    return await recoverJournal(car, { archive, open: mine, journal, options });
  } finally {
    await journal.close();
  }
}

interface Recovery {
  readonly archive: Archive;
  readonly open: OpenJournal;
  readonly journal: Journal;
  readonly options: RecoverOptions;
}

async function recoverJournal(car: Car, recovery: Recovery): Promise<RecoverResult> {
  const { open, journal, options } = recovery;
  const begin = await beginOf(recovery);
  const operations = await operationsOf(car, recovery, begin);
  const intents = open.records.filter((record) => record.type === 'INTENT');
  const written = intents.map((intent): WrittenBefore => ({ index: intent.op, direction: intent.dir }));
  // A rotten line may have been an intent: then any block may have been written.
  if (open.damaged !== undefined) written.push(...operations.map((_, index): WrittenBefore => ({ index, direction: 'forward' })));
  const identifiedAt = car.client.reopened;
  const ecus = await sameEcus(car, begin);
  const transaction = new Transaction({
    car,
    journal,
    operations,
    ecus,
    identifiedAt,
    written,
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
  });
  const settling: SettleOptions = { transaction, journal, vin: car.identity.vin, now: options.now ?? (() => new Date()) };
  const closed = (state: RecoverResult['state'], vehicle: VehicleState): RecoverResult => ({
    state,
    job: journal.txid,
    blocks: transaction.touched().length,
    exit: state === 'rolled-back' ? EXIT.restored : EXIT.done,
    vehicle,
  });
  if (transaction.touched().length === 0) {
    await end(settling, 'ABORTED');
    return closed('aborted', 'untouched');
  }
  using _keepAlive = keepSessionsAlive(car);
  try {
    await transaction.fence();
    const lost = ecus.find((ecu, index) => svkShaOf(ecu) !== begin.ecus[index]?.svkSha);
    if (lost !== undefined) throw cafdLost(lost);
    const holdings = await classify(transaction);
    if (options.forward === true) for (const index of operations.keys()) await transaction.forward(index);
    // A block that no write was ever meant for is old, so a job that stopped before it is not done.
    const isDone = holdings.length === operations.length && holdings.every((holding) => holding === 'new');
    if (options.forward === true || isDone) {
      if (await persisted(settling)) return closed('committed', 'changed');
    }
    await rollBack(settling);
    return closed('rolled-back', 'restored');
  } catch (error) {
    throw await failedToSettle(settling, asInterrupted(error, journal), error);
  }
}

/** All new is committed only where it survives a reset; else it is put back. */
async function persisted(settling: SettleOptions): Promise<boolean> {
  try {
    await end(settling, 'COMMITTED', await verifyAfterReset(settling.transaction, 'new'));
    return true;
  } catch (error) {
    if (isKombiError(error, 'job.not-persistent')) return false;
    throw error;
  }
}

async function classify(transaction: Transaction): Promise<readonly Holding[]> {
  const holdings: Holding[] = [];
  for (const index of transaction.touched()) {
    const operation = transaction.operations[index];
    if (operation !== undefined) holdings.push(holdingOf(operation, await transaction.read(index, { afterReset: false })));
  }
  return holdings;
}

/** @throws {KombiError} `archive.damaged` (exit 9) where not even BEGIN can be read: nobody knows which blocks to look at */
async function beginOf({ archive, open }: Recovery): Promise<BeginRecord> {
  if (open.begin !== undefined) return open.begin;
  const backup = (await archive.listBackups(open.vin)).find((summary) => summary.txid === open.txid);
  throw new KombiError({
    code: 'archive.damaged',
    vehicle: 'unknown',
    message: `The journal of job ${open.txid} is damaged: ${open.path}`,
    hint:
      backup === undefined
        ? 'No backup of that job is left either. `kombi backup list` shows what there is.'
        : `The backup made for that job is ${backup.id}: \`kombi backup verify --against-car ${backup.id}\` shows what differs, \`kombi restore\` puts blocks back.`,
  });
}

/** The blocks of the journal; where its own lines are damaged, the old bytes come from the backup (R1). */
async function operationsOf(car: Car, { archive, open }: Recovery, begin: BeginRecord): Promise<readonly Operation[]> {
  const backup = open.damaged ? await archive.loadBackup(begin.backup) : undefined;
  return begin.ops.map((op): Operation => {
    const ecu = ecuAddress(Number.parseInt(op.ecu, 16));
    const block = did(Number.parseInt(op.did, 16));
    const old = backup === undefined ? fromHex(op.old) : savedBlock(backup, ecu, block);
    return { ecu, ecuName: car.catalog.ecuName(ecu), did: block, old, mask: fromHex(op.mask), new: fromHex(op.new) };
  });
}

/** @throws {KombiError} `car.other` (exit 3): the journal stays open (R3) */
async function sameEcus(car: Car, begin: BeginRecord): Promise<readonly EcuIdentity[]> {
  const ecus: EcuIdentity[] = [];
  for (const saved of begin.ecus) {
    const address: EcuAddress = ecuAddress(Number.parseInt(saved.address, 16));
    const ecu = await wayToAsk(car.identity.protocol).readEcu(address, unstoppable(car));
    // A serial that was not told when the job began tells nobody apart; the SVK has to.
    const sameSerial = saved.serial === '' || ecu.serial === saved.serial;
    // One that has lost its coding description is still the same one.
    if (!sameSerial || !(svkShaOf(ecu) === saved.svkSha || hasLostCafd(ecu))) {
      throw new KombiError({
        code: 'car.other',
        message: `${ecu.name} is not the unit that the interrupted job wrote to: its serial or its SVK (software versions) differ`,
        hint: 'Put the unit of that job back, then run `kombi recover` again.',
      });
    }
    ecus.push(ecu);
  }
  return ecus;
}

function asInterrupted(error: unknown, journal: Journal): KombiError {
  if (error instanceof KombiError) return error;
  return new KombiError({ code: 'bug.recover', exit: EXIT.bug, message: `Recovery of ${journal.txid} failed`, cause: error });
}
