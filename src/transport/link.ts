import { KombiError } from '../core/index.ts';
import type { AdapterNotes } from './elm327/adapter-findings.ts';
import { type LinkUri, parseLinkUri } from './link-uri.ts';
import type { Transport } from './transport.ts';

export * from './link-uri.ts';

export interface LinkOptions {
  /** Overrides how long an ECU may take for its first answer, milliseconds. */
  readonly timeoutMs?: number;
  /** Where what was found out about adapters is kept; absent: nowhere. */
  readonly adapters?: AdapterNotes;
}

/** Makes a transport, closed. Refuses unknown query keys: a misspelt option must not be silently ignored. */
export type LinkScheme = (uri: LinkUri, options: LinkOptions) => Promise<Transport>;

const schemes = new Map<string, LinkScheme>([
  ['enet', async (uri) => (await import('./enet/index.ts')).createEnetLink(uri)],
  ['doip', async (uri) => (await import('./doip/index.ts')).createDoipLink(uri)],
  ['dcan', async (uri) => (await import('./dcan/index.ts')).createDcanLink(uri)],
  ['elm327', async (uri, { adapters }) => (await import('./elm327/index.ts')).createElm327Link(uri, adapters)],
  ['replay', async (uri) => (await import('./trace/index.ts')).createReplayLink(uri)],
]);

/** The one line that adds a transport. Rooms above use it for `mock:`, which transport must not import. */
export function registerLinkScheme(name: string, scheme: LinkScheme): void {
  schemes.set(name, scheme);
}

/**
 * Makes the transport that a link names, without opening it.
 *
 * @throws {KombiError} `usage.link` (exit 2) when the text is no link, or one of a scheme nobody knows
 */
export async function createLink(text: string, options: LinkOptions = {}): Promise<Transport> {
  const uri = parseLinkUri(text);
  const scheme = schemes.get(uri.scheme);
  if (scheme === undefined) {
    throw new KombiError({
      code: 'usage.link',
      message: `"${text}" is a link of the unknown kind "${uri.scheme}"`,
      hint: `Known kinds: ${[...schemes.keys()].sort().join(', ')}. Examples: enet:, elm327:///dev/ttyUSB0, mock:f06-sos.`,
    });
  }
  return scheme(uri, options);
}
