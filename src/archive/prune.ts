import { basename } from 'node:path';
import { equalBytes } from '../core/index.ts';
import { damagedError, writeError } from './archive-error.ts';
import type { ArchiveFolder } from './archive-folder.ts';
import { findBackups } from './backup-files.ts';
import { summarizeBackups } from './backup-summary.ts';
import { NO_LINKS, syncDirectory } from './durable-file.ts';
import { errnoOf } from './file-system.ts';
import { loadJournals } from './journal-files.ts';
import { loadManifest, saveManifest } from './manifest.ts';
import { type RetainedBackup, retain } from './retention.ts';
import { rebuildManifest } from './verify-archive.ts';

/** What pruning does, or would do, to the backups of one car. */
export interface PrunePlan {
  readonly vin: string;
  readonly kept: readonly RetainedBackup[];
  /** Oldest first; `trash` is the path that each goes to. */
  readonly moved: readonly (Pick<RetainedBackup, 'backup'> & { readonly trash: string })[];
}

export async function planPrune(folder: ArchiveFolder, directory: string): Promise<PrunePlan> {
  const backups = await summarizeBackups(folder, await findBackups(folder, directory));
  const retained = retain(backups, await loadJournals(folder, directory));
  return {
    vin: backups.find(({ state }) => state === 'intact')?.vin ?? directory,
    kept: retained.filter(({ keep }) => keep.length > 0),
    moved: retained
      .filter(({ keep }) => keep.length === 0)
      .map(({ backup }) => ({ backup, trash: folder.path(`${trashFolder(directory)}/${basename(backup.path)}`) })),
  };
}

/**
 * Moves what a plan names to the trash, as it lay: to bring one back, move it back. At any instant every backup is in
 * its place or in the trash, durably, and no manifest misses one: its line goes first.
 *
 * @throws {KombiError} `archive.*`: what was not moved yet is where it was; pruning again goes on
 */
export async function prune(folder: ArchiveFolder, directory: string): Promise<PrunePlan> {
  const plan = await planPrune(folder, directory);
  const names = plan.moved.map(({ backup }) => basename(backup.path));
  if (names.length === 0) return plan;
  const leaving = new Set(names.map((name) => `backups/${name}`));
  await saveManifest(
    folder,
    directory,
    (await loadManifest(folder, directory)).filter(({ path }) => !leaving.has(path)),
  );
  await folder.makeDirectory(trashFolder(directory));
  for (const name of names) await publishInTrash(folder, directory, name);
  await syncDirectory(folder.fileSystem, folder.path(trashFolder(directory)));
  for (const name of names) await removeFromBackups(folder, directory, name);
  await syncDirectory(folder.fileSystem, folder.path(backupsFolder(directory)));
  await rebuildManifest(folder, directory);
  return plan;
}

/** A second name in the trash; where the file system has none, the file itself moves. */
async function publishInTrash(folder: ArchiveFolder, directory: string, name: string): Promise<void> {
  const from = folder.path(`${backupsFolder(directory)}/${name}`);
  const to = folder.path(`${trashFolder(directory)}/${name}`);
  try {
    await folder.fileSystem.link(from, to);
  } catch (error) {
    const errno = errnoOf(error) ?? '';
    if (errno === 'EEXIST') await checkEqual(folder, directory, name);
    else if (!NO_LINKS.has(errno)) throw writeError(to, error);
    else await rename(folder, { from, to, directory, name });
  }
}

async function rename(
  folder: ArchiveFolder,
  { from, to, directory, name }: { readonly from: string; readonly to: string; readonly directory: string; readonly name: string },
): Promise<void> {
  if (await folder.exists(`${trashFolder(directory)}/${name}`)) return checkEqual(folder, directory, name);
  try {
    await folder.fileSystem.rename(from, to);
  } catch (error) {
    throw writeError(to, error);
  }
}

/** A prune that was interrupted, or a backup brought back by copying, left it there; anything else has no business to be. */
async function checkEqual(folder: ArchiveFolder, directory: string, name: string): Promise<void> {
  const [kept, thrown] = await Promise.all([
    folder.read(`${backupsFolder(directory)}/${name}`),
    folder.read(`${trashFolder(directory)}/${name}`),
  ]);
  if (kept === undefined || thrown === undefined || equalBytes(kept, thrown)) return;
  throw damagedError(folder.path(`${trashFolder(directory)}/${name}`), 'it is called like a backup and holds something else');
}

async function removeFromBackups(folder: ArchiveFolder, directory: string, name: string): Promise<void> {
  const path = folder.path(`${backupsFolder(directory)}/${name}`);
  try {
    await folder.fileSystem.unlink(path);
  } catch (error) {
    // It moved, where no second name could be made.
    if (errnoOf(error) !== 'ENOENT') throw writeError(path, error);
  }
}

function backupsFolder(directory: string): string {
  return `vehicles/${directory}/backups`;
}

/** Laid out as the archive itself. */
function trashFolder(directory: string): string {
  return `trash/${backupsFolder(directory)}`;
}
