import { readFile } from 'node:fs/promises';
import { KombiError, messageOf } from '../core/index.ts';

/**
 * The bytes of a file that a person named.
 *
 * @param hint what to name instead
 * @throws {KombiError} `usage.file` (exit 2)
 */
export async function readNamedFile(path: string, hint: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new KombiError({ code: 'usage.file', message: `${path} cannot be read: ${messageOf(error)}`, hint });
  }
}
