import { connect, type Socket } from 'node:net';
import { type Clock, KombiError } from '../core/index.ts';
import type { ByteStream, OpenByteStream } from './byte-stream.ts';

export interface TcpStreamOptions {
  readonly host: string;
  readonly port: number;
  readonly connectTimeoutMs: number;
  readonly clock: Clock;
  /** What people call the other end, where an address would tell them nothing; `host:port` unless given. */
  readonly name?: string;
}

/** One read of the operating system; larger than any diagnostic message that fits a read. */
const READ_BUFFER_BYTES = 0x10000;

const NOTHING = new Uint8Array(0);

const UNREACHABLE: ReadonlySet<string> = new Set([
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/**
 * A TCP connection as a {@link ByteStream}, without Nagle's delay. Chunks lie in one buffer that every read reuses.
 *
 * @returns an opener that throws {@link KombiError} `link.refused`, `link.unreachable` or `link.timeout`
 */
export function openTcpStream({ host, port, connectTimeoutMs, clock, name }: TcpStreamOptions): OpenByteStream {
  const place = name ?? (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);
  return (signal) =>
    new Promise<ByteStream>((resolve, reject) => {
      signal?.throwIfAborted();
      let consumer: (chunk: Uint8Array) => void = () => {};
      const buffer = new Uint8Array(READ_BUFFER_BYTES);
      const onread = {
        buffer,
        callback: (length: number) => {
          consumer(buffer.subarray(0, length));
          return true;
        },
      };
      const socket = connect({ host, port, noDelay: true, onread });
      // Nothing is read before somebody listens, so nothing can be missed.
      socket.pause();
      const settle = () => {
        timer.cancel();
        signal?.removeEventListener('abort', abort);
        socket.off('error', fail);
      };
      const fail = (error: unknown) => {
        settle();
        socket.on('error', () => {});
        socket.destroy();
        reject(error instanceof KombiError || signal?.aborted ? error : connectError(place, error));
      };
      const abort = () => fail(signal?.reason);
      const timer = clock.timer(connectTimeoutMs, () => fail(timeoutError(place, connectTimeoutMs)));
      signal?.addEventListener('abort', abort, { once: true });
      socket.once('error', fail);
      socket.once('connect', () => {
        settle();
        const consume = (next: typeof consumer) => {
          consumer = next;
          socket.resume();
        };
        resolve(new TcpStream(socket, place, consume));
      });
    });
}

class TcpStream implements ByteStream {
  readonly description: string;
  readonly onData: ByteStream['onData'];
  readonly #socket: Socket;
  #cause: unknown;
  #closing = false;
  #lost: (error: Error) => void = () => {};

  constructor(socket: Socket, description: string, onData: ByteStream['onData']) {
    this.#socket = socket;
    this.description = description;
    this.onData = onData;
    socket.on('error', (error) => {
      this.#cause = error;
    });
    socket.once('close', () => {
      if (!this.#closing) this.#lost(this.#closedError(this.#cause));
    });
  }

  write(bytes: Uint8Array): Promise<void> | undefined {
    const socket = this.#socket;
    if (socket.writable) {
      socket.write(bytes);
      if (socket.writableLength === 0 && !socket.destroyed) return undefined;
    }
    return new Promise((resolve, reject) => {
      // Nothing more: its turn comes when all before it has left, or never will.
      socket.write(NOTHING, (error) => (error ? reject(this.#closedError(this.#cause ?? error)) : resolve()));
    });
  }

  onLost(listener: (error: Error) => void): void {
    this.#lost = listener;
  }

  close(): Promise<void> {
    this.#closing = true;
    return new Promise((resolve) => {
      if (this.#socket.closed) resolve();
      else this.#socket.once('close', () => resolve()).destroy();
    });
  }

  #closedError(cause: unknown): KombiError {
    const reset = codeOf(cause) === 'ECONNRESET';
    return new KombiError({
      code: 'link.closed',
      message: `The connection to ${this.description} ${reset ? 'was reset by the other end' : 'has ended'}`,
      hint: 'Check the cable or the WiFi, that the ignition is on and that no other program uses the adapter; then try again.',
      cause,
    });
  }
}

function connectError(place: string, cause: unknown): KombiError {
  const code = codeOf(cause);
  if (code === 'ECONNREFUSED') {
    return new KombiError({
      code: 'link.refused',
      message: `${place} refused the connection: nothing listens on that port`,
      hint: 'Check the address and the port. A gateway listens on 6801, a WiFi ELM327 mostly on 35000.',
      cause,
    });
  }
  if (code === 'ETIMEDOUT') return timeoutError(place, undefined, cause);
  return new KombiError({
    code: 'link.unreachable',
    message: UNREACHABLE.has(code)
      ? `${place} cannot be reached from this computer`
      : `${place} cannot be opened (${code || 'unknown cause'})`,
    hint: 'Check the cable or the WiFi. An ENET cable gives addresses in 169.254.x.x; wait ten seconds after plugging it in.',
    cause,
  });
}

function timeoutError(place: string, timeoutMs: number | undefined, cause?: unknown): KombiError {
  return new KombiError({
    code: 'link.timeout',
    message: `${place} did not answer${timeoutMs === undefined ? '' : ` within ${timeoutMs} ms`}`,
    hint: 'Check the address, that the ignition is on, and that the computer is in the network of the adapter.',
    cause,
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
