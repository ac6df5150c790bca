import { createServer, type Server, type Socket } from 'node:net';
import type { CarPort } from '../car-port.ts';
import { type AdapterOptions, type MockAdapter, plugIn } from './adapter.ts';

export interface Elm327TcpServerOptions extends AdapterOptions {
  /** Loopback unless told otherwise. */
  readonly host?: string;
  /** 0, the default, takes a free one; WiFi adapters listen on 35000. */
  readonly port?: number;
  /** Default 10 min: drops a client that has been silent so long. */
  readonly idleMs?: number;
}

export interface Elm327TcpServer {
  readonly host: string;
  readonly port: number;
  readonly adapter: MockAdapter;
  close(): Promise<void>;
}

/** Sockets at once, those being turned away included. */
const MOST_SOCKETS = 16;
/** How long one that is turned away may take to hang up. */
const LINGER_MS = 2000;
/** A client that does not read is dropped at this backlog, bytes. */
const MOST_BACKLOG = 64 * 1024;

/**
 * A WiFi adapter: one chip behind a TCP port. It has one serial line, so while one client is served others are turned
 * away at once. The chip stays as it is from one client to the next. Keeps no process alive.
 */
export async function startElm327TcpServer(car: CarPort, options: Elm327TcpServerOptions = {}): Promise<Elm327TcpServer> {
  const { host = '127.0.0.1', port = 0, idleMs = 600_000 } = options;
  const adapter = plugIn(car, options);
  const sockets = new Set<Socket>();
  let served: Socket | undefined;

  const server = createServer({ noDelay: true }, (socket) => {
    socket.unref();
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A client that resets its connection is no news to the adapter.
    socket.on('error', () => socket.destroy());
    if (served !== undefined) {
      socket.end();
      socket.resume();
      const linger = car.clock.backgroundTimer(LINGER_MS, () => socket.destroy());
      socket.on('close', () => linger.cancel());
      return;
    }
    served = socket;
    socket.setTimeout(idleMs, () => socket.destroy());
    socket.on('data', (bytes) => adapter.feed(bytes));
    socket.on('close', () => {
      adapter.connect(undefined);
      served = undefined;
    });
    adapter.connect({
      output: (bytes) => {
        socket.write(bytes);
        if (socket.writableLength > MOST_BACKLOG) socket.destroy();
      },
      unplugged: () => {
        socket.destroy();
        server.close();
      },
    });
  });
  server.maxConnections = MOST_SOCKETS;
  const bound = await listen(server, host, port);
  server.unref();
  return {
    host,
    port: bound,
    adapter,
    close: () => {
      adapter.close();
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
