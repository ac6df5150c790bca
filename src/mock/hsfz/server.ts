import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import { EXIT, equalBytes, KombiError, messageOf } from '../../core/index.ts';
import type { NetworkedCar } from '../car-port.ts';
import { type AbsentTarget, DiagnosticConnection } from './connection.ts';
import { ControlConnection } from './control-connection.ts';
import { CONTROL, encodeFrame } from './frame.ts';
import { identification } from './identification.ts';
import { socketWire } from './socket-wire.ts';

export interface HsfzServerOptions {
  /** Loopback unless said otherwise: nobody offers a car to a network by accident. */
  readonly host?: string;
  /** 6801 in cars; 0, the default, picks a free one. */
  readonly port?: number;
  /** Terminal 15; 6811 in cars. */
  readonly controlPort?: number;
  /** UDP; 6811 in cars, and clients accept answers from no other. */
  readonly discoveryPort?: number;
  readonly absent?: AbsentTarget;
  /** Default 0: never asks. */
  readonly aliveMs?: number;
  /** Default 60 s. */
  readonly idleMs?: number;
}

export interface HsfzServer {
  readonly host: string;
  readonly port: number;
  readonly controlPort: number;
  readonly discoveryPort: number;
  /** Lets the process end while it still listens. */
  unref(): void;
  /** Ends all connections. Never throws; may be repeated. */
  close(): Promise<void>;
}

const MAX_SOCKETS = 16;
const MAX_TESTERS = 8;
const DISCOVERY_REQUEST = encodeFrame(CONTROL.vehicleIdentification, []);

/**
 * Puts the car's gateway on the network: diagnosis and control over TCP, discovery over UDP.
 *
 * @throws {KombiError} `mock.listen` when a port cannot be had
 */
export async function startHsfzServer(car: NetworkedCar, options: HsfzServerOptions = {}): Promise<HsfzServer> {
  const { host = '127.0.0.1', port = 0, controlPort = 0, discoveryPort = 0, absent = '0043', aliveMs = 0, idleMs = 60_000 } = options;
  const sockets = new Set<Socket>();
  let testers = 0;
  let isUnref = false;

  const accept = (socket: Socket, isTester: boolean) => {
    socket.on('error', () => {});
    if (sockets.size >= MAX_SOCKETS) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.setNoDelay(true);
    if (isUnref) socket.unref();
    const wire = socketWire(socket, car.clock);
    const connection = isTester ? new DiagnosticConnection(car, wire, { absent, aliveMs, idleMs }) : new ControlConnection(car, wire);
    if (isTester) {
      testers += 1;
      if (testers > MAX_TESTERS && connection instanceof DiagnosticConnection) connection.refuse();
    } else {
      socket.setTimeout(idleMs, () => socket.destroy());
    }
    socket.on('data', (chunk) => connection.feed(chunk));
    socket.on('close', () => {
      sockets.delete(socket);
      if (isTester) testers -= 1;
      if (connection instanceof DiagnosticConnection) connection.close();
    });
  };

  const diagnosis = createServer((socket) => accept(socket, true));
  const control = createServer((socket) => accept(socket, false));
  const discovery = createSocket('udp4');
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await Promise.all([closed(diagnosis), closed(control), closed(discovery)]);
  };
  discovery.on('message', (request, sender) => {
    if (!equalBytes(request, DISCOVERY_REQUEST)) return;
    discovery.send(encodeFrame(CONTROL.vehicleIdentification, identification(car.mac, car.vin)), sender.port, sender.address, () => {});
  });

  try {
    return {
      host,
      port: await listening(diagnosis, port, host),
      controlPort: await listening(control, controlPort, host),
      discoveryPort: await bound(discovery, discoveryPort, host),
      unref() {
        isUnref = true;
        for (const end of [diagnosis, control, discovery, ...sockets]) end.unref();
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function listening(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(`TCP port ${port}`, host, error)));
    server.listen({ port, host }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function bound(socket: UdpSocket, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    socket.once('error', (error) => reject(cannotListen(`UDP port ${port}`, host, error)));
    socket.bind(port, host, () => resolve(socket.address().port));
  });
}

function cannotListen(what: string, host: string, error: Error): KombiError {
  return new KombiError({
    code: 'mock.listen',
    message: `The mock car cannot listen on ${what} of ${host}: ${messageOf(error)}`,
    hint: 'Choose another port, or 0 for a free one.',
    exit: EXIT.linkFailed,
    cause: error,
  });
}

function closed(end: Server | UdpSocket): Promise<void> {
  return new Promise((resolve) => {
    try {
      end.close(() => resolve());
    } catch {
      // Never opened, or closed before.
      resolve();
    }
  });
}
