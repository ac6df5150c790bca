/** `20261120T101530Z-<host4>-0007-<sha16>.json`, in parts. */
export interface BackupName {
  /** `20261120T101530Z`. */
  readonly stamp: string;
  /** Four hex digits of the laptop, so that copying archives together is a union. */
  readonly host: string;
  readonly sequence: number;
  readonly id: string;
}

const NAME = /^(?<stamp>\d{8}T\d{6}Z)-(?<host>[0-9a-f]{4})-(?<sequence>\d{4,9})-(?<id>[0-9a-f]{16})\.json$/;

export function formatBackupName({ stamp, host, sequence, id }: BackupName): string {
  return `${stamp}-${host}-${sequence.toString().padStart(4, '0')}-${id}.json`;
}

export function parseBackupName(name: string): BackupName | undefined {
  const { stamp, host, sequence, id } = NAME.exec(name)?.groups ?? {};
  if (stamp === undefined || host === undefined || sequence === undefined || id === undefined) return undefined;
  return { stamp, host, sequence: Number(sequence), id };
}

/** UTC in whole seconds, as files spell it: `2026-11-20T10:15:30Z`. */
export function formatTime(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** The same for a file's name: `20261120T101530Z`. */
export function formatStamp(date: Date): string {
  return formatTime(date).replace(/[-:]/g, '');
}
