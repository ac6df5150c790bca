import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { syncError, writeError } from './archive-error.ts';
import { errnoOf, type FileSystem, type OpenFile } from './file-system.ts';

export interface DurableFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly mode: number;
}

/** What a file system without hard links answers to `link` (FAT, exFAT, some network shares). */
export const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/**
 * Creates a file that is whole and durable under its name, or not there: temporary file in the same folder, sync,
 * link (which never replaces), sync of the folder. The folder itself must be durable already.
 *
 * @throws {KombiError} `archive.disk-full`, `archive.not-writable` (also where the name is taken), `archive.sync-failed`
 */
export async function createDurably(fileSystem: FileSystem, file: DurableFile): Promise<void> {
  await publish(fileSystem, file, async (temporary) => {
    try {
      await fileSystem.link(temporary, file.path);
    } catch (error) {
      if (!NO_LINKS.has(errnoOf(error) ?? '')) throw error;
      if ((await fileSystem.lstat(file.path)) !== undefined) {
        throw Object.assign(new Error(`EEXIST: ${file.path} is already there`), { code: 'EEXIST' });
      }
      await fileSystem.rename(temporary, file.path);
      return;
    }
    await fileSystem.unlink(temporary);
  });
}

/** As {@link createDurably}, but takes the place of a file there: only for what can be derived again. */
export async function replaceDurably(fileSystem: FileSystem, file: DurableFile): Promise<void> {
  await publish(fileSystem, file, (temporary) => fileSystem.rename(temporary, file.path));
}

async function publish(fileSystem: FileSystem, file: DurableFile, name: (temporary: string) => Promise<void>): Promise<void> {
  const folder = dirname(file.path);
  const temporary = join(folder, `.${basename(file.path)}.${randomBytes(4).toString('hex')}.tmp`);
  try {
    await writeSynced(fileSystem, { ...file, path: temporary });
    await name(temporary);
  } catch (error) {
    // What is left of the attempt helps nobody; the first error is the one to tell.
    await fileSystem.unlink(temporary).catch(() => undefined);
    throw writeError(file.path, error);
  }
  await syncDirectory(fileSystem, folder);
}

/** Creates a file and syncs its bytes. Its name is not durable before its folder is synced. */
export async function writeSynced(fileSystem: FileSystem, { path, bytes, mode }: DurableFile): Promise<void> {
  // A mode without write permission holds for the next open, not for this one.
  const file = await fileSystem.open(path, 'create', mode);
  try {
    await writeWhole(file, bytes);
    await syncFile(file, path);
  } finally {
    await file.close();
  }
}

/** Writes on after short writes; a write of nothing is an error, not a reason to spin. */
export async function writeWhole(file: OpenFile, bytes: Uint8Array): Promise<void> {
  let offset = 0;
  while (offset < bytes.length) {
    const written = await file.write(offset === 0 ? bytes : bytes.subarray(offset));
    if (written <= 0) throw Object.assign(new Error('EIO: the disk took no bytes'), { code: 'EIO' });
    offset += written;
  }
}

/** @throws {KombiError} `archive.sync-failed` */
export async function syncFile(file: OpenFile, path: string): Promise<void> {
  try {
    await file.sync();
  } catch (error) {
    throw syncError(path, error);
  }
}

/** @throws {KombiError} `archive.sync-failed` */
export async function syncDirectory(fileSystem: FileSystem, path: string): Promise<void> {
  try {
    await fileSystem.syncDirectory(path);
  } catch (error) {
    throw syncError(path, error);
  }
}
