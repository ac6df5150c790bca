import { type Clock, KombiError, systemClock } from '../core/index.ts';
import { lockFile } from './lock-file.ts';
import type { HeldLock, LockHeld } from './lock-holder.ts';
import { lockSocket } from './lock-socket.ts';
import { sha256 } from './sha256.ts';

/** Sole leave to use what it names, until it is released or the process ends, however it ends. */
export interface Lock extends AsyncDisposable {
  readonly names: readonly string[];
}

export interface LockOptions {
  readonly clock?: Clock;
  readonly platform?: NodeJS.Platform;
}

/**
 * Takes all locks or none. The kernel owns them: a killed process holds nothing, so there is no stale state to break
 * and no pid to mistake for another. They reach as far as one machine (on Linux, one network namespace).
 *
 * @param names as {@link vinLockName} and {@link portLockName} give them; they appear in the error
 * @throws {KombiError} `lock.held` (exit 7)
 */
export async function acquireLock(
  names: readonly string[],
  { clock = systemClock, platform = process.platform }: LockOptions = {},
): Promise<Lock> {
  // In one order for everybody, so that two programs cannot each hold half.
  const sorted = [...new Set(names)].sort();
  const held: HeldLock[] = [];
  const releaseAll = async () => {
    for (const lock of held.splice(0).reverse()) await lock.release();
  };
  try {
    for (const name of sorted) {
      const key = `kombi-${sha256(name).slice(0, 32)}`;
      const lock = platform === 'linux' || platform === 'win32' ? await lockSocket(key, { clock, platform }) : await lockFile(key);
      if ('heldBy' in lock) throw heldError(name, lock);
      held.push(lock);
    }
  } catch (error) {
    await releaseAll();
    throw error;
  }
  return { names: sorted, [Symbol.asyncDispose]: releaseAll };
}

function heldError(name: string, { heldBy }: LockHeld): KombiError {
  const who = heldBy === undefined ? 'another program' : `process ${heldBy}`;
  return new KombiError({
    code: 'lock.held',
    message: `${name} is in use by ${who}`,
    hint: 'Wait until it is done. Two programs must never code one car, or speak through one adapter, at once.',
  });
}
