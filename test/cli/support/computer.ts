import type { FileSystem } from '../../../src/archive/index.ts';
import type { PlatformFacts } from '../../../src/cli/doctor/platform-facts.ts';
import { MemoryDisk } from '../../support/memory-disk.ts';

/** A computer as its files and lists; a file is its text, a link its target. */
export interface Computer extends Partial<PlatformFacts> {
  readonly files?: Readonly<Record<string, string>>;
  readonly links?: Readonly<Record<string, string>>;
  /** Groups of files. */
  readonly owners?: Readonly<Record<string, number>>;
  /** Files that may not be opened by the person. */
  readonly closed?: readonly string[];
  /** What programs print, by their command line. */
  readonly programs?: Readonly<Record<string, string>>;
  /** May be written as well as read. */
  readonly writable?: readonly string[];
}

/** A computer on which all is well and nothing is plugged in, but for what is said. */
export function computer(say: Computer = {}): PlatformFacts {
  const { files = {}, links = {}, owners = {}, closed = [], programs = {}, writable = [], ...facts } = say;
  const texts = new Map(Object.entries(files));
  return {
    platform: 'linux',
    node: '22.13.0',
    engines: '^20.19.0 || ^22.13.0 || >=24.0.0',
    system: 'Linux 6.1.0 x64',
    user: 'petra',
    home: '/home/petra',
    host: 'petras-laptop',
    groups: [1000],
    disk: new MemoryDisk(),
    interfaces: () => ({ lo: [{ family: 'IPv4', internal: true, address: '127.0.0.1' }] }),
    serialPorts: async () => [],
    gateways: async () => [],
    readText: async (path) => texts.get(path),
    writeText: async (path, text) => {
      if (!writable.includes(path)) throw new Error('EACCES');
      texts.set(path, text);
    },
    names: async (folder) => {
      const below = [...texts.keys(), ...Object.keys(links)].filter((path) => path.startsWith(`${folder}/`));
      return [...new Set(below.map((path) => path.slice(folder.length + 1).split('/')[0] ?? ''))];
    },
    readLink: async (path) => links[path],
    groupOf: async (path) => owners[path],
    mayUse: async (path) => !closed.includes(path),
    volume: async () => ({ freeBytes: 50 * 1024 * 1024 * 1024, type: 0xef53 }),
    output: async (program, words) => programs[[program, ...words].join(' ')],
    ...facts,
  };
}

/** Drive C, on which everything can be written. */
export const driveC: FileSystem = new Proxy(new MemoryDisk(), {
  get: (disk, name: keyof MemoryDisk) => {
    const value = disk[name];
    if (typeof value !== 'function') return value;
    const call = value.bind(disk) as (...words: unknown[]) => unknown;
    return (path: unknown, ...rest: unknown[]) =>
      call(typeof path === 'string' ? path.replace(/^C:/, '').replaceAll('\\', '/') : path, ...rest);
  },
});
