/**
 * exchange: backups outside the archive, as other programs take and give them. Encoders and decoders of one value,
 * {@link Exported}; all pure. What comes in is never more than it can prove: read once, not complete, its origin marked.
 */
export { encodeCsvExport } from './export-csv.ts';
export { encodeJsonExport } from './export-json.ts';
export { encodeNcdExport } from './export-ncd.ts';
export { type Exported, type ExportedBlock, type ExportedEcu, exportBackup, importedDraft } from './exported.ts';
export { decodeImport, type ImportedFile, type ImportFileOptions } from './import-file.ts';
export { redactExport } from './redact.ts';
