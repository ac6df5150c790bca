import { dirname } from 'node:path';
import type { FileSystem, OpenFile } from '../../src/archive/index.ts';
import { concatBytes } from '../../src/core/index.ts';

/** One call of a FileSystem, before it is carried out. */
export interface DiskCall {
  readonly operation: 'open' | 'write' | 'sync' | 'truncate' | 'rename' | 'link' | 'mkdir' | 'unlink' | 'syncDirectory' | 'readFile';
  readonly path: string;
}

interface Inode {
  bytes: Uint8Array;
  /** What a crash leaves; undefined where not even an empty file was synced. */
  synced: Uint8Array | undefined;
  readonly mode: number;
}

type Entry = { readonly kind: 'file'; readonly inode: Inode } | { readonly kind: 'directory' } | { readonly kind: 'symlink' };

/** What a crash leaves: only what was synced, that and half of each file's other bytes, or (of a process) all that was written. */
export type LeftOnDisk = 'synced' | 'torn' | 'all';

function halfOfUnsynced({ bytes, synced }: Inode): Uint8Array {
  const safe = synced?.length ?? 0;
  return bytes.slice(0, safe + ((bytes.length - safe) >> 1));
}

export function diskError(code: string): Error {
  return Object.assign(new Error(`${code}: as the test asked`), { code });
}

/**
 * A disk that forgets what was not synced: bytes until their file is, names until their folder is. `before` sees every
 * call and may throw in its place; `maxWrite` makes writes short; `capacity` fills the disk.
 */
export class MemoryDisk implements FileSystem {
  readonly calls: DiskCall[] = [];
  before: (call: DiskCall, index: number) => void = () => undefined;
  maxWrite = Number.POSITIVE_INFINITY;
  capacity = Number.POSITIVE_INFINITY;
  readonly #now = new Map<string, Entry>([['/', { kind: 'directory' }]]);
  readonly #durable = new Map<string, Entry>([['/', { kind: 'directory' }]]);

