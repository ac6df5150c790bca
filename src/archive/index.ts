/**
 * archive: backups and journals on disk. A backup is written once, hashed four times over (block, content, name,
 * manifest) and read back before anything trusts it; a journal is appended to and synced before each write to a car;
 * locks keep two programs off one car and one port. Nothing here is ever overwritten, manifests apart, or deleted: pruning moves to `trash`.
 */
export * from './archive.ts';
export { MAX_FILE_BYTES } from './archive-folder.ts';
export * from './backup.ts';
export * from './backup-block.ts';
export type { BackupSummary } from './backup-summary.ts';
export type { BackupTroubleCode } from './backup-trouble-code.ts';
export * from './default-directory.ts';
export * from './diff-backups.ts';
export * from './disk-file-system.ts';
export * from './exchange/index.ts';
export * from './file-system.ts';
export { type Journal, RESERVE_BYTES } from './journal.ts';
export type { JournalSummary, OpenJournal, StoredJournal } from './journal-files.ts';
export type {
  BeginRecord,
  EndRecord,
  IntentRecord,
  JournalBegin,
  JournalOperation,
  JournalRecord,
  ResultRecord,
  SeenRecord,
} from './journal-records.ts';
export { type JournalContents, readJournal } from './journal-text.ts';
export * from './lock.ts';
export * from './lock-names.ts';
export type { PrunePlan } from './prune.ts';
export type { KeepReason, RetainedBackup } from './retention.ts';
export type { SavedBackup } from './save-backup.ts';
export { sha256 } from './sha256.ts';
export type { VerifyReport } from './verify-archive.ts';
