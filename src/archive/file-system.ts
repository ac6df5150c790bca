export interface OpenFile {
  /** Writes at the end; may write less than asked, as `write(2)` does. @returns bytes written */
  write(bytes: Uint8Array): Promise<number>;
  sync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

export interface FileStatus {
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  readonly size: number;
}

/**
 * Every disk access of the archive, so that a test can lose what was not synced, fill the disk or fail any call.
 * Errors are Node's, with `code` set (`ENOSPC`, `EEXIST`, …).
 */
export interface FileSystem {
  /** `create` fails with EEXIST on anything there, a dangling link included; `append` fails with ENOENT on nothing. */
  open(path: string, how: 'create' | 'append', mode?: number): Promise<OpenFile>;
  /** Replaces `to`. */
  rename(from: string, to: string): Promise<void>;
  /** A second name for a file; fails with EEXIST rather than replace. */
  link(from: string, to: string): Promise<void>;
  /** Never follows a link in the last place (ELOOP); EFBIG above `maxBytes`. */
  readFile(path: string, maxBytes: number): Promise<Uint8Array>;
  readdir(path: string): Promise<readonly string[]>;
  /** Undefined where there is nothing. */
  lstat(path: string): Promise<FileStatus | undefined>;
  mkdir(path: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** Makes names in a folder durable. */
  syncDirectory(path: string): Promise<void>;
}

/** Node's code of an error of the system, such as `ENOSPC`. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
