import * as z from 'zod';
import { messageOf } from '../core/index.ts';
import type { ArchiveFolder } from './archive-folder.ts';
import { BACKUP_FORMAT, type BackupOrigin, unknownRequirements } from './backup.ts';
import { type BackupFile, checkBackupName, readFoundBackup } from './backup-files.ts';
import { readAhead } from './read-ahead.ts';
import { parseStrictJson } from './strict-json.ts';

export interface BackupSummary {
  readonly id: string;
  readonly path: string;
  readonly vin: string;
  readonly sequence: number;
  readonly time: string;
  /** `newer`: listed, never restored from. */
  readonly state: 'intact' | 'damaged' | 'newer';
  /** What is wrong, unless intact. */
  readonly problem?: string;
  /** From here on only where the file could be read. */
  readonly complete?: boolean;
  readonly label?: string;
  readonly txid?: string;
  /** What it was imported from, where it was not read from a car. */
  readonly importedFrom?: Pick<BackupOrigin, 'format' | 'redacted'>;
  readonly ecus?: readonly { readonly address: string; readonly name: string | null; readonly blocks: number }[];
}

const headSchema = z.object({
  format: z.int(),
  requires: z.array(z.string()),
  time: z.string(),
  vehicle: z.object({ vin: z.string() }),
  complete: z.boolean(),
  label: z.exactOptional(z.string()),
  txid: z.exactOptional(z.string()),
  importedFrom: z.exactOptional(z.object({ format: z.enum(['json', 'csv', 'ncd', 'hsfz-toolkit']), redacted: z.boolean() })),
  ecus: z.array(z.object({ address: z.string(), name: z.string().nullable(), blocks: z.array(z.unknown()) })),
});

/** What a list tells of each, in the order given. */
export async function summarizeBackups(folder: ArchiveFolder, backups: readonly BackupFile[]): Promise<readonly BackupSummary[]> {
  const summaries: BackupSummary[] = [];
  for (const [backup, bytes] of readAhead(backups, (file) => readFoundBackup(folder, file)))
    summaries.push(await summarizeBackup(folder, backup, bytes));
  return summaries;
}

/** Checks the file's hash and reads its head, but no block: a list of many must be quick. */
async function summarizeBackup(folder: ArchiveFolder, backup: BackupFile, bytes: Promise<Uint8Array | undefined>): Promise<BackupSummary> {
  const known = {
    id: backup.id,
    path: folder.path(backup.file),
    vin: backup.directory,
    sequence: backup.sequence,
    time: isoTime(backup.stamp),
  };
  try {
    const head = headSchema.safeParse(parseStrictJson(checkBackupName(folder, backup, await bytes)).document).data;
    // The hash held, so what lacks a head is no damage but the work of a later version.
    const newer = head === undefined || head.format > BACKUP_FORMAT || unknownRequirements(head.requires).length > 0;
    const state = newer ? ({ state: 'newer', problem: 'it was written by a newer kombi' } as const) : ({ state: 'intact' } as const);
    if (head === undefined) return { ...known, ...state };
    const { format: _format, requires: _requires, vehicle, ecus, ...rest } = head;
    return { ...known, ...rest, ...state, vin: vehicle.vin, ecus: ecus.map((ecu) => ({ ...ecu, blocks: ecu.blocks.length })) };
  } catch (error) {
    return { ...known, state: 'damaged', problem: messageOf(error) };
  }
}

/** `20261120T101530Z` as `2026-11-20T10:15:30Z`. */
function isoTime(stamp: string): string {
  return stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
}
