import { randomBytes } from 'node:crypto';
import { posix, win32 } from 'node:path';
import { messageOf } from '../../core/index.ts';
import type { Check } from './check.ts';
import type { PlatformFacts } from './platform-facts.ts';

/** A house figure: twenty cars, at the half megabyte that reliability.md estimates for one. */
const LEAST_FREE_BYTES = 10 * 1024 * 1024;

/**
 * File systems of Linux that do not keep what a job must find again after a power cut, or keep it on another computer.
 *
 * @see source: Linux, include/uapi/linux/magic.h (published)
 */
const VOLATILE: Readonly<Record<number, string>> = {
  0x01021994: 'in memory (tmpfs): it is gone at the next start',
  0x858458f6: 'in memory (ramfs): it is gone at the next start',
};
const REMOTE: Readonly<Record<number, string>> = {
  0x6969: 'on a network drive (NFS)',
  0xff534d42: 'on a network drive (CIFS)',
  0xfe534d42: 'on a network drive (SMB)',
  0x517b: 'on a network drive (SMB)',
  0x65735546: 'on a drive behind a program (FUSE)',
};

/** Whether backups can be kept where the archive is, or would be made. */
export async function checkArchive(facts: PlatformFacts, directory: string): Promise<readonly Check[]> {
  const folder = await nearestFolder(facts, directory);
  const volume = await facts.volume(folder);
  const checks = [
    await checkWriting(facts, directory, folder),
    checkSpace(directory, volume?.freeBytes),
    checkKind(directory, volume?.type),
  ];
  return checks.filter((check) => check !== undefined);
}

/** The archive itself, or what it would be made in. */
async function nearestFolder({ disk, platform }: PlatformFacts, directory: string): Promise<string> {
  const { dirname, resolve } = platform === 'win32' ? win32 : posix;
  let folder = resolve(directory);
  while ((await disk.lstat(folder).catch(() => undefined)) === undefined && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

/** By doing what a backup does: create, write, sync the file, sync the folder. What was written is taken away again. */
async function checkWriting({ disk, platform }: PlatformFacts, directory: string, folder: string): Promise<Check> {
  const { join } = platform === 'win32' ? win32 : posix;
  const path = join(folder, `.kombi-doctor-${randomBytes(4).toString('hex')}.tmp`);
  try {
    const file = await disk.open(path, 'create');
    try {
      await file.write(new Uint8Array(1));
      await file.sync();
    } finally {
      await file.close();
      await disk.unlink(path);
    }
    await disk.syncDirectory(folder);
  } catch (error) {
    const text = `The archive cannot be kept in ${directory}: ${messageOf(error)}`;
    return {
      id: 'archive.writing',
      state: 'problem',
      text,
      mend: 'Name a folder of yours on a disk of this computer: --archive DIR, or KOMBI_ARCHIVE',
    };
  }
  // See disk-file-system.ts: there is nothing to sync a folder with.
  const weaker = platform === 'win32' ? '; Windows syncs no folder, so a power cut may lose the name of a file' : '';
  return { id: 'archive.writing', state: 'ok', text: `The archive ${directory} can be written and synced${weaker}` };
}

function checkSpace(directory: string, freeBytes: number | undefined): Check | undefined {
  if (freeBytes === undefined) return undefined;
  const free = `${Math.floor(freeBytes / 1024 / 1024)} MB free`;
  if (freeBytes >= LEAST_FREE_BYTES) return { id: 'archive.space', state: 'ok', text: `${free} for backups` };
  return {
    id: 'archive.space',
    state: 'problem',
    text: `Only ${free} where the archive is, ${directory}; a backup of a whole car takes half a megabyte`,
    mend: 'Free at least 10 MB there, or name another folder: --archive DIR',
  };
}

function checkKind(directory: string, type: number | undefined): Check | undefined {
  if (type === undefined) return undefined;
  const gone = VOLATILE[type];
  if (gone !== undefined)
    return {
      id: 'archive.kind',
      state: 'problem',
      text: `The archive ${directory} is ${gone}`,
      mend: 'Name a folder on a disk: --archive DIR',
    };
  const remote = REMOTE[type];
  if (remote === undefined) return undefined;
  return {
    id: 'archive.kind',
    state: 'advice',
    text: `The archive ${directory} is ${remote}, which may lose what it said was synced`,
    mend: 'Write to a disk of this computer and copy afterwards: --archive DIR',
  };
}
