import { KombiError, systemClock } from '../../core/index.ts';
import { onlyGateway } from '../gateway/index.ts';
import { type LinkUri, refuseUnknownQuery } from '../link-uri.ts';
import { openTcpStream } from '../tcp-stream.ts';
import type { Transport } from '../transport.ts';
import { DOIP_PORT, discoverDoip } from './discovery.ts';
import { createDoipTransport } from './doip-transport.ts';

/** bmw-diagnostics §2 (third-party code). */
const TLS_PORT = 3496;
const CONNECT_TIMEOUT_MS = 5000;

/**
 * The transport of a `doip:` link, closed: `doip://host[:port]`, or `doip:` for the one car that answers.
 *
 * @throws {KombiError} `usage.link`; `link.no-gateway` or `link.several-gateways` (exit 8) where discovery finds not one
 */
export async function createDoipLink(uri: LinkUri): Promise<Transport> {
  refuseUnknownQuery(uri, []);
  if (uri.path.replace(/^\//, '') !== '') {
    throw new KombiError({
      code: 'usage.link',
      message: `"${uri.text}" is not a link: the path "${uri.path}" means nothing here`,
      hint: 'Examples: doip:, doip://169.254.12.34, doip://127.0.0.1:50000.',
    });
  }
  return doipTo(uri.host || (await findHost()), uri.port);
}

async function findHost(): Promise<string> {
  const gateways = await discoverDoip({ clock: systemClock });
  return onlyGateway(gateways, (gateway) => `doip://${gateway?.host ?? 'HOST'}`).host;
}

/** The transport to a gateway that is known, closed. */
export function doipTo(host: string, port = DOIP_PORT): Transport {
  const clock = systemClock;
  const openPort = (number: number) => openTcpStream({ host, port: number, connectTimeoutMs: CONNECT_TIMEOUT_MS, clock });
  const place = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return createDoipTransport({
    open: openPort(port),
    secure: port === DOIP_PORT ? openPort(TLS_PORT) : undefined,
    clock,
    description: `DoIP ${place}`,
    portName: place,
  });
}
