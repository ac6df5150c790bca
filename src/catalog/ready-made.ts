import { readFileSync } from 'node:fs';
import { deserialize } from 'node:v8';

/**
 * Loads what the build has checked and put aside (`.config/build.js`), so that no start checks our own data again.
 *
 * @returns undefined where there is no such file, or a newer Node wrote it: the caller then reads the sources
 */
export function loadReadyMade<Data>(file: URL): Data | undefined {
  try {
    return deserialize(readFileSync(file)) as Data;
  } catch {
    return undefined;
  }
}
