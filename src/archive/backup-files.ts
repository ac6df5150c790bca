import { basename, relative, sep } from 'node:path';
import { isKombiError, KombiError } from '../core/index.ts';
import { damagedError, readError } from './archive-error.ts';
import { type ArchiveFolder, MAX_FILE_BYTES } from './archive-folder.ts';
import { type BackupContent, decodeBackup } from './backup.ts';
import { type BackupName, parseBackupName } from './backup-name.ts';
import { contradicts, loadManifest, type ManifestLine } from './manifest.ts';
import { sha256 } from './sha256.ts';
import { vehicleDirectory } from './vehicle-directory.ts';

/** A backup by its file name, unread. */
export interface BackupFile extends BackupName {
  /** The car's folder, below `vehicles`. */
  readonly directory: string;
  /** Relative to the car's folder, as the manifest has it. */
  readonly listed: string;
  /** Relative to the archive. */
  readonly file: string;
}

const WRONG_NAME = 'its SHA-256 is not the one in its name';

export function backupFile(directory: string, name: string): BackupFile | undefined {
  const parts = parseBackupName(name);
  const listed = `backups/${name}`;
  return parts && { ...parts, directory, listed, file: `vehicles/${directory}/${listed}` };
}

export function vehicleDirectories(folder: ArchiveFolder): Promise<readonly string[]> {
  return folder.names('vehicles');
}

/** By sequence, not time: clocks jump. */
export async function findBackups(folder: ArchiveFolder, directory: string): Promise<readonly BackupFile[]> {
  const names = await folder.names(`vehicles/${directory}/backups`);
  const files = names.map((name) => backupFile(directory, name)).filter((file) => file !== undefined);
  return files.sort((left, right) => left.sequence - right.sequence || (left.file < right.file ? -1 : 1));
}

/** @throws {KombiError} `usage.backup` where no id, or more than one, starts with the digits */
export async function findBackup(folder: ArchiveFolder, digits: string): Promise<BackupFile> {
  const prefix = digits.toLowerCase();
  const found: BackupFile[] = [];
  for (const directory of /^[0-9a-f]{4,16}$/.test(prefix) ? await vehicleDirectories(folder) : []) {
    found.push(...(await findBackups(folder, directory)).filter((file) => file.id.startsWith(prefix)));
  }
  const [file] = found;
  if (file === undefined) throw unknownBackup(digits);
  if (found.some((other) => other.id !== file.id)) {
    throw new KombiError({
      code: 'usage.backup',
      message: `${digits} may be ${found.map(({ id }) => id).join(' or ')}`,
      hint: 'Give more digits of the id.',
    });
  }
  return file;
}

/** @returns the bytes, whose hash is the one in the file's name */
export async function readBackupFile(folder: ArchiveFolder, { file, id }: BackupFile): Promise<Uint8Array> {
  const bytes = await folder.read(file);
  if (bytes === undefined) throw unknownBackup(id);
  if (!sha256(bytes).startsWith(id)) throw damagedError(folder.path(file), WRONG_NAME);
  return bytes;
}

/** @throws {KombiError} `archive.damaged`, `archive.newer-format`, `archive.symlink` */
export async function loadBackupFile(
  folder: ArchiveFolder,
  backup: BackupFile,
  manifest?: readonly ManifestLine[],
): Promise<BackupContent> {
  const path = folder.path(backup.file);
  const bytes = await folder.read(backup.file);
  if (bytes === undefined) throw unknownBackup(backup.id);
  const content = decodeNamed(bytes, path);
  const lines = manifest ?? (await loadManifest(folder, backup.directory));
  if (contradicts(lines, { path: backup.listed, sha256: sha256(bytes) }))
    throw damagedError(path, 'its SHA-256 is not the one in MANIFEST.sha256');
  if (vehicleDirectory(content.vehicle.vin) !== backup.directory) throw damagedError(path, `it belongs to ${content.vehicle.vin}`);
  return content;
}

/** A file anywhere; one inside the archive is held to the manifest too. */
export async function loadBackupPath(folder: ArchiveFolder, path: string): Promise<BackupContent> {
  const [vehicles, directory = '', backups, name = '', ...rest] = relative(folder.root, path).split(sep);
  const inside = vehicles === 'vehicles' && backups === 'backups' && rest.length === 0 ? backupFile(directory, name) : undefined;
  if (inside !== undefined) return loadBackupFile(folder, inside);
  try {
    if ((await folder.fileSystem.lstat(path)) === undefined) throw unknownBackup(path);
    return decodeNamed(await folder.fileSystem.readFile(path, MAX_FILE_BYTES), path);
  } catch (error) {
    throw readError(path, error);
  }
}

/** Decodes first, because that names the block; a hash in the file's name then vouches for the whole. */
function decodeNamed(bytes: Uint8Array, path: string): BackupContent {
  const id = parseBackupName(basename(path))?.id;
  const sound = id === undefined || sha256(bytes).startsWith(id);
  try {
    const content = decodeBackup(bytes, path);
    if (sound) return content;
  } catch (error) {
    if (sound || !isKombiError(error, 'archive.newer-format')) throw error;
  }
  throw damagedError(path, WRONG_NAME);
}

function unknownBackup(what: string): KombiError {
  return new KombiError({
    code: 'usage.backup',
    message: `There is no backup ${what}`,
    hint: 'See `kombi backup list`. An id takes at least four digits.',
  });
}
