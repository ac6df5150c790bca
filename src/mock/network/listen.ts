import type { Socket as UdpSocket } from 'node:dgram';
import type { Server, Socket } from 'node:net';
import { EXIT, KombiError, messageOf } from '../../core/index.ts';

/** Connections of all kinds that one car keeps. */
const MAX_SOCKETS = 16;
/** Of them such as serve a tester. */
export const MAX_TESTERS = 8;

/** A connection as the sockets of a gateway see it. */
interface End {
  feed(chunk: Uint8Array): void;
  refuse?(): void;
  close?(): void;
}

/** The sockets of one gateway: how many there may be, and their end with it. */
export class Sockets {
  readonly #sockets = new Set<Socket>();
  #testers = 0;
  #isUnref = false;

  get testers(): number {
    return this.#testers;
  }

  /** @param serve makes the connection behind a socket that is taken; one with `refuse` is a tester's */
  accept(socket: Socket, serve: () => End): void {
    socket.on('error', () => {});
    if (this.#sockets.size >= MAX_SOCKETS) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    if (this.#isUnref) socket.unref();
    const end = serve();
    const isTester = end.refuse !== undefined;
    if (isTester) {
      this.#testers += 1;
      if (this.#testers > MAX_TESTERS) end.refuse?.();
    }
    socket.on('data', (chunk) => end.feed(chunk));
    socket.on('close', () => {
      this.#sockets.delete(socket);
      if (isTester) this.#testers -= 1;
      end.close?.();
    });
  }

  /** Lets the process end while they are open; so those to come. */
  unref(): void {
    this.#isUnref = true;
    for (const socket of this.#sockets) socket.unref();
  }

  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** @throws {KombiError} `mock.listen` */
export function listening(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(`TCP port ${port}`, host, error)));
    server.listen({ port, host }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** @throws {KombiError} `mock.listen` */
export function bound(socket: UdpSocket, port: number, host: string): Promise<number> {
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

/** Resolves when it no longer listens. */
export function closed(end: Server | UdpSocket): Promise<void> {
  return new Promise((resolve) => {
    try {
      end.close(() => resolve());
    } catch {
      // Never opened, or closed before.
      resolve();
    }
  });
}
