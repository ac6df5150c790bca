import { createSocket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { type Clock, KombiError, messageOf } from '../../core/index.ts';
import { Wait } from '../wait.ts';

export interface DiscoveryOptions {
  readonly clock: Clock;
  readonly timeoutMs?: number;
  /** Whom to ask, in place of every network of this computer. When each of them has answered, the search ends at once. */
  readonly addresses?: readonly string[];
  readonly port?: number;
  readonly signal?: AbortSignal | undefined;
}

/** How one protocol looks for gateways. */
export interface Question<Gateway> {
  readonly bytes: Uint8Array;
  readonly port: number;
  /** Undefined where a datagram is no answer: nobody has asked for others. */
  readonly decode: (datagram: Uint8Array, host: string) => Gateway | undefined;
}

// EdiabasLib waits 1000 ms and asks three times (bmw-diagnostics §1.4, third-party code).
const TIMEOUT_MS = 1000;
const TRIES = 3;
const LIMITED_BROADCAST = '255.255.255.255';
/** Where a simulator on this computer is found: broadcasts do not reach a socket bound to loopback. */
const LOOPBACK = '127.0.0.1';

/**
 * Asks all networks for gateways.
 *
 * @returns each gateway once, in order of answering
 * @throws {KombiError} `link.discovery` when no question can be sent at all
 */
export async function askNetworks<Gateway extends { readonly host: string }>(
  { bytes, port, decode }: Question<Gateway>,
  options: DiscoveryOptions,
): Promise<readonly Gateway[]> {
  const { clock, timeoutMs = TIMEOUT_MS, addresses = everyAddress(), signal } = options;
  signal?.throwIfAborted();
  const found = new Map<string, Gateway>();
  const socket = createSocket('udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(0, () => {
        socket.setBroadcast(true);
        resolve();
      });
    });
    const search = new Wait<void>({
      clock,
      delayMs: timeoutMs,
      atDeadline: () => search.resolve(),
      atEnd: () => {
        for (const timer of repeat) timer.cancel();
      },
      signal,
    });
    socket.on('error', (error) => search.reject(error));
    socket.on('message', (datagram, sender) => {
      // Every client takes answers from the asked port only (bmw-diagnostics §12).
      const gateway = sender.port === port ? decode(datagram, sender.address) : undefined;
      if (gateway === undefined || found.has(gateway.host)) return;
      found.set(gateway.host, gateway);
      if (addresses.every((address) => found.has(address))) search.resolve();
    });
    // A network that is down must not keep the others from being asked.
    const ask = () => {
      for (const address of addresses) socket.send(bytes, port, address, () => {});
    };
    const repeat = Array.from({ length: TRIES - 1 }, (_, index) => clock.timer(((index + 1) * timeoutMs) / TRIES, ask));
    ask();
    await search.promise;
  } catch (error) {
    signal?.throwIfAborted();
    throw new KombiError({
      code: 'link.discovery',
      message: `The networks of this computer cannot be searched for a car: ${messageOf(error)}`,
      hint: 'Name the gateway: enet://HOST.',
      cause: error,
    });
  } finally {
    socket.close();
  }
  return [...found.values()];
}

/** The limited broadcast leaves by one network only, so each gets its own. */
function everyAddress(): readonly string[] {
  const addresses = new Set([LOOPBACK, LIMITED_BROADCAST]);
  for (const { family, internal, address, netmask } of Object.values(networkInterfaces()).flatMap((list) => list ?? [])) {
    if (family === 'IPv4' && !internal) addresses.add(broadcastAddress(address, netmask));
  }
  return [...addresses];
}

function broadcastAddress(address: string, netmask: string): string {
  const mask = netmask.split('.').map(Number);
  return address
    .split('.')
    .map((part, index) => Number(part) | (~(mask[index] ?? 0xff) & 0xff))
    .join('.');
}
