import { type EcuAddress, ENET_TESTER_ADDRESS, KombiError, systemClock } from '../../core/index.ts';
import { doipTo } from '../doip/index.ts';
import { onlyGateway } from '../gateway/index.ts';
import { type LinkUri, refuseUnknownQuery } from '../link-uri.ts';
import { openTcpStream } from '../tcp-stream.ts';
import type { Transport } from '../transport.ts';
import { HSFZ_CONTROL_PORT } from './discovery.ts';
import { createEnetTransport } from './enet-transport.ts';
import { type FoundGateway, findGateways, linkToGateway } from './find-gateways.ts';

const HSFZ_PORT = 6801;
const CONNECT_TIMEOUT_MS = 5000;

/**
 * The transport of an `enet:` link, closed: `enet://host[:port][?control=PORT][&tester=HEX]`, or `enet:` for the one
 * car that answers, over what it speaks: HSFZ or DoIP. On another port than 6801 there is no control port unless one is
 * named; both options are HSFZ's, and who gives one means such a car.
 *
 * @throws {KombiError} `usage.link`; `link.no-gateway` or `link.several-gateways` (exit 8) where discovery finds not one
 */
export async function createEnetLink(uri: LinkUri, find = findGateways): Promise<Transport> {
  refuseUnknownQuery(uri, ['control', 'tester']);
  if (uri.path.replace(/^\//, '') !== '') throw usage(uri, `the path "${uri.path}" means nothing here`);
  const tester = testerOf(uri);
  const named = controlPortOf(uri);
  const clock = systemClock;
  const found = uri.host === '' ? await theGateway(find, uri.query.size > 0) : undefined;
  if (found?.protocol === 'doip') return doipTo(found.host);
  const host = found?.host ?? uri.host;
  const port = uri.port ?? HSFZ_PORT;
  const controlPort = named ?? (port === HSFZ_PORT ? HSFZ_CONTROL_PORT : undefined);
  const openPort = (number: number) => openTcpStream({ host, port: number, connectTimeoutMs: CONNECT_TIMEOUT_MS, clock });
  const place = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return createEnetTransport({
    open: openPort(port),
    control: controlPort === undefined ? undefined : openPort(controlPort),
    clock,
    description: `ENET ${place}`,
    portName: place,
    tester,
  });
}

async function theGateway(find: typeof findGateways, onlyHsfz: boolean): Promise<FoundGateway> {
  const gateways = (await find({ clock: systemClock })).filter(({ protocol }) => protocol === 'hsfz' || !onlyHsfz);
  return onlyGateway(gateways, (gateway) => (gateway === undefined ? 'enet://HOST' : linkToGateway(gateway)));
}

function testerOf(uri: LinkUri): EcuAddress {
  const text = uri.query.get('tester');
  if (text === null) return ENET_TESTER_ADDRESS;
  if (!/^[0-9a-f]{2}$/i.test(text)) throw usage(uri, `"${text}" is no tester address; write two hex digits, such as F4`);
  return Number.parseInt(text, 16) as EcuAddress;
}

function controlPortOf(uri: LinkUri): number | undefined {
  const text = uri.query.get('control');
  if (text === null) return undefined;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 0xffff) throw usage(uri, `"${text}" is no control port; write a number from 1 to 65535`);
  return port;
}

function usage(uri: LinkUri, why: string): KombiError {
  return new KombiError({
    code: 'usage.link',
    message: `"${uri.text}" is not a link: ${why}`,
    hint: 'Examples: enet:, enet://169.254.12.34, enet://127.0.0.1:50000?control=50001.',
  });
}
