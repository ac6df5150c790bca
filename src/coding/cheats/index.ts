/**
 * cheats: files of community FDL cheats, read with their dirt, judged, and made into recipes. Apart from the rest of the room, so
 * that only who reads such a file loads an XML reader.
 */
export * from './cheat-file.ts';
export type { Contradiction } from './contradictions.ts';
export * from './import-cheats.ts';
export type { ImportedEntry } from './imported-entry.ts';
export { lintCheats } from './lint-cheats.ts';
export { MAX_CHEAT_BYTES, readCheatFile } from './read-cheat-file.ts';
export * from './told-values.ts';
