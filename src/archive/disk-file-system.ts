import { constants } from 'node:fs';
import { type FileHandle, link, lstat, mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import { errnoOf, type FileSystem, type OpenFile } from './file-system.ts';

// Windows has no O_NOFOLLOW; there the lstat before every access has to do.
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;
const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | NO_FOLLOW;
// Not O_APPEND: Windows truncates no file opened for appending only.
const APPEND = constants.O_RDWR | NO_FOLLOW;
const READ = constants.O_RDONLY | NO_FOLLOW;

class DiskFile implements OpenFile {
  readonly #handle: FileHandle;
  #position: number;

  constructor(handle: FileHandle, position: number) {
    this.#handle = handle;
    this.#position = position;
  }

  async write(bytes: Uint8Array): Promise<number> {
    const { bytesWritten } = await this.#handle.write(bytes, 0, bytes.length, this.#position);
    this.#position += bytesWritten;
    return bytesWritten;
  }

  sync(): Promise<void> {
    return this.#handle.sync();
  }

  async truncate(length: number): Promise<void> {
    await this.#handle.truncate(length);
    this.#position = length;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** The real disk. */
export const diskFileSystem: FileSystem = {
  async open(path, how, mode = 0o600) {
    const handle = await open(path, how === 'create' ? CREATE : APPEND, mode);
    return new DiskFile(handle, how === 'create' ? 0 : (await handle.stat()).size);
  },
  rename,
  link,
  unlink,
  readdir,
  async mkdir(path) {
    await mkdir(path, { mode: 0o700 });
  },
  async readFile(path, maxBytes) {
    const handle = await open(path, READ);
    try {
      const { size } = await handle.stat();
      if (size > maxBytes) throw Object.assign(new Error(`EFBIG: ${size} bytes, at most ${maxBytes} are read`), { code: 'EFBIG' });
      return await readWhole(handle, size);
    } finally {
      await handle.close();
    }
  },
  async lstat(path) {
    try {
      const status = await lstat(path);
      const kind = status.isFile() ? 'file' : status.isDirectory() ? 'directory' : status.isSymbolicLink() ? 'symlink' : 'other';
      return { kind, size: status.size };
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  },
  async syncDirectory(path) {
    // Windows cannot sync a folder: the backup (F1) and the journal's BEGIN (F2) are weaker there.
    if (process.platform === 'win32') return;
    const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

/** `FileHandle.readFile` asks for the size again, and for what comes after the end. */
async function readWhole(handle: FileHandle, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  let length = 0;
  while (length < size) {
    const { bytesRead } = await handle.read(bytes, length, size - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
}