  #call(operation: DiskCall['operation'], path: string): void {
    const call = { operation, path };
    this.calls.push(call);
    this.before(call, this.calls.length - 1);
  }

  async open(path: string, how: 'create' | 'append', mode = 0o600): Promise<OpenFile> {
    this.#call('open', path);
    const entry = this.#now.get(path);
    if (how === 'create') {
      if (entry !== undefined) throw diskError('EEXIST');
      this.#parentOf(path);
      const inode: Inode = { bytes: new Uint8Array(), synced: undefined, mode };
      this.#now.set(path, { kind: 'file', inode });
      return this.#handle(path, inode);
    }
    if (entry === undefined) throw diskError('ENOENT');
    if (entry.kind === 'symlink') throw diskError('ELOOP');
    if (entry.kind !== 'file') throw diskError('EISDIR');
    return this.#handle(path, entry.inode);
  }

  #handle(path: string, inode: Inode): OpenFile {
    return {
      write: async (bytes) => {
        this.#call('write', path);
        const room = this.capacity - this.used();
        const written = Math.min(bytes.length, this.maxWrite, room);
        if (written <= 0 && bytes.length > 0) throw diskError('ENOSPC');
        inode.bytes = concatBytes(inode.bytes, bytes.subarray(0, written));
        return written;
      },
      sync: async () => {
        this.#call('sync', path);
        inode.synced = inode.bytes.slice();
      },
      truncate: async (length) => {
        this.#call('truncate', path);
        inode.bytes = inode.bytes.slice(0, length);
      },
      close: async () => undefined,
    };
  }

  async rename(from: string, to: string): Promise<void> {
    this.#call('rename', to);
    this.#now.set(to, this.#entry(from));
    this.#now.delete(from);
  }

  async link(from: string, to: string): Promise<void> {
    this.#call('link', to);
    if (this.#now.has(to)) throw diskError('EEXIST');
    this.#now.set(to, this.#entry(from));
  }

  async unlink(path: string): Promise<void> {
    this.#call('unlink', path);
    this.#entry(path);
    this.#now.delete(path);
  }

  async mkdir(path: string): Promise<void> {
    this.#call('mkdir', path);
    if (this.#now.has(path)) throw diskError('EEXIST');
    this.#parentOf(path);
    this.#now.set(path, { kind: 'directory' });
  }

  async readFile(path: string, maxBytes: number): Promise<Uint8Array> {
    this.#call('readFile', path);
    const entry = this.#entry(path);
    if (entry.kind === 'symlink') throw diskError('ELOOP');
    if (entry.kind !== 'file') throw diskError('EISDIR');
    if (entry.inode.bytes.length > maxBytes) throw diskError('EFBIG');
    return entry.inode.bytes.slice();
  }

  async readdir(path: string): Promise<readonly string[]> {
    if (this.#entry(path).kind !== 'directory') throw diskError('ENOTDIR');
    return [...this.#now.keys()]
      .filter((name) => name !== '/' && dirname(name) === path)
      .map((name) => name.slice(path === '/' ? 1 : path.length + 1));
  }

  async lstat(path: string): Promise<{ kind: Entry['kind']; size: number } | undefined> {
    const entry = this.#now.get(path);
    return entry && { kind: entry.kind, size: entry.kind === 'file' ? entry.inode.bytes.length : 0 };
  }

  async syncDirectory(path: string): Promise<void> {
    this.#call('syncDirectory', path);
    for (const map of [this.#durable, this.#now]) {
      for (const name of map.keys()) {
        if (name === '/' || dirname(name) !== path) continue;
        const entry = this.#now.get(name);
        if (entry === undefined) this.#durable.delete(name);
        else this.#durable.set(name, entry);
      }
    }
  }

  /** The process or the power goes. */
  crash(left: LeftOnDisk = 'synced'): void {
    if (left !== 'all') {
      this.#now.clear();
      for (const [path, entry] of this.#durable) {
        if (path !== '/' && !this.#reachable(dirname(path))) continue;
        // A name may outlive its bytes: the file is then there, empty.
        if (entry.kind === 'file')
          entry.inode.bytes = left === 'torn' ? halfOfUnsynced(entry.inode) : (entry.inode.synced?.slice() ?? new Uint8Array());
        this.#now.set(path, entry);
      }
    }
    this.before = () => undefined;
  }

  /** What a crash at this moment would leave, by path. */
  durableFiles(): ReadonlyMap<string, Uint8Array> {
    const files = new Map<string, Uint8Array>();
    for (const [path, entry] of this.#durable) {
      if (entry.kind === 'file' && this.#reachable(dirname(path))) files.set(path, entry.inode.synced ?? new Uint8Array());
    }
    return files;
  }

  /** For tests that plant or damage something. */
  plant(path: string, content: Uint8Array | 'symlink'): void {
    const inode = { bytes: content === 'symlink' ? new Uint8Array() : content, synced: undefined, mode: 0o600 };
    this.#now.set(path, content === 'symlink' ? { kind: 'symlink' } : { kind: 'file', inode });
  }

  files(): readonly string[] {
    return [...this.#now].filter(([, entry]) => entry.kind === 'file').map(([path]) => path);
  }

  bytesOf(path: string): Uint8Array {
    const entry = this.#entry(path);
    if (entry.kind !== 'file') throw diskError('EISDIR');
    return entry.inode.bytes;
  }

  modeOf(path: string): number {
    const entry = this.#entry(path);
    return entry.kind === 'file' ? entry.inode.mode : 0;
  }

  #reachable(path: string): boolean {
    return path === '/' || (this.#durable.has(path) && this.#reachable(dirname(path)));
  }

  #entry(path: string): Entry {
    const entry = this.#now.get(path);
    if (entry === undefined) throw diskError('ENOENT');
    return entry;
  }

  #parentOf(path: string): void {
    if (this.#now.get(dirname(path))?.kind !== 'directory') throw diskError('ENOENT');
  }

  /** Bytes in all files. */
  used(): number {
    return this.files().reduce((sum, path) => sum + this.bytesOf(path).length, 0);
  }
}
