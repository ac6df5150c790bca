import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { ArchiveFolder } from './archive-folder.ts';
import { checkArchiveFormat, prepareArchive } from './archive-format.ts';
import type { BackupContent, BackupDraft } from './backup.ts';
import { findBackup, findBackups, loadBackupFile, loadBackupPath, vehicleDirectories } from './backup-files.ts';
import { formatStamp } from './backup-name.ts';
import { type BackupSummary, summarizeBackups } from './backup-summary.ts';
import { diskFileSystem } from './disk-file-system.ts';
import type { FileSystem } from './file-system.ts';
import type { Journal } from './journal.ts';
import {
  createJournal,
  findJournal,
  isOpen,
  type JournalSummary,
  loadJournals,
  type OpenJournal,
  reopenJournal,
  type StoredJournal,
} from './journal-files.ts';
import type { JournalBegin } from './journal-records.ts';
import { type PrunePlan, planPrune, prune } from './prune.ts';
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
  /**
   * Oldest first within a car; damaged and newer ones are flagged, never left out. Files of other cars, and those made
   * before `since`, are not read.
   */
  listBackups(vin?: string, options?: { readonly since?: Date }): Promise<readonly BackupSummary[]>;
  /** By id, by the first four digits of it or more, or by path. */
  loadBackup(idOrPath: string): Promise<BackupContent>;
  /** The sequence that the next backup of a car will get. */
  nextSequence(vin: string): Promise<number>;
  /** Durable, with its reserve, when it resolves (F2). */
  createJournal(begin: JournalBegin): Promise<Journal>;
  /** Begun and not ended, oldest first. One too damaged to tell what it was for is among them. */
  openJournals(vin?: string): Promise<readonly OpenJournal[]>;
  /** Opens an interrupted one to go on with it. */
  reopenJournal(journal: OpenJournal): Promise<Journal>;
  /** Every transaction that can be read, oldest first within a car. */
  listJournals(vin?: string): Promise<readonly JournalSummary[]>;
  /** By txid, or its first four characters or more. */
  findJournal(txid: string): Promise<StoredJournal>;
  /** Checks every file; `rebuild` first derives the manifests again. Does not throw on damage. */
  verifyAll(options?: { readonly rebuild?: boolean }): Promise<VerifyReport>;
  rebuildManifest(): Promise<void>;
  /** What pruning would put away, car by car; moves nothing. */
  planPrune(vin?: string): Promise<readonly PrunePlan[]>;
  /** Moves what {@link planPrune} says of one car to `trash`. Never deletes. */
  prune(vin: string): Promise<PrunePlan>;
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
  const cars = async (vin: string | undefined) => (vin === undefined ? vehicleDirectories(folder) : [vehicleDirectory(vin)]);
  const journalsOf = async (vin: string | undefined) => {
    const journals: StoredJournal[] = [];
    for (const car of await cars(vin)) journals.push(...(await loadJournals(folder, car)));
    return journals;
  };
  return {
    directory: folder.root,
    async saveBackup(draft) {
      await prepare();
      return saveBackup(draft, { folder, host, now: now() });
    },
    async listBackups(vin, { since } = {}) {
      await checkArchiveFormat(folder);
      const earliest = since === undefined ? '' : formatStamp(since);
      const summaries: BackupSummary[] = [];
      for (const car of await cars(vin)) {
        const files = (await findBackups(folder, car)).filter(({ stamp }) => stamp >= earliest);
        summaries.push(...(await summarizeBackups(folder, files)));
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
    async createJournal(begin) {
      await prepare();
      return createJournal(folder, begin);
    },
    async openJournals(vin) {
      await checkArchiveFormat(folder);
      return (await journalsOf(vin)).filter(isOpen);
    },
    reopenJournal: (journal) => reopenJournal(folder, journal),
    async listJournals(vin) {
      await checkArchiveFormat(folder);
      return (await journalsOf(vin)).flatMap((journal) => (journal.begin === undefined ? [] : [{ ...journal, begin: journal.begin }]));
    },
    async findJournal(txid) {
      await checkArchiveFormat(folder);
      return findJournal(folder, txid);
    },
    async verifyAll({ rebuild = false } = {}) {
      await checkArchiveFormat(folder);
      if (rebuild) await rebuildManifests(folder);
      const reports: VerifyReport[] = [];
      for (const car of await vehicleDirectories(folder)) {
        reports.push(await verifyBackups(folder, car));
        for (const { path, damaged } of await loadJournals(folder, car)) {
          reports.push({ checked: 1, problems: damaged === undefined ? [] : [{ path, problem: damaged }] });
        }
      }
      return { checked: reports.reduce((sum, report) => sum + report.checked, 0), problems: reports.flatMap((report) => report.problems) };
    },
    async rebuildManifest() {
      await checkArchiveFormat(folder);
      await rebuildManifests(folder);
    },
    async planPrune(vin) {
      await checkArchiveFormat(folder);
      const plans: PrunePlan[] = [];
      for (const car of await cars(vin)) plans.push(await planPrune(folder, car));
      return plans;
    },
    async prune(vin) {
      await checkArchiveFormat(folder);
      return prune(folder, vehicleDirectory(vin));
    },
    vehicleDirectory: (vin) => folder.path(`vehicles/${vehicleDirectory(vin)}`),
  };
}
