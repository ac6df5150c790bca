import { connect, type Socket } from 'node:net';
import { fromHex, toHex, VirtualClock } from '../../../src/core/index.ts';
import {
  type Car,
  createFaultBoard,
  DiagnosticConnection,
  type DiagnosticConnectionOptions,
  parseFault,
  startMockCar,
} from '../../../src/mock/index.ts';

export interface Memory {
  readonly car: Car;
  readonly clock: VirtualClock;
  readonly connection: DiagnosticConnection;
  feed(hex: string): void;
  /** What has been written since last asked, one hex text a write. */
  written(): readonly string[];
  /** How the gateway ended the connection. */
  ending(): 'fin' | 'rst' | undefined;
}

/** A connection without sockets, on a virtual clock. */
export function inMemory(faults: readonly string[] = [], options: Partial<DiagnosticConnectionOptions> = {}): Memory {
  const clock = new VirtualClock();
  const car = startMockCar({ profile: 'f06-sos', clock, faults: createFaultBoard(faults.map(parseFault)) });
  let written: string[] = [];
  let ending: 'fin' | 'rst' | undefined;
  const wire = {
    write: (bytes: Uint8Array) => void written.push(toHex(bytes)),
    end: () => {
      ending = 'fin';
    },
    reset: () => {
      ending = 'rst';
    },
  };
  const connection = new DiagnosticConnection(car, wire, { absent: '0043', aliveMs: 0, idleMs: 60_000, ...options });
  return {
    car,
    clock,
    connection,
    feed: (hex) => connection.feed(fromHex(hex)),
    written() {
      const taken = written;
      written = [];
      return taken;
    },
    ending: () => ending,
  };
}

/** A bare socket that collects what comes. */
export class RawClient {
  readonly socket: Socket;
  #received = '';
  #closed = false;
  #error: string | undefined;
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => {
      this.#received += toHex(chunk);
      this.#wake();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#error = error.code;
    });
    socket.on('close', () => {
      this.#closed = true;
      this.#wake();
    });
  }

  static async open(port: number): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1').setNoDelay(true);
    const client = new RawClient(socket);
    await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
    return client;
  }

  send(hex: string): void {
    this.socket.write(fromHex(hex));
  }

  /** The next bytes, as hex, or what there was when the connection ended. */
  async read(count: number): Promise<string> {
    while (this.#received.length < count * 2 && !this.#closed) await this.#woken();
    const taken = this.#received.slice(0, count * 2);
    this.#received = this.#received.slice(count * 2);
    return taken;
  }

  /** Waits for the end: `fin`, or the error that ended it. */
  async ended(): Promise<string> {
    while (!this.#closed) await this.#woken();
    return this.#error ?? 'fin';
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
