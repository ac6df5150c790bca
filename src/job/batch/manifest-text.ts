import { KombiError, messageOf } from '../../core/index.ts';
import { readJsonManifest } from './json-manifest.ts';
import { type ManifestDocument, UnsoundManifest } from './manifest-document.ts';

type ManifestSyntax = 'json' | 'yaml';

/** Reliability row 51. */
const MAX_BYTES = 1 << 20;

/** By the name's ending, else by its first character: JSON has to begin with a brace here, and a YAML manifest hardly does. */
function syntaxOf(name: string, text: string): ManifestSyntax {
  if (/\.json$/i.test(name)) return 'json';
  if (/\.ya?ml$/i.test(name)) return 'yaml';
  return /^\s*\{/.test(text) ? 'json' : 'yaml';
}

/**
 * Reads JSON or YAML 1.2 that nobody need trust: at most 1 MiB, 16 levels deep, UTF-8, no key twice; of YAML no anchors,
 * aliases, tags or directives.
 *
 * @throws {KombiError} `usage.manifest` naming file and line
 */
export async function readManifestText(bytes: Uint8Array, name: string): Promise<ManifestDocument> {
  try {
    const text = decode(bytes);
    if (syntaxOf(name, text) === 'json') return readJsonManifest(text);
    // Only who writes YAML pays for its reader.
    return (await import('./yaml-manifest.ts')).readYamlManifest(text);
  } catch (error) {
    if (!(error instanceof UnsoundManifest)) throw error;
    throw manifestError(name, [{ line: error.line, text: error.message }]);
  }
}

export interface ManifestProblem {
  readonly line: number | undefined;
  readonly text: string;
}

const SHOWN_PROBLEMS = 10;

/** `fleet.yaml:12: cars[3].link: …`; several are items of one error. */
export function manifestError(name: string, problems: readonly ManifestProblem[]): KombiError {
  const told = problems.map(({ line, text }) => `${name}${line === undefined ? '' : `:${line}`}: ${text}`);
  const [first = name] = told;
  const more = told.length - SHOWN_PROBLEMS;
  return new KombiError({
    code: 'usage.manifest',
    message: told.length === 1 ? first : `${name} has ${told.length} mistakes:`,
    items: told.length === 1 ? [] : [...told.slice(0, SHOWN_PROBLEMS), ...(more > 0 ? [`and ${more} more`] : [])],
    hint: '`kombi batch --help` shows what a manifest looks like.',
  });
}

function decode(bytes: Uint8Array): string {
  if (bytes.length > MAX_BYTES) throw new UnsoundManifest(`it has ${bytes.length} bytes, and ${MAX_BYTES} are the most`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new UnsoundManifest(`it is not UTF-8 (${messageOf(error)})`);
  }
}
