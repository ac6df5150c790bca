import { isKombiError } from '../core/index.ts';
import type { ArchiveFolder } from './archive-folder.ts';
import { checkBackupFile, findBackups, readFoundBackup, vehicleDirectories } from './backup-files.ts';
import { indexManifest, loadManifest, type ManifestLine, saveManifest } from './manifest.ts';
import { readAhead } from './read-ahead.ts';
import { sha256 } from './sha256.ts';

export interface VerifyReport {
  /** Files looked at. */
  readonly checked: number;
  readonly problems: readonly { readonly path: string; readonly problem: string }[];
}

/** Checks every backup of one car, and that the manifest names none that is gone. */
export async function verifyBackups(folder: ArchiveFolder, directory: string): Promise<VerifyReport> {
  const problems: { path: string; problem: string }[] = [];
  const manifest = indexManifest(await loadManifest(folder, directory));
  const backups = await findBackups(folder, directory);
  for (const [backup, bytes] of readAhead(backups, (file) => readFoundBackup(folder, file))) {
    try {
      checkBackupFile(folder, { backup, bytes: await bytes, manifest });
    } catch (error) {
      if (!isKombiError(error, 'archive')) throw error;
      // A newer file cannot be judged beyond the hash in its name, and that held.
      if (error.code !== 'archive.newer-format') problems.push({ path: folder.path(backup.file), problem: error.message });
    }
  }
  const present = new Set(backups.map((backup) => backup.listed));
  for (const path of manifest.keys()) {
    if (!present.has(path))
      problems.push({ path: folder.path(`vehicles/${directory}/${path}`), problem: 'MANIFEST.sha256 names it, but it is not there' });
  }
  return { checked: backups.length, problems };
}

export async function rebuildManifests(folder: ArchiveFolder): Promise<void> {
  for (const directory of await vehicleDirectories(folder)) await rebuildManifest(folder, directory);
}

/** Derives the manifest again. The lines of a damaged file stay, so that `sha256sum -c` keeps telling. */
export async function rebuildManifest(folder: ArchiveFolder, directory: string): Promise<void> {
  const old = indexManifest(await loadManifest(folder, directory));
  const lines: ManifestLine[] = [];
  for (const [{ listed, id }, bytes] of readAhead(await findBackups(folder, directory), (file) => readFoundBackup(folder, file))) {
    const hash = sha256((await bytes) ?? new Uint8Array());
    for (const said of hash.startsWith(id) ? [hash] : (old.get(listed) ?? [])) lines.push({ sha256: said, path: listed });
  }
  await saveManifest(folder, directory, lines);
}
