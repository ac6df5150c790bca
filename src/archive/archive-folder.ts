import { dirname, join } from 'node:path';
import { damagedError, readError, symlinkError, writeError } from './archive-error.ts';
import { createDurably, replaceDurably, syncDirectory } from './durable-file.ts';
import { errnoOf, type FileStatus, type FileSystem } from './file-system.ts';

/** Larger than any real archive file by far (reliability row 51). */
export const MAX_FILE_BYTES = 16 * 1024 * 1024;

/**
 * The archive's tree on disk. Paths are relative to its root, with `/`; no link inside the tree is ever followed
 * (the root itself may be one: that is its owner's choice).
 */
export class ArchiveFolder {
  readonly root: string;
  readonly fileSystem: FileSystem;
  // Folders whose every name up to the root was synced by this object.
  readonly #durable = new Set<string>();

  constructor(root: string, fileSystem: FileSystem) {
    this.root = root;
    this.fileSystem = fileSystem;
  }

  path(relative: string): string {
    return join(this.root, relative);
  }

  /** Undefined where there is no such file. */
  async read(relative: string): Promise<Uint8Array | undefined> {
    const path = this.path(relative);
    try {
      return await this.#readFile(path, await this.#status(relative));
    } catch (error) {
      throw readError(path, error);
    }
  }

  /** As {@link read}, for many files of one folder: the way to it was checked when their names were asked for. */
  async readIn(relative: string, name: string): Promise<Uint8Array | undefined> {
    const path = this.path(`${relative}/${name}`);
    try {
      const status = await this.fileSystem.lstat(path);
      if (status?.kind === 'symlink') throw symlinkError(path);
      return await this.#readFile(path, status);
    } catch (error) {
      throw readError(path, error);
    }
  }

  async #readFile(path: string, status: FileStatus | undefined): Promise<Uint8Array | undefined> {
    if (status === undefined) return undefined;
    if (status.kind !== 'file') throw damagedError(path, 'it is no file');
    return this.fileSystem.readFile(path, MAX_FILE_BYTES);
  }

  /** Names in a folder, sorted; none where there is no such folder. */
  async names(relative: string): Promise<readonly string[]> {
    const path = this.path(relative);
    try {
      const status = await this.#status(relative);
      if (status === undefined) return [];
      if (status.kind !== 'directory') throw damagedError(path, 'it is no folder');
      return [...(await this.fileSystem.readdir(path))].sort();
    } catch (error) {
      throw readError(path, error);
    }
  }

  /** Write-once files are made without write permission. */
  async create(relative: string, bytes: Uint8Array, mode = 0o400): Promise<void> {
    await this.makeDirectory(dirname(relative));
    await createDurably(this.fileSystem, { path: this.path(relative), bytes, mode });
  }

  async replace(relative: string, bytes: Uint8Array): Promise<void> {
    await this.makeDirectory(dirname(relative));
    await replaceDurably(this.fileSystem, { path: this.path(relative), bytes, mode: 0o600 });
  }

  async exists(relative: string): Promise<boolean> {
    try {
      return (await this.#status(relative)) !== undefined;
    } catch (error) {
      throw readError(this.path(relative), error);
    }
  }

  /**
   * Makes a folder and every one above it, each name synced. A folder found there is synced too, once: whoever made
   * it may have died before doing so.
   */
  async makeDirectory(relative: string): Promise<void> {
    if (relative === '.') {
      await this.#makeRoot(this.root);
      return;
    }
    if (this.#durable.has(relative)) return;
    await this.makeDirectory(dirname(relative));
    const path = this.path(relative);
    try {
      const status = await this.fileSystem.lstat(path);
      if (status?.kind === 'symlink') throw symlinkError(path);
      if (status === undefined) await this.#mkdir(path);
    } catch (error) {
      throw writeError(path, error);
    }
    await syncDirectory(this.fileSystem, dirname(path));
    this.#durable.add(relative);
  }

  async #makeRoot(path: string): Promise<void> {
    if (this.#durable.has(path)) return;
    try {
      if ((await this.fileSystem.lstat(path)) === undefined) {
        await this.#makeRoot(dirname(path));
        await this.#mkdir(path);
        await syncDirectory(this.fileSystem, dirname(path));
      }
    } catch (error) {
      throw writeError(path, error);
    }
    this.#durable.add(path);
  }

  /** Another process may be making the same folder. */
  async #mkdir(path: string): Promise<void> {
    try {
      await this.fileSystem.mkdir(path);
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
    }
  }

  async #status(relative: string): Promise<FileStatus | undefined> {
    let path = this.root;
    let status: FileStatus | undefined;
    for (const name of relative.split('/')) {
      path = join(path, name);
      status = await this.fileSystem.lstat(path);
      if (status === undefined) return undefined;
      if (status.kind === 'symlink') throw symlinkError(path);
    }
    return status;
  }
}
