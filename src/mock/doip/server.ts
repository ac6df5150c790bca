import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { isKombiError } from '../../core/index.ts';
import type { NetworkedCar } from '../car-port.ts';
import { bound, closed, listening, MAX_TESTERS, Sockets, socketWire } from '../network/index.ts';
import { answerDatagram } from './answer-datagram.ts';
import { DoipConnection } from './connection.ts';

export interface DoipServerOptions {
  /** Loopback unless said otherwise: nobody offers a car to a network by accident. */
  readonly host?: string;
  /** 13400 in cars, TCP and UDP; 0, the default, picks one that is free for both. */
  readonly port?: number;
  /** Default 0: never asks. */
  readonly aliveMs?: number;
  /** Default 60 s. */
  readonly idleMs?: number;
}

export interface DoipServer {
  readonly host: string;
  readonly port: number;
  /** Lets the process end while it still listens. */
  unref(): void;
  /** Ends all connections. Never throws; may be repeated. */
  close(): Promise<void>;
}

/** scapy takes all that has come with an acknowledge for a part of it, so an answer comes later, as in any car. Evidence synthetic. */
const ANSWER_MS = 10;
/** A port that is free over TCP may be taken over UDP. */
const TRIES = 5;

/**
 * Puts the car's gateway on the network as newer cars have it: diagnosis over TCP, discovery over UDP.
 *
 * @throws {KombiError} `mock.listen` when a port cannot be had
 */
export async function startDoipServer(car: NetworkedCar, options: DoipServerOptions = {}): Promise<DoipServer> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await start(car, options);
    } catch (error) {
      if (!isKombiError(error, 'mock.listen') || (options.port ?? 0) !== 0 || tries === TRIES) throw error;
    }
  }
}

async function start(car: NetworkedCar, options: DoipServerOptions): Promise<DoipServer> {
  const { host = '127.0.0.1', port: wanted = 0, aliveMs = 0, idleMs = 60_000 } = options;
  const sockets = new Sockets();
  const diagnosis = createServer((socket) =>
    sockets.accept(socket, () => new DoipConnection(car, socketWire(socket, car.clock), { aliveMs, idleMs, answerMs: ANSWER_MS })),
  );
  const discovery = createSocket('udp4');
  const close = async () => {
    sockets.destroy();
    await Promise.all([closed(diagnosis), closed(discovery)]);
  };
  discovery.on('message', (request, sender) => {
    const answer = answerDatagram(car, request, { most: MAX_TESTERS, connected: sockets.testers });
    if (answer !== undefined) discovery.send(answer, sender.port, sender.address, () => {});
  });

  try {
    const port = await listening(diagnosis, wanted, host);
    await bound(discovery, port, host);
    return {
      host,
      port,
      unref() {
        for (const end of [diagnosis, discovery, sockets]) end.unref();
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
