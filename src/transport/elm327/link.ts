import { type Clock, KombiError, systemClock } from '../../core/index.ts';
import type { OpenByteStream } from '../byte-stream.ts';
import { type LinkUri, refuseUnknownQuery } from '../link-uri.ts';
import { isUsbPort, openSerialStream, realPortPath } from '../serial/index.ts';
import { openTcpStream } from '../tcp-stream.ts';
import type { Transport } from '../transport.ts';
import type { AdapterNotes } from './adapter-findings.ts';
import { openAtAnyBaud } from './baud-scan.ts';
import { createElm327Transport } from './transport.ts';

/** Where WiFi adapters listen (elm327 §8). */
const WIFI_PORT = 35000;
const CONNECT_TIMEOUT_MS = 5000;

/**
 * Makes the transport of `elm327:///dev/ttyUSB0?baud=115200`, `elm327:COM3` or `elm327://192.168.0.10:35000`. Without
 * `baud`, the usual rates are tried.
 *
 * @param notes what was found out before, by the real path of the port
 *
 * @throws {KombiError} `usage.link`
 */
export async function createElm327Link(uri: LinkUri, notes?: AdapterNotes): Promise<Transport> {
  const clock = systemClock;
  const remembering = async (port: string) => notes && { known: await notes.find(port), keep: notes.keep.bind(notes, port) };
  if (uri.host !== '') {
    refuseUnknownQuery(uri, []);
    const port = uri.port ?? WIFI_PORT;
    const portName = `${uri.host.includes(':') ? `[${uri.host}]` : uri.host}:${port}`;
    const open = openTcpStream({ host: uri.host, port, connectTimeoutMs: CONNECT_TIMEOUT_MS, clock });
    return createElm327Transport({ open, clock, description: `ELM327 at ${portName}`, portName, ...(await remembering(portName)) });
  }
  refuseUnknownQuery(uri, ['baud']);
  if (uri.path === '') throw usage(uri, 'names no port');
  const portName = await realPortPath(uri.path);
  const open = openPort(uri, clock, await isUsbPort(portName));
  return createElm327Transport({ open, clock, description: `ELM327 at ${uri.path}`, portName, ...(await remembering(portName)) });
}

function openPort(uri: LinkUri, clock: Clock, wired: boolean): OpenByteStream {
  const baud = uri.query.get('baud');
  const openAt = (baudRate: number) => openSerialStream({ path: uri.path, baudRate, clock, wired });
  if (baud === null) return openAtAnyBaud(openAt, clock);
  if (!/^[1-9]\d{2,6}$/.test(baud)) throw usage(uri, `has the baud rate "${baud}"`);
  return openAt(Number(baud));
}

function usage(uri: LinkUri, what: string): KombiError {
  return new KombiError({
    code: 'usage.link',
    message: `"${uri.text}" ${what}`,
    hint: 'Write elm327:///dev/ttyUSB0, elm327:///dev/ttyUSB0?baud=115200, elm327:COM3 or elm327://192.168.0.10:35000.',
  });
}
