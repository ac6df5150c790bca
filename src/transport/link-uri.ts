import { KombiError } from '../core/index.ts';

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

/** @throws {KombiError} `usage.link` */
export function parseLinkUri(text: string): LinkUri {
  const match = /^([a-z][a-z0-9]*):(?:\/\/(\[[^\]]*\]|[^/?:]*)(?::(\d{1,5}))?)?([^?]*)(?:\?(.*))?$/s.exec(text);
  const port = match?.[3] === undefined ? undefined : Number(match[3]);
  const path = match === null ? undefined : decodePath(match[4] ?? '');
  if (match === null || path === undefined || (port !== undefined && (port < 1 || port > 65535))) {
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
    path,
    query: new URLSearchParams(match[5] ?? ''),
  };
}

function decodePath(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
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
