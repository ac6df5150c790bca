import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { type CheatFile, MAX_CHEAT_BYTES, readCheatFile } from '../coding/cheats/index.ts';
import { KombiError, messageOf } from '../core/index.ts';

/** @throws {KombiError} `usage.file` for one that cannot be read at all */
export async function readCheatFiles(paths: readonly string[]): Promise<readonly CheatFile[]> {
  const names = paths.map((path) => basename(path));
  const files: CheatFile[] = [];
  for (const path of new Set(paths)) {
    const name = basename(path);
    // Two of one name are told apart by their folders.
    files.push(await readCheatFile(decode(await readBytes(path)), names.filter((other) => other === name).length > 1 ? path : name));
  }
  return files;
}

async function readBytes(path: string): Promise<Uint8Array> {
  let problem: string;
  try {
    const { size } = await stat(path);
    if (size <= MAX_CHEAT_BYTES) return await readFile(path);
    problem = `it has ${size} bytes, more than ${MAX_CHEAT_BYTES}`;
  } catch (error) {
    problem = messageOf(error);
  }
  throw new KombiError({ code: 'usage.file', message: `${path} cannot be read: ${problem}`, hint: 'Name files of FDL cheats, in XML.' });
}

/** Whatever the head of the file says: what is UTF-8 is UTF-8, and what is not was written on a western Windows. */
function decode(bytes: Uint8Array): string {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  if (isUtf16) return new TextDecoder('utf-16le').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
