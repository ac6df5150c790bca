import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { diskFileSystem, type FileSystem } from '../../src/archive/index.ts';

/** Bytes that were synced, under however many names. */
interface Content {
  synced: Uint8Array;
}

/**
 * Follows what goes to the real disk, from now on until `stop`, and knows what a power cut would leave: bytes after the
 * sync of their file, names after the sync of their folder.
 */
export class DurableView {
  readonly #named = new Map<string, Content>();
  readonly #durable = new Map<string, Content>();
  readonly #original: FileSystem = { ...diskFileSystem };

  constructor() {
    const inner = this.#original;
    const followed: FileSystem = {
      ...inner,
      open: async (path, how, mode) => {
        const file = await inner.open(path, how, mode);
        const content = this.#content(path, how === 'create');
        const sync = file.sync.bind(file);
        return Object.assign(file, {
          sync: async () => {
            await sync();
            content.synced = readFileSync(this.#nameOf(content) ?? path);
          },
        });
      },
      rename: async (from, to) => {
        await inner.rename(from, to);
        this.#named.set(to, this.#content(from, false));
        this.#named.delete(from);
      },
      link: async (from, to) => {
        await inner.link(from, to);
        this.#named.set(to, this.#content(from, false));
      },
      unlink: async (path) => {
        await inner.unlink(path);
        this.#named.delete(path);
      },
      syncDirectory: async (path) => {
        await inner.syncDirectory(path);
        for (const name of this.#durable.keys()) if (dirname(name) === path && !this.#named.has(name)) this.#durable.delete(name);
        for (const [name, content] of this.#named) if (dirname(name) === path) this.#durable.set(name, content);
      },
    };
    Object.assign(diskFileSystem, followed);
  }

  durableFiles(): ReadonlyMap<string, Uint8Array> {
    return new Map([...this.#durable].map(([path, { synced }]) => [path, synced]));
  }

  stop(): void {
    Object.assign(diskFileSystem, this.#original);
  }

  /** What was there before we looked is taken for durable: another process has left it. */
  #content(path: string, isNew: boolean): Content {
    const known = this.#named.get(path);
    if (known !== undefined) return known;
    const content = { synced: isNew ? new Uint8Array() : readFileSync(path) };
    this.#named.set(path, content);
    if (!isNew) this.#durable.set(path, content);
    return content;
  }

  #nameOf(content: Content): string | undefined {
    return [...this.#named].find(([, candidate]) => candidate === content)?.[0];
  }
}
