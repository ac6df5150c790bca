import { posix, win32 } from 'node:path';
import { KombiError } from '../core/index.ts';

/**
 * Where the platform keeps the data of a program.
 *
 * @throws {KombiError} `usage.archive` where the environment names no home
 * @see source: XDG Base Directory Specification 0.8 (published): a relative XDG_DATA_HOME is ignored
 */
export function defaultArchiveDirectory(env: Readonly<Record<string, string | undefined>>, platform: NodeJS.Platform): string {
  if (platform === 'win32') {
    const base = env['LOCALAPPDATA'] || (env['USERPROFILE'] && win32.join(env['USERPROFILE'], 'AppData', 'Local'));
    if (!base) throw noHome('LOCALAPPDATA');
    return win32.join(base, 'kombi', 'archive');
  }
  const dataHome = env['XDG_DATA_HOME'];
  if (platform !== 'darwin' && dataHome && posix.isAbsolute(dataHome)) return posix.join(dataHome, 'kombi', 'archive');
  const home = env['HOME'];
  if (!home) throw noHome('HOME');
  return platform === 'darwin'
    ? posix.join(home, 'Library', 'Application Support', 'kombi', 'archive')
    : posix.join(home, '.local', 'share', 'kombi', 'archive');
}

function noHome(variable: string): KombiError {
  return new KombiError({
    code: 'usage.archive',
    message: `No place for the archive: ${variable} is not set`,
    hint: 'Name a folder with --archive, or set KOMBI_ARCHIVE.',
  });
}
