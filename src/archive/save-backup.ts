import { equalBytes } from '../core/index.ts';
import { damagedError } from './archive-error.ts';
import { type ArchiveFolder, MAX_FILE_BYTES } from './archive-folder.ts';
import { BACKUP_FORMAT, type BackupContent, type BackupDraft, decodeBackup, encodeBackup } from './backup.ts';
import { findBackups } from './backup-files.ts';
import { formatBackupName, formatStamp, formatTime } from './backup-name.ts';
import { loadManifest, saveManifest } from './manifest.ts';
import { vehicleDirectory } from './vehicle-directory.ts';

export interface SavedBackup {
  readonly id: string;
  readonly path: string;
  readonly sha256: string;
  /** As read back from the disk and verified: what a write to the car may rely on. */
  readonly content: BackupContent;
}

export interface SaveContext {
  readonly folder: ArchiveFolder;
  /** Four hex digits of this laptop. */
  readonly host: string;
  readonly now: Date;
}

/** Sync point F1: when it returns, the bytes are durable, read back and verified. */
export async function saveBackup(draft: BackupDraft, { folder, host, now }: SaveContext): Promise<SavedBackup> {
  const directory = vehicleDirectory(draft.vehicle.vin);
  const earlier = await findBackups(folder, directory);
  const last = earlier.at(-1);
  const sequence = (last?.sequence ?? 0) + 1;
  const stamp = formatStamp(now);
  const { bytes, sha256, id } = encodeBackup({
    ...draft,
    format: BACKUP_FORMAT,
    requires: draft.importedFrom === undefined ? [] : ['imported'],
    sequence,
    time: formatTime(now),
    clockTrusted: earlier.every((backup) => backup.stamp <= stamp),
    prev: last?.id ?? null,
  });
  if (bytes.length > MAX_FILE_BYTES) throw damagedError('The backup to be saved', `it is larger than ${MAX_FILE_BYTES} bytes`);
  const listed = `backups/${formatBackupName({ stamp, host, sequence, id })}`;
  const file = `vehicles/${directory}/${listed}`;
  const path = folder.path(file);
  await folder.create(file, bytes);
  const written = await folder.read(file);
  if (written === undefined || !equalBytes(written, bytes)) throw damagedError(path, 'read back, it differs from what was written');
  const content = decodeBackup(written, path);
  await saveManifest(folder, directory, [...(await loadManifest(folder, directory)), { sha256, path: listed }]);
  return { id, path, sha256, content };
}
