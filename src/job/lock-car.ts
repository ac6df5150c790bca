import { type Archive, acquireLock, type Lock, portLockName, vinLockName } from '../archive/index.ts';
import { EXIT, KombiError } from '../core/index.ts';
import type { Car } from './car.ts';

/** Sole leave to write to one car over one link; released by disposing of it, or by the end of the process. */
export interface CarLock extends AsyncDisposable {
  readonly vin: string;
}

/**
 * The first step of every command that would write: nobody else writes to this car or over this link, and no earlier
 * job is open.
 *
 * @throws {KombiError} `lock.held` (exit 7); `job.open` (exit 5) naming the journal and what to run
 */
export async function lockCar(car: Car, archive: Archive): Promise<CarLock> {
  const lock = await lockOnly(car, archive);
  try {
    await assertNoOpenJournal(archive, car.identity.vin);
  } catch (error) {
    await lock[Symbol.asyncDispose]();
    throw error;
  }
  return lock;
}

/** The lock alone, for recovery, which is there for open journals. */
export async function lockOnly(car: Car, archive: Archive): Promise<CarLock> {
  const { vin } = car.identity;
  const { portName } = car.transport;
  const names = [vinLockName(archive.directory, vin), ...(portName === undefined ? [] : [portLockName(portName)])];
  const lock: Lock = await acquireLock(names);
  return { vin, [Symbol.asyncDispose]: () => lock[Symbol.asyncDispose]() };
}

/**
 * Without a VIN: no car has one.
 *
 * @throws {KombiError} `job.open` (exit 5)
 */
export async function assertNoOpenJournal(archive: Archive, vin?: string): Promise<void> {
  const [open] = await archive.openJournals(vin);
  if (open === undefined) return;
  throw new KombiError({
    code: 'job.open',
    exit: EXIT.recoveryNeeded,
    vehicle: 'unknown',
    message: `An earlier job on ${open.vin} was interrupted: its blocks may be old or new. Journal: ${open.path}`,
    hint: 'Run `kombi recover` on this car first.',
  });
}
