import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { equalBytes } from '../../core/index.ts';
import type { NetworkedCar } from '../car-port.ts';
import { bound, closed, listening, Sockets, socketWire } from '../network/index.ts';
import { type AbsentTarget, DiagnosticConnection } from './connection.ts';
import { ControlConnection } from './control-connection.ts';
import { CONTROL, encodeFrame } from './frame.ts';
import { identification } from './identification.ts';

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

const DISCOVERY_REQUEST = encodeFrame(CONTROL.vehicleIdentification, []);

/**
 * Puts the car's gateway on the network: diagnosis and control over TCP, discovery over UDP.
 *
 * @throws {KombiError} `mock.listen` when a port cannot be had
 */
export async function startHsfzServer(car: NetworkedCar, options: HsfzServerOptions = {}): Promise<HsfzServer> {
  const { host = '127.0.0.1', port = 0, controlPort = 0, discoveryPort = 0, absent = '0043', aliveMs = 0, idleMs = 60_000 } = options;
  const sockets = new Sockets();
  const diagnosis = createServer((socket) =>
    sockets.accept(socket, () => new DiagnosticConnection(car, socketWire(socket, car.clock), { absent, aliveMs, idleMs })),
  );
  const control = createServer((socket) =>
    sockets.accept(socket, () => {
      socket.setTimeout(idleMs, () => socket.destroy());
      return new ControlConnection(car, socketWire(socket, car.clock));
    }),
  );
  const discovery = createSocket('udp4');
  const close = async () => {
    sockets.destroy();
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
        for (const end of [diagnosis, control, discovery, sockets]) end.unref();
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
