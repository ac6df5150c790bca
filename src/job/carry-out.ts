import type { Archive, Journal } from '../archive/index.ts';
import type { Effect } from '../coding/index.ts';
import { EXIT, equalBytes, formatDid, formatEcuAddress, isKombiError, KombiError, toHex } from '../core/index.ts';
import { type BackupResult, formatTool, newJobId, savedBlock, type ToolIdentity } from './backup-car.ts';
import { Car } from './car.ts';
import { assertFitToWrite, readConditions, STOP_BELOW_VOLTS } from './conditions.ts';
import { assertNoNewCodingFault, type CodingFault, readCodingFaults } from './kernel/coding-faults.ts';
import { assertSameCar, svkShaOf } from './kernel/fence.ts';
import { type Operation, sha256 } from './kernel/operation.ts';
import { keepSessionsAlive } from './kernel/session.ts';
import { end, type SettleOptions, settle, untouched, verifyAfterReset } from './kernel/settle.ts';
import { Transaction } from './kernel/transaction.ts';
import type { CarLock } from './lock-car.ts';
import { countAsOpen } from './open-jobs.ts';
import type { OnProgress, Plan } from './plan.ts';
import { readTwice } from './read-twice.ts';

export interface CarryOutOptions {
  readonly archive: Archive;
  readonly lock: CarLock;
  /** Made from this car before consent was asked; must hold every block that the plan changes. */
  readonly backup: BackupResult;
  readonly tool: ToolIdentity;
  readonly label?: string;
  /** Heeded at the edge of a block: the job then puts back what it wrote. */
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
  readonly now?: () => Date;
}

export interface JobResult {
  /** Names the job in `history` and for `undo`. */
  readonly job: string;
  readonly backup: string;
  /** Blocks read back equal to the plan after a reset. */
  readonly verified: number;
}

/**
 * Carries out a plan that somebody consented to: re-check, journal, write, read back, reset, read again. Returns only
 * where every block holds its new bytes over a reset.
 *
 * @throws {KombiError} exit 3 where nothing was written, 4 where everything was put back and verified, 5 where the
 *   journal stays open, 6 where a block is in a third state; `vehicle` and message say which
 */
export async function carryOut(car: Car, plan: Plan, options: CarryOutOptions): Promise<JobResult> {
  const { vin } = car.identity;
  const now = options.now ?? (() => new Date());
  const operations = plan.changes.map((change): Operation => ({ ...change, ecuName: car.catalog.ecuName(change.ecu) }));
  const identifiedAt = car.client.reopened;
  const addresses = plan.ecus.map(({ address }) => address);
  let journal: Journal;
  let complaints: readonly CodingFault[];
  try {
    await assertReady(car, plan, options);
    complaints = await readCodingFaults(car, addresses);
    journal = await begin(plan, operations, options, now);
  } catch (error) {
    throw isKombiError(error) ? untouched(error, vin) : error;
  }
  const transaction = new Transaction({
    car,
    journal,
    operations,
    ecus: plan.ecus,
    identifiedAt,
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
  });
  const settling: SettleOptions = { transaction, journal, vin, now };
  using _open = countAsOpen();
  using _keepAlive = keepSessionsAlive(car);
  try {
    for (let index = 0; index < operations.length; index += 1) {
      await assertMayGoOn(car, index, options.signal);
      await transaction.forward(index);
    }
    assertNotStopped(options.signal);
    const observed = await verifyAfterReset(transaction, 'new');
    // What an undo or a restore puts back was there before: a unit that complains of it will not be helped by other bytes.
    if (plan.kind === 'code') await assertNoNewCodingFault(car, addresses, complaints);
    await end(settling, 'COMMITTED', observed);
  } catch (error) {
    throw await settle(settling, error);
  } finally {
    await journal.close();
  }
  return { job: journal.txid, backup: options.backup.id, verified: operations.length };
}

