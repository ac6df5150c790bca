import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { EXIT, KombiError } from '../core/index.ts';
import { damagedError, writeError } from './archive-error.ts';
import type { ArchiveFolder } from './archive-folder.ts';
import { vehicleDirectories } from './backup-files.ts';
import { formatStamp } from './backup-name.ts';
import { syncFile, writeSynced, writeWhole } from './durable-file.ts';
import { type Journal, JournalFile, RESERVE_BYTES } from './journal.ts';
import { type BeginRecord, type EndRecord, JOURNAL_FORMAT, type JournalBegin, TXID } from './journal-records.ts';
import { encodeJournalLine, FIRST_LINE, type JournalContents, readJournal } from './journal-text.ts';
import { vehicleDirectory } from './vehicle-directory.ts';

/** A journal on disk, read. */
export interface StoredJournal extends JournalContents {
  readonly txid: string;
  /** The name of the car's folder where BEGIN is damaged. */
  readonly vin: string;
  readonly path: string;
  /** `ABORTED` also where not even BEGIN was finished: nothing was written then. */
  readonly state: EndRecord['state'] | 'OPEN';
}

/** One that says what it was for. */
export interface JournalSummary extends StoredJournal {
  readonly begin: BeginRecord;
}

/** Begun and not ended: blocks may be old or new. */
export interface OpenJournal extends StoredJournal {
  readonly state: 'OPEN';
}

const NAME = /^(?<stamp>\d{8}T\d{6}Z)-(?<txid>[0-9a-z]{4,64})\.jsonl$/;

/** Sync point F2: when it returns, BEGIN and the reserve are durable. */
export async function createJournal(folder: ArchiveFolder, begin: JournalBegin): Promise<Journal> {
  if (!TXID.test(begin.txid))
    throw new KombiError({ code: 'bug.txid', exit: EXIT.bug, message: `"${begin.txid}" cannot name a transaction` });
  const directory = vehicleDirectory(begin.vin);
  const earlier = await loadJournals(folder, directory);
  const sequence = Math.max(0, ...earlier.map((journal) => journal.begin?.sequence ?? 0)) + 1;
  const { bytes, tail } = encodeJournalLine({ ...begin, format: JOURNAL_FORMAT, sequence }, FIRST_LINE);
  const file = `vehicles/${directory}/journals/${formatStamp(new Date(begin.time))}-${begin.txid}.jsonl`;
  const path = folder.path(file);
  const reservePath = reserveOf(path);
  const { fileSystem } = folder;
  await folder.makeDirectory(dirname(file));
  let made = false;
  try {
    // Random, because a compressing file system would reserve nothing for zeros.
    await writeSynced(fileSystem, { path: reservePath, bytes: randomBytes(RESERVE_BYTES), mode: 0o600 });
    made = !(await folder.exists(file));
    // Syncs the folder, and with it the reserve's name.
    await folder.create(file, bytes, 0o600);
    return await openForAppend(folder, { path, txid: begin.txid, length: bytes.length, tail });
  } catch (error) {
    // Nothing was written to the car yet: a journal left behind would ask for a recovery of nothing.
    for (const left of made ? [path, reservePath] : [reservePath]) await fileSystem.unlink(left).catch(() => undefined);
    throw writeError(path, error);
  }
}

/** Goes on with an interrupted transaction: a torn line is cut off first. */
export async function reopenJournal(
  folder: ArchiveFolder,
  { path, txid, length, tail, torn, unterminated }: StoredJournal,
): Promise<Journal> {
  if (!torn && !unterminated) return openForAppend(folder, { path, txid, length, tail });
  const file = await folder.fileSystem.open(path, 'append').catch((error: unknown) => {
    throw writeError(path, error);
  });
  try {
    await file.truncate(length);
    if (unterminated) await writeWhole(file, Uint8Array.of(0x0a));
    await syncFile(file, path);
  } catch (error) {
    throw writeError(path, error);
  } finally {
    await file.close();
  }
  return openForAppend(folder, { path, txid, length: length + (unterminated ? 1 : 0), tail });
}

/** By sequence, then name; of one car, or of all. */
export async function loadJournals(folder: ArchiveFolder, directory: string): Promise<readonly StoredJournal[]> {
  const journals: StoredJournal[] = [];
  for (const name of await folder.names(`vehicles/${directory}/journals`)) {
    const { txid } = NAME.exec(name)?.groups ?? {};
    if (txid !== undefined) journals.push(await loadJournal(folder, { directory, name, txid }));
  }
  return journals.sort((left, right) => (left.begin?.sequence ?? 0) - (right.begin?.sequence ?? 0) || (left.path < right.path ? -1 : 1));
}

/** @throws {KombiError} `usage.job` where no transaction, or more than one, starts with the letters */
export async function findJournal(folder: ArchiveFolder, prefix: string): Promise<StoredJournal> {
  const found: StoredJournal[] = [];
  for (const directory of await vehicleDirectories(folder)) {
    found.push(
      ...(await loadJournals(folder, directory)).filter((journal) => prefix.length >= 4 && journal.txid.startsWith(prefix.toLowerCase())),
    );
  }
  const [journal] = found;
  if (journal !== undefined && found.length === 1) return journal;
  const message = journal === undefined ? `There is no job ${prefix}` : `${prefix} may be ${found.map(({ txid }) => txid).join(' or ')}`;
  throw new KombiError({ code: 'usage.job', message, hint: 'See `kombi history`. An id takes at least four characters.' });
}

async function loadJournal(
  folder: ArchiveFolder,
  { directory, name, txid }: { directory: string; name: string; txid: string },
): Promise<StoredJournal> {
  const file = `vehicles/${directory}/journals/${name}`;
  const path = folder.path(file);
  const bytes = await folder.read(file);
  if (bytes === undefined) throw damagedError(path, 'it is gone');
  const contents = readJournal(bytes, path);
  return {
    ...contents,
    txid,
    vin: contents.begin?.vin ?? directory,
    path,
    state: contents.end?.state ?? (contents.open ? 'OPEN' : 'ABORTED'),
  };
}

export function isOpen(journal: StoredJournal): journal is OpenJournal {
  return journal.open;
}

async function openForAppend(folder: ArchiveFolder, at: Pick<StoredJournal, 'path' | 'txid' | 'length' | 'tail'>): Promise<Journal> {
  const { fileSystem } = folder;
  try {
    return new JournalFile({ ...at, fileSystem, file: await fileSystem.open(at.path, 'append'), reservePath: reserveOf(at.path) });
  } catch (error) {
    throw writeError(at.path, error);
  }
}

function reserveOf(journalPath: string): string {
  return journalPath.replace(/\.jsonl$/, '.reserve');
}
