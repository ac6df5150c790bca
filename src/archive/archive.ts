import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { ArchiveFolder } from './archive-folder.ts';
import { checkArchiveFormat, prepareArchive } from './archive-format.ts';
import type { BackupContent, BackupDraft } from './backup.ts';
import { findBackup, findBackups, loadBackupFile, loadBackupPath, vehicleDirectories } from './backup-files.ts';
import { type BackupSummary, summarizeBackup } from './backup-summary.ts';
import { diskFileSystem } from './disk-file-system.ts';
import type { FileSystem } from './file-system.ts';
import { type SavedBackup, saveBackup } from './save-backup.ts';
import { sha256 } from './sha256.ts';
import { vehicleDirectory } from './vehicle-directory.ts';
import { rebuildManifests, type VerifyReport, verifyBackups } from './verify-archive.ts';

export interface ArchiveOptions {
  readonly fileSystem?: FileSystem;
  /** Tells laptops apart in file names; hashed. Default: the host's name. */
  readonly hostId?: string;
  readonly now?: () => Date;
}

/** Backups and journals of all cars. Every method throws KombiErrors of `archive.*`, and `usage.backup`, `usage.job`. */
export interface Archive {
  readonly directory: string;
  /** Durable, read back and verified when it resolves (F1). */
  saveBackup(draft: BackupDraft): Promise<SavedBackup>;
  /** Oldest first within a car; damaged and newer ones are flagged, never left out. */
  listBackups(vin?: string): Promise<readonly BackupSummary[]>;
  /** By id, by the first four digits of it or more, or by path. */
  loadBackup(idOrPath: string): Promise<BackupContent>;
  /** The sequence that the next backup of a car will get. */
  nextSequence(vin: string): Promise<number>;
  /** Checks every file; `rebuild` first derives the manifests again. Does not throw on damage. */
  verifyAll(options?: { readonly rebuild?: boolean }): Promise<VerifyReport>;
  rebuildManifest(): Promise<void>;
  /** The folder of a car. */
  vehicleDirectory(vin: string): string;
}

/** Makes nothing on disk before the first write. */
export function openArchive(directory: string, options: ArchiveOptions = {}): Archive {
  const folder = new ArchiveFolder(resolve(directory), options.fileSystem ?? diskFileSystem);
  const host = sha256(options.hostId ?? hostname()).slice(0, 4);
  const now = options.now ?? (() => new Date());
  const prepare = async () => {
    await checkArchiveFormat(folder);
    await prepareArchive(folder);
  };
  return {
    directory: folder.root,
    async saveBackup(draft) {
      await prepare();
      return saveBackup(draft, { folder, host, now: now() });
    },
    async listBackups(vin) {
      await checkArchiveFormat(folder);
      const summaries: BackupSummary[] = [];
      for (const car of vin === undefined ? await vehicleDirectories(folder) : [vehicleDirectory(vin)]) {
        for (const backup of await findBackups(folder, car)) summaries.push(await summarizeBackup(folder, backup));
      }
      return summaries;
    },
    async loadBackup(idOrPath) {
      await checkArchiveFormat(folder);
      if (/[/\\]|\.json$/.test(idOrPath)) return loadBackupPath(folder, resolve(idOrPath));
      return loadBackupFile(folder, await findBackup(folder, idOrPath));
    },
    async nextSequence(vin) {
      return ((await findBackups(folder, vehicleDirectory(vin))).at(-1)?.sequence ?? 0) + 1;
    },
    async verifyAll({ rebuild = false } = {}) {
      await checkArchiveFormat(folder);
      if (rebuild) await rebuildManifests(folder);
      const reports: VerifyReport[] = [];
      for (const car of await vehicleDirectories(folder)) reports.push(await verifyBackups(folder, car));
      return { checked: reports.reduce((sum, report) => sum + report.checked, 0), problems: reports.flatMap((report) => report.problems) };
    },
    async rebuildManifest() {
      await checkArchiveFormat(folder);
      await rebuildManifests(folder);
    },
    vehicleDirectory: (vin) => folder.path(`vehicles/${vehicleDirectory(vin)}`),
  };
}