/** Everything that may still say no before the journal is begun. */
async function assertReady(car: Car, plan: Plan, options: CarryOutOptions): Promise<void> {
  if (options.lock.vin !== car.identity.vin || plan.vehicle.vin !== car.identity.vin) {
    throw new KombiError({ code: 'car.other', message: `The plan is for ${plan.vehicle.vin}, this is ${car.identity.vin}` });
  }
  assertFitToWrite(await readConditions(car));
  await assertSameCar(car, plan.ecus);
  await assertLinkFitToWrite(car, plan);
  const saved = await options.archive.loadBackup(options.backup.id);
  for (const change of plan.changes) {
    const current = await readTwice(car.client, change);
    if (!equalBytes(current, change.old)) {
      throw new KombiError({
        code: 'plan.stale',
        message: `${car.catalog.ecuName(change.ecu)} ${formatDid(change.did)} changed since the plan was made: it holds ${toHex(current)}`,
        hint: 'Plan again: the car holds other bytes now than those you agreed to replace.',
      });
    }
    if (!equalBytes(savedBlock(saved, change.ecu, change.did), change.old)) {
      throw new KombiError({
        code: 'backup.lacks-block',
        message: `Backup ${options.backup.id} holds other bytes of block ${formatDid(change.did)}`,
      });
    }
  }
}

/**
 * Proves, with reads, that the link carries long messages unharmed both ways, unless that is proved already.
 *
 * @throws {KombiError} `adapter.unproven`, `adapter.unfit` (exit 3), `link.*`
 */
export async function assertLinkFitToWrite(car: Car, plan: Plan): Promise<void> {
  const [change] = plan.changes;
  if (change === undefined || (await Car.gateOf(car).proveWrites(change.ecu))) return;
  throw new KombiError({
    code: 'adapter.unproven',
    exit: EXIT.refused,
    message: `${car.transport.description} did not carry long messages unharmed three times in a row`,
    hint: 'This adapter may read but not write. Try a lower baud rate, another adapter, or an ENET cable.',
  });
}

async function begin(plan: Plan, operations: readonly Operation[], options: CarryOutOptions, now: () => Date): Promise<Journal> {
  const idsThatBecome = (fate: Effect['becomes']) =>
    plan.effects.flatMap(({ becomes, messageId }) => (becomes === fate ? [messageId] : []));
  const [hides, shows] = [idsThatBecome('hidden'), idsThatBecome('shown')];
  return options.archive.createJournal({
    type: 'BEGIN',
    txid: options.backup.txid ?? newJobId(),
    vin: plan.vehicle.vin,
    kind: plan.kind,
    ...(options.label === undefined ? {} : { label: options.label }),
    ...(plan.undoes === undefined ? {} : { undoes: plan.undoes }),
    planId: plan.id,
    ecus: plan.ecus.map((ecu) => ({
      address: formatEcuAddress(ecu.address),
      serial: ecu.serial ?? '',
      svkSha: svkShaOf(ecu),
    })),
    backup: options.backup.id,
    tool: formatTool(options.tool),
    adapter: options.backup.adapter,
    time: now().toISOString(),
    ops: operations.map((operation) => ({
      ecu: formatEcuAddress(operation.ecu),
      did: formatDid(operation.did),
      old: toHex(operation.old),
      mask: toHex(operation.mask),
      new: toHex(operation.new),
      oldSha: sha256(operation.old),
      newSha: sha256(operation.new),
    })),
    ...(hides.length === 0 ? {} : { hides }),
    ...(shows.length === 0 ? {} : { shows }),
  });
}

/** The edge of a block is where a job may stop; behind the last one, only because somebody asks for it. */
async function assertMayGoOn(car: Car, index: number, signal: AbortSignal | undefined): Promise<void> {
  assertNotStopped(signal);
  if (index === 0) return;
  const voltage = await car.voltage();
  if (voltage !== undefined && voltage < STOP_BELOW_VOLTS) {
    throw new KombiError({
      code: 'car.voltage-low',
      message: `The voltage fell to ${voltage.toFixed(1)} V while writing`,
      hint: 'Connect a charger before the next try.',
    });
  }
}

function assertNotStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  // Whoever stops a job may say with which status.
  if (isKombiError(signal.reason)) throw signal.reason;
  throw new KombiError({ code: 'job.interrupted', exit: EXIT.interrupted, message: 'Interrupted' });
}
