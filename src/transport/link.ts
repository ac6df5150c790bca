import { KombiError } from '../core/index.ts';
import type { Transport } from './transport.ts';

/**
 * A link is a URI: `enet:`, `enet://host:port`, `elm327:///dev/ttyUSB0?baud=115200`, `elm327:COM3`,
 * `elm327://host:35000`, `mock:f06-sos?link=elm327`.
 */
export interface LinkUri {
  readonly text: string;
  readonly scheme: string;
  /** Host of `scheme://host[:port]`, empty where there is none. IPv6 without brackets. */
  readonly host: string;
  readonly port: number | undefined;
  /** What follows the authority, or the scheme where there is none: `/dev/ttyUSB0`, `COM3`, `f06-sos`. */
  readonly path: string;
  readonly query: URLSearchParams;
}

export interface LinkOptions {
  /** Overrides how long an ECU may take for its first answer, milliseconds. */
  readonly timeoutMs?: number;
}

/** Makes a transport, closed. Refuses unknown query keys: a misspelt option must not be silently ignored. */
export type LinkScheme = (uri: LinkUri, options: LinkOptions) => Promise<Transport>;

const schemes = new Map<string, LinkScheme>([
  ['enet', async (uri, options) => (await import('./enet/index.ts')).createEnetLink(uri, options)],
  ['elm327', async (uri, options) => (await import('./elm327/index.ts')).createElm327Link(uri, options)],
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

/** @throws {KombiError} `usage.link` */
export function parseLinkUri(text: string): LinkUri {
  const match = /^([a-z][a-z0-9]*):(?:\/\/(\[[^\]]*\]|[^/?:]*)(?::(\d{1,5}))?)?([^?]*)(?:\?(.*))?$/s.exec(text);
  const port = match?.[3] === undefined ? undefined : Number(match[3]);
  if (match === null || (port !== undefined && (port < 1 || port > 65535))) {
    throw new KombiError({
      code: 'usage.link',
      message: `"${text}" is not a link`,
      hint: 'Links look like enet:, enet://169.254.12.34, elm327:///dev/ttyUSB0?baud=115200, elm327:COM3 or mock:f06-sos.',
    });
  }
  return {
    text,
    scheme: match[1] ?? '',
    host: (match[2] ?? '').replace(/^\[|\]$/g, ''),
    port,
    path: decodeURIComponent(match[4] ?? ''),
    query: new URLSearchParams(match[5] ?? ''),
  };
}

/** @throws {KombiError} `usage.link` naming the first key that is not in `known` */
export function refuseUnknownQuery(uri: LinkUri, known: readonly string[]): void {
  for (const key of uri.query.keys()) {
    if (!known.includes(key)) {
      throw new KombiError({
        code: 'usage.link',
        message: `"${uri.text}" has the unknown option "${key}"`,
        hint: known.length === 0 ? 'This kind of link takes no options.' : `Known options: ${known.join(', ')}.`,
      });
    }
  }
}
