import { constants } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errnoOf } from './file-system.ts';
import type { HeldLock, LockHeld } from './lock-holder.ts';

/**
 * `open(2)` of macOS and the BSDs takes the lock of flock(2) in the same call. Node passes the bit on but does not
 * name it.
 *
 * @see source: macOS `sys/fcntl.h`, open(2) (published); not run on a Mac yet
 */
const O_EXLOCK = 0x20;
const BUSY = new Set(['EAGAIN', 'EWOULDBLOCK']);

/**
 * A pid file whose lock the kernel owns: the pid in it is only told, never believed, so neither a reused pid nor a
 * file left behind can mislead. The file stays; unlinking one that another has open would make two locks.
 */
export async function lockFile(key: string): Promise<HeldLock | LockHeld> {
  const path = join(tmpdir(), `${key}.lock`);
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK | O_EXLOCK, 0o600);
  } catch (error) {
    if (!BUSY.has(errnoOf(error) ?? '')) throw error;
    const text = await readFile(path, 'utf8').catch(() => '');
    return { heldBy: /^\d{1,10}$/.test(text) ? Number(text) : undefined };
  }
  await handle.truncate();
  await handle.write(String(process.pid), 0);
  return { release: () => handle.close() };
}
