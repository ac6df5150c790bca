import { open } from 'node:fs/promises';
import { KombiError, messageOf } from '../core/index.ts';

/**
 * Makes a file that is not there yet, readable by its owner only, as the archive is: VINs are personal data.
 *
 * @param option by which it was named
 * @throws {KombiError} `usage.output` (exit 2) where it is there already or cannot be made
 */
export async function createFile(path: string, text: string, option = '--output'): Promise<void> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(text);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new KombiError({
      code: 'usage.output',
      message: `${path} cannot be written: ${messageOf(error)}`,
      cause: error,
      hint: `Name a file with ${option} that is not there yet, in a folder that is.`,
    });
  }
}
