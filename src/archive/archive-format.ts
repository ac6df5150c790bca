import * as z from 'zod';
import { KombiError } from '../core/index.ts';
import { damagedError, newerFormatError } from './archive-error.ts';
import type { ArchiveFolder } from './archive-folder.ts';
import { errnoOf } from './file-system.ts';
import { canonicalText, parseStrictJson, UnsoundText } from './strict-json.ts';

const ARCHIVE_FORMAT = 1;
const FORMAT_FILE = 'FORMAT.json';
const ATTRIBUTES_FILE = '.gitattributes';
// Copies merge as a union; and git on Windows must not turn LF into CRLF, because every byte is hashed.
const ATTRIBUTES = 'MANIFEST.sha256 merge=union\n* -text\n';
const formatSchema = z.object({ format: z.int().min(1) });

/**
 * An archive without the file is one not yet written to.
 *
 * @throws {KombiError} `archive.newer-format`, `archive.damaged`
 */
export async function checkArchiveFormat(folder: ArchiveFolder): Promise<void> {
  const bytes = await folder.read(FORMAT_FILE);
  if (bytes === undefined) return;
  const path = folder.path(FORMAT_FILE);
  const format = formatOf(bytes);
  if (format === undefined) throw damagedError(path, `it does not say {"format":${ARCHIVE_FORMAT}}`);
  if (format > ARCHIVE_FORMAT) throw newerFormatError(path, `the archive's format is ${format}, this version knows ${ARCHIVE_FORMAT}`);
}

/** Writes what every archive has at its root, where it is not there yet. */
export async function prepareArchive(folder: ArchiveFolder): Promise<void> {
  const files = { [FORMAT_FILE]: canonicalText({ format: ARCHIVE_FORMAT }), [ATTRIBUTES_FILE]: ATTRIBUTES };
  for (const [name, text] of Object.entries(files)) {
    if (await folder.exists(name)) continue;
    try {
      await folder.create(name, new TextEncoder().encode(text), 0o600);
    } catch (error) {
      const anotherWasFirst = error instanceof KombiError && errnoOf(error.cause) === 'EEXIST';
      if (!anotherWasFirst) throw error;
    }
  }
}

function formatOf(bytes: Uint8Array): number | undefined {
  try {
    return formatSchema.safeParse(parseStrictJson(bytes).document).data?.format;
  } catch (error) {
    if (error instanceof UnsoundText) return undefined;
    throw error;
  }
}
