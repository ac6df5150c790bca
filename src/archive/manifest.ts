import type { ArchiveFolder } from './archive-folder.ts';

/** A line of `MANIFEST.sha256`, which `sha256sum -c` checks from the car's folder. */
export interface ManifestLine {
  readonly sha256: string;
  /** Relative to the manifest. */
  readonly path: string;
}

const LINE = /^(?<sha256>[0-9a-f]{64}) [ *](?<path>.+)$/;

export function encodeManifest(lines: readonly ManifestLine[]): Uint8Array {
  const unique = [...new Set(lines.map(({ sha256, path }) => `${sha256}  ${path}\n`))];
  // By path, so that merging two archives in git meets few conflicts.
  return new TextEncoder().encode(unique.sort((left, right) => (left.slice(64) < right.slice(64) ? -1 : 1)).join(''));
}

/** The manifest is derived: a line that is missing or unreadable says nothing. */
export function decodeManifest(bytes: Uint8Array): readonly ManifestLine[] {
  const lines: ManifestLine[] = [];
  for (const line of new TextDecoder().decode(bytes).split('\n')) {
    const { sha256, path } = LINE.exec(line)?.groups ?? {};
    if (sha256 !== undefined && path !== undefined) lines.push({ sha256, path });
  }
  return lines;
}

/** What a manifest says, by path. A union merge may leave two lines for one. */
export type Manifest = ReadonlyMap<string, readonly string[]>;

export function indexManifest(lines: readonly ManifestLine[]): Manifest {
  const index = new Map<string, string[]>();
  for (const { path, sha256 } of lines) {
    const said = index.get(path);
    if (said === undefined) index.set(path, [sha256]);
    else said.push(sha256);
  }
  return index;
}

/** Any of two lines that says otherwise contradicts. */
export function contradicts(manifest: Manifest, { sha256, path }: ManifestLine): boolean {
  return manifest.get(path)?.some((said) => said !== sha256) ?? false;
}

export async function loadManifest(folder: ArchiveFolder, directory: string): Promise<readonly ManifestLine[]> {
  const bytes = await folder.read(manifestFile(directory));
  return bytes === undefined ? [] : decodeManifest(bytes);
}

export async function saveManifest(folder: ArchiveFolder, directory: string, lines: readonly ManifestLine[]): Promise<void> {
  await folder.replace(manifestFile(directory), encodeManifest(lines));
}

function manifestFile(directory: string): string {
  return `vehicles/${directory}/MANIFEST.sha256`;
}
