import { EXIT, isKombiError, KombiError } from '../core/index.ts';
import { syncError, writeError } from './archive-error.ts';
import { writeWhole } from './durable-file.ts';
import type { FileSystem, OpenFile } from './file-system.ts';
import type { EndRecord, IntentRecord, JournalRecord, ResultRecord, SeenRecord } from './journal-records.ts';
import { encodeJournalLine, type JournalTail } from './journal-text.ts';

/** Given up when the disk is full, so that a transaction begun can be finished. */
export const RESERVE_BYTES = 64 * 1024;

/** One transaction on disk, open for appending. Nothing of it is ever rewritten. */
export interface Journal extends AsyncDisposable {
  readonly txid: string;
  readonly path: string;
  /**
   * Adds a record. With `sync` it is durable when this resolves (F3, F4); END always is, and closes the journal.
   *
   * @throws {KombiError} `archive.disk-full`, `archive.not-writable`: the record is not there, the journal is as
   *   before; `archive.sync-failed`: whether it is there is unknown, and the journal takes no more
   */
  append(record: IntentRecord | ResultRecord | SeenRecord | EndRecord, options: { readonly sync: boolean }): Promise<void>;
  /** Without END the journal stays open for recovery. Harmless when closed already. */
  close(): Promise<void>;
}

export interface JournalFileOptions {
  readonly fileSystem: FileSystem;
  readonly file: OpenFile;
  readonly path: string;
  readonly reservePath: string;
  readonly txid: string;
  readonly length: number;
  readonly tail: JournalTail;
}

export class JournalFile implements Journal {
  readonly txid: string;
  readonly path: string;
  readonly #fileSystem: FileSystem;
  readonly #file: OpenFile;
  readonly #reservePath: string;
  #length: number;
  #tail: JournalTail;
  #poison: KombiError | undefined;
  #closed = false;
  #queue: Promise<void> = Promise.resolve();

  constructor({ fileSystem, file, path, reservePath, txid, length, tail }: JournalFileOptions) {
    this.txid = txid;
    this.path = path;
    this.#fileSystem = fileSystem;
    this.#file = file;
    this.#reservePath = reservePath;
    this.#length = length;
    this.#tail = tail;
  }

  append(record: JournalRecord, { sync }: { readonly sync: boolean }): Promise<void> {
    // One line after the other: each holds the hash of the one before.
    const appended = this.#queue.then(() => this.#append(record, sync || record.type === 'END'));
    this.#queue = appended.catch(() => undefined);
    return appended;
  }

  async close(): Promise<void> {
    await this.#queue;
    if (this.#closed) return;
    this.#closed = true;
    await this.#file.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #append(record: JournalRecord, sync: boolean): Promise<void> {
    if (this.#poison !== undefined) throw this.#poison;
    if (this.#closed) throw new KombiError({ code: 'bug.journal-closed', exit: EXIT.bug, message: `${this.path} is closed` });
    const { bytes, tail } = encodeJournalLine(record, this.#tail);
    await this.#write(bytes);
    this.#length += bytes.length;
    this.#tail = tail;
    if (sync) await this.#sync();
    if (record.type === 'END') {
      this.#closed = true;
      // END is durable: what is left over costs 64 KiB, not the transaction.
      await this.#file.close().catch(() => undefined);
      await this.#fileSystem.unlink(this.#reservePath).catch(() => undefined);
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#writeOrTakeBack(bytes);
    } catch (error) {
      const told = writeError(this.path, error);
      if (this.#poison !== undefined || !isKombiError(told, 'archive.disk-full')) throw told;
      await this.#fileSystem.unlink(this.#reservePath).catch(() => undefined);
      try {
        await this.#writeOrTakeBack(bytes);
      } catch (again) {
        throw writeError(this.path, again);
      }
    }
  }

  /** What part of a line was written is cut off again: half a line in the middle would be damage. */
  async #writeOrTakeBack(bytes: Uint8Array): Promise<void> {
    try {
      await writeWhole(this.#file, bytes);
    } catch (error) {
      try {
        await this.#file.truncate(this.#length);
      } catch {
        this.#poison = writeError(this.path, error);
      }
      throw error;
    }
  }

  async #sync(): Promise<void> {
    try {
      await this.#file.sync();
    } catch (error) {
      this.#poison = syncError(this.path, error);
      throw this.#poison;
    }
  }
}
