import * as z from 'zod';

/** A trouble code as an ECU stored it when the backup was made. */
export interface BackupTroubleCode {
  /** Six upper-case hex digits; four where the ECU speaks KWP2000. */
  readonly code: string;
  /** Two hex digits. */
  readonly status: string;
  /** What the ECU kept of when and how it came, as it came, hex; absent where it was not asked or did not tell. */
  readonly snapshots?: string;
  readonly extendedData?: string;
  /** The same of an ECU that speaks KWP2000. */
  readonly kwpRecord?: string;
}

const hex = z.string().regex(/^(?:[0-9A-F]{2})*$/);

export const backupTroubleCodeSchema: z.ZodType<BackupTroubleCode> = z.object({
  code: z.string().regex(/^(?:[0-9A-F]{4}|[0-9A-F]{6})$/),
  status: z.string().regex(/^[0-9A-F]{2}$/),
  snapshots: z.exactOptional(hex),
  extendedData: z.exactOptional(hex),
  kwpRecord: z.exactOptional(hex),
});
