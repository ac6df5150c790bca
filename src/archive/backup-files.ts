import { basename, relative, sep } from 'node:path';
import { isKombiError, KombiError } from '../core/index.ts';
import { damagedError, readError } from './archive-error.ts';
import { type ArchiveFolder, MAX_FILE_BYTES } from './archive-folder.ts';
import { type BackupContent, decodeBackup } from './backup.ts';
import { type BackupName, parseBackupName } from './backup-name.ts';
import { contradicts, indexManifest, loadManifest, type Manifest } from './manifest.ts';
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

/** By sequence, not time: clocks jump. Two laptops may have given out the same one: time and laptop decide then. */
export async function findBackups(folder: ArchiveFolder, directory: string): Promise<readonly BackupFile[]> {
  const names = await folder.names(backupsFolder(directory));
  const files = names.map((name) => backupFile(directory, name)).filter((file) => file !== undefined);
  return files.sort((left, right) => left.sequence - right.sequence || (left.file < right.file ? -1 : 1));
}

function backupsFolder(directory: string): string {
  return `vehicles/${directory}/backups`;
}

/** The bytes of a backup that {@link findBackups} found; undefined where the file is gone meanwhile. */
export function readFoundBackup(folder: ArchiveFolder, { directory, listed }: BackupFile): Promise<Uint8Array | undefined> {
  return folder.readIn(backupsFolder(directory), basename(listed));
}

/** @throws {KombiError} `usage.backup` where no id, or more than one, starts with the digits */
export async function findBackup(folder: ArchiveFolder, digits: string): Promise<BackupFile> {
  const prefix = digits.toLowerCase();
  const found: BackupFile[] = [];
  for (const directory of /^[0-9a-f]{4,16}$/.test(prefix) ? await vehicleDirectories(folder) : []) {
    for (const name of await folder.names(backupsFolder(directory))) {
      // The id stands last in the name: nine of ten names are not worth taking apart.
      const file = name.includes(`-${prefix}`) ? backupFile(directory, name) : undefined;
      if (file?.id.startsWith(prefix)) found.push(file);
    }
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

/** @throws {KombiError} `archive.damaged`, `archive.newer-format`, `archive.symlink` */
export async function loadBackupFile(folder: ArchiveFolder, backup: BackupFile): Promise<BackupContent> {
  const bytes = await folder.read(backup.file);
  return checkBackupFile(folder, { backup, bytes, manifest: indexManifest(await loadManifest(folder, backup.directory)) });
}

/** Holds what a file was found to hold to itself, its name, its manifest and its folder. */
export function checkBackupFile(
  folder: ArchiveFolder,
  { backup, bytes, manifest }: { readonly backup: BackupFile; readonly bytes: Uint8Array | undefined; readonly manifest: Manifest },
): BackupContent {
  const path = folder.path(backup.file);
  const { content, hash } = decodeNamed(wholeBackup(backup, bytes), path);
  if (contradicts(manifest, { path: backup.listed, sha256: hash }))
    throw damagedError(path, 'its SHA-256 is not the one in MANIFEST.sha256');
  if (vehicleDirectory(content.vehicle.vin) !== backup.directory) throw damagedError(path, `it belongs to ${content.vehicle.vin}`);
  return content;
}

/** @returns the bytes, whose hash is the one in the file's name */
export function checkBackupName(folder: ArchiveFolder, backup: BackupFile, bytes: Uint8Array | undefined): Uint8Array {
  const whole = wholeBackup(backup, bytes);
  if (!sha256(whole).startsWith(backup.id)) throw damagedError(folder.path(backup.file), WRONG_NAME);
  return whole;
}

function wholeBackup({ id }: BackupFile, bytes: Uint8Array | undefined): Uint8Array {
  if (bytes === undefined) throw unknownBackup(id);
  return bytes;
}

/** A file anywhere; one inside the archive is held to the manifest too. */
export async function loadBackupPath(folder: ArchiveFolder, path: string): Promise<BackupContent> {
  const [vehicles, directory = '', backups, name = '', ...rest] = relative(folder.root, path).split(sep);
  const inside = vehicles === 'vehicles' && backups === 'backups' && rest.length === 0 ? backupFile(directory, name) : undefined;
  if (inside !== undefined) return loadBackupFile(folder, inside);
  try {
    if ((await folder.fileSystem.lstat(path)) === undefined) throw unknownBackup(path);
    return decodeNamed(await folder.fileSystem.readFile(path, MAX_FILE_BYTES), path).content;
  } catch (error) {
    throw readError(path, error);
  }
}

/** Decodes first, because that names the block; a hash in the file's name then vouches for the whole. */
function decodeNamed(bytes: Uint8Array, path: string): { readonly content: BackupContent; readonly hash: string } {
  const id = parseBackupName(basename(path))?.id;
  const hash = sha256(bytes);
  const sound = id === undefined || hash.startsWith(id);
  try {
    const content = decodeBackup(bytes, path);
    if (sound) return { content, hash };
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
