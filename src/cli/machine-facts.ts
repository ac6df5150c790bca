import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { access, constants, readdir, readFile, readlink, stat, statfs, writeFile } from 'node:fs/promises';
import { arch, homedir, hostname, networkInterfaces, release, type, userInfo } from 'node:os';
import { promisify } from 'node:util';
import { diskFileSystem } from '../archive/index.ts';
import type { PlatformFacts } from './doctor/platform-facts.ts';
import { findGateways } from './find-links.ts';

const run = promisify(execFile);
const TIMEOUT_MS = 5000;

/** The facts of this computer. */
export function machineFacts(): PlatformFacts {
  // The same two steps up from the sources and from the bundle.
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { engines: { node: string } };
  return {
    platform: process.platform,
    node: process.versions.node,
    engines: manifest.engines.node,
    system: `${type()} ${release()} ${arch()}`,
    // A user without a name (a container) has no entry where the name is looked up.
    user: orUndefined(() => userInfo().username) ?? '',
    home: homedir(),
    host: hostname(),
    groups: process.getgroups?.() ?? [],
    disk: diskFileSystem,
    interfaces: networkInterfaces,
    serialPorts: async () => (await import('../transport/serial/index.ts')).listSerialPorts(),
    gateways: findGateways,
    readText: (path) => readFile(path, 'utf8').catch(() => undefined),
    writeText: (path, text) => writeFile(path, text),
    names: (path) => readdir(path).catch(() => []),
    readLink: (path) => readlink(path).catch(() => undefined),
    groupOf: (path) =>
      stat(path).then(
        ({ gid }) => gid,
        () => undefined,
      ),
    mayUse: (path) =>
      access(path, constants.R_OK | constants.W_OK).then(
        () => true,
        () => false,
      ),
    volume: (path) =>
      statfs(path).then(
        ({ bavail, bsize, type }) => ({ freeBytes: bavail * bsize, type }),
        () => undefined,
      ),
    output: (program, words) =>
      run(program, [...words], { timeout: TIMEOUT_MS, windowsHide: true }).then(
        ({ stdout }) => stdout,
        () => undefined,
      ),
  };
}

function orUndefined<Value>(get: () => Value): Value | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}
