import type { BackupSummary } from './backup-summary.ts';
import type { StoredJournal } from './journal-files.ts';

/** Why a backup stays: `unjudged` where the file is damaged or newer, so that nobody knows what would be put away. */
export type KeepReason = 'first' | 'recent' | 'monthly' | 'journal' | 'unjudged';

export interface RetainedBackup {
  readonly backup: BackupSummary;
  /** None: it may go to the trash. */
  readonly keep: readonly KeepReason[];
}

const RECENT = 10;

/**
 * What of one car's backups stays: the first, the last ten, the last of each month, whatever a journal refers to, and
 * what cannot be judged. Imported ones are counted by themselves: they never push out what was read from the car.
 *
 * @param backups oldest first
 */
export function retain(backups: readonly BackupSummary[], journals: readonly StoredJournal[]): readonly RetainedBackup[] {
  const counted = [
    reasons(backups.filter(({ importedFrom }) => importedFrom === undefined)),
    reasons(backups.filter(({ importedFrom }) => importedFrom !== undefined)),
  ];
  const referenced = new Set(journals.flatMap(({ txid, begin }) => [txid, ...(begin === undefined ? [] : [begin.backup])]));
  // A journal that no longer says which backup it relies on may rely on any.
  const anyReferenced = journals.some(({ begin, open, damaged }) => begin === undefined && (open || damaged !== undefined));
  return backups.map((backup) => {
    const keep: KeepReason[] = counted.flatMap((reasonsOf) => reasonsOf.get(backup) ?? []);
    if (anyReferenced || referenced.has(backup.id) || referenced.has(backup.txid ?? '')) keep.push('journal');
    if (backup.state !== 'intact') keep.push('unjudged');
    return { backup, keep };
  });
}

function reasons(backups: readonly BackupSummary[]): ReadonlyMap<BackupSummary, readonly KeepReason[]> {
  const lastOfMonth = new Map(backups.map((backup) => [backup.time.slice(0, 7), backup]));
  return new Map(
    backups.map((backup, index) => [
      backup,
      [
        ...(index === 0 ? (['first'] as const) : []),
        ...(index >= backups.length - RECENT ? (['recent'] as const) : []),
        ...(lastOfMonth.get(backup.time.slice(0, 7)) === backup ? (['monthly'] as const) : []),
      ],
    ]),
  );
}
