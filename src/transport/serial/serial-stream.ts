import type { SerialPort, SerialPortMock } from 'serialport';
import { type Clock, KombiError, messageOf } from '../../core/index.ts';
import type { ByteStream, LineRate } from '../byte-stream.ts';
import { mendNativePort } from './serial-read.ts';

/** A write is handed to the operating system at once, unless the other end holds the line by flow control. */
const WRITE_TIMEOUT_MS = 5000;

export interface SerialStreamOptions {
  readonly path: string;
  readonly baudRate: number;
  readonly clock: Clock;
  /** Whether the adapter hangs on a cable, so that its rate means something and may be changed. */
  readonly wired?: boolean;
  /** A mock port of this process, in place of the machine's: `SerialPortMock.binding`, or one made from it. */
  readonly binding?: typeof SerialPortMock.binding;
}

type AnySerialPort = SerialPort | SerialPortMock;

/** What this side of a serial port drives besides data. */
export interface SerialLines {
  readonly dtr: boolean;
  readonly rts: boolean;
  /** Whether the driver is to hand bytes over at once, where it can (Linux; an FTDI chip's latency timer then is 1 ms). */
  readonly lowLatency: boolean;
}

/** A {@link ByteStream} over a serial port, with its other lines. */
export interface SerialByteStream extends ByteStream {
  /** Never throws: a pseudo-terminal has no such lines. */
  setLines(lines: SerialLines): Promise<void>;
  /** Undefined where the port has no such line. */
  dataSetReady(): Promise<boolean | undefined>;
}

/** @throws {KombiError} as {@link openSerialStream} says */
export type OpenSerialStream = (signal?: AbortSignal) => Promise<SerialByteStream>;

/**
 * Opens a serial port: 8N1, no flow control, locked against other programs.
 *
 * @throws {KombiError} `link.no-such-port`, `link.not-permitted`, `link.not-a-port`, `link.no-serial`; `lock.port` (exit 7) when another
 *   program has it
 */
export function openSerialStream(options: SerialStreamOptions): OpenSerialStream {
  return async (signal) => {
    signal?.throwIfAborted();
    const port = await createPort(options);
    await new Promise<void>((resolve, reject) => {
      port.open((error) => (error ? reject(serialOpenError(options.path, error)) : resolve()));
    });
    mendNativePort(port.port);
    const stream = new SerialStream(port, options);
    if (signal?.aborted) {
      await stream.close();
      throw signal.reason;
    }
    return stream;
  };
}

async function createPort({ path, baudRate, binding }: SerialStreamOptions): Promise<AnySerialPort> {
  let library: typeof import('serialport');
  try {
    library = await import('serialport');
  } catch (cause) {
    throw new KombiError({
      code: 'link.no-serial',
      message: `Serial ports cannot be used on this machine: ${messageOf(cause)}`,
      hint: 'Reinstall with npm ci, or use a WiFi adapter (elm327://host:35000) or ENET. To see what is wrong: `kombi doctor`',
      cause,
    });
  }
  if (binding === undefined) return new library.SerialPort({ path, baudRate, autoOpen: false });
  // A variable, because the type of the constructor's options omits `binding`.
  const mockOptions = { path, baudRate, autoOpen: false, binding };
  return new library.SerialPortMock(mockOptions);
}

class SerialStream implements SerialByteStream {
  readonly description: string;
  readonly rate?: LineRate;
  readonly #port: AnySerialPort;
  readonly #clock: Clock;
  #closing = false;
  #lost: Error | undefined;
  #onLost: ((error: Error) => void) | undefined;
  #abandonWrite: (() => void) | undefined;

  constructor(port: AnySerialPort, options: SerialStreamOptions) {
    this.description = `${options.path} at ${options.baudRate} baud`;
    this.#port = port;
    this.#clock = options.clock;
    if (options.wired === true) this.rate = new PortRate(port, () => this.#closed());
    port.on('close', (error: Error | null) => this.#end(error ?? new Error('the port was closed')));
    port.on('error', (error: Error) => this.#end(error));
  }

  onData(consumer: (chunk: Uint8Array) => void): void {
    this.#port.removeAllListeners('data');
    this.#port.on('data', consumer);
  }

  onLost(listener: (error: Error) => void): void {
    this.#onLost = listener;
    if (this.#lost !== undefined) listener(this.#lost);
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      // serialport keeps a write to a closed port for the next open, and never calls back (node-serialport issue 1593).
      if (!this.#port.isOpen || this.#lost !== undefined) {
        reject(this.#closed());
        return;
      }
      const end = () => {
        timer.cancel();
        this.#abandonWrite = undefined;
      };
      const fail = () => {
        end();
        reject(this.#closed());
      };
      const timer = this.#clock.timer(WRITE_TIMEOUT_MS, fail);
      this.#abandonWrite = fail;
      this.#port.write(bytes, undefined, (error) => {
        end();
        if (error) reject(this.#closed(error));
        else resolve();
      });
    });
  }

  async setLines(lines: SerialLines): Promise<void> {
    await this.#ask((port) => port.set(lines));
  }

  async dataSetReady(): Promise<boolean | undefined> {
    return (await this.#ask((port) => port.get()))?.dsr;
  }

  /** Of the port itself: serialport's own way never calls back where the port is lost. */
  async #ask<Answer>(question: (port: NativePort) => Promise<Answer>): Promise<Answer | undefined> {
    const { port } = this.#port;
    return port === undefined || port === null ? undefined : question(port as NativePort).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#abandonWrite?.();
    if (!this.#port.isOpen) return;
    await new Promise<void>((resolve) => {
      this.#port.close(() => resolve());
    });
  }

  /** An unplugged adapter shows as `close` with an error (Linux: "bad file descriptor"), not as `error`. */
  #end(error: Error): void {
    if (this.#closing || this.#lost !== undefined) return;
    this.#lost = error;
    this.#abandonWrite?.();
    this.#onLost?.(error);
  }

  #closed(cause: Error | undefined = this.#lost): KombiError {
    return new KombiError({
      code: 'link.closed',
      message: `${this.description} is closed${cause === undefined ? '' : `: ${messageOf(cause)}`}`,
      hint: 'Plug the adapter in again, then repeat the command.',
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

class PortRate implements LineRate {
  readonly #port: AnySerialPort;
  readonly #closed: () => KombiError;

  constructor(port: AnySerialPort, closed: () => KombiError) {
    this.#port = port;
    this.#closed = closed;
  }

  get baud(): number {
    return this.#port.baudRate;
  }

  set(baudRate: number): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#port.isOpen) this.#port.update({ baudRate }, (error) => (error ? reject(this.#closed()) : resolve()));
      else reject(this.#closed());
    });
  }
}

/** What serialport's ports take and tell of their lines; `lowLatency` on Linux alone. */
interface NativePort {
  set(lines: Partial<SerialLines>): Promise<void>;
  get(): Promise<{ readonly dsr: boolean }>;
}

const OPEN_ERRORS: readonly { readonly texts: RegExp; readonly code: string; readonly what: string; readonly hint: string }[] = [
  {
    texts: /cannot lock port|temporarily unavailable|port is locked|resource busy|access denied/i,
    code: 'lock.port',
    what: 'is in use by another program',
    hint: 'Close the other program (ModemManager may also hold it for a minute after plugging in), then try again. To see who has it: `kombi doctor`',
  },
  {
    texts: /permission denied|operation not permitted/i,
    code: 'link.not-permitted',
    what: 'may not be opened by you',
    hint: 'For the command that lets you: `kombi doctor`',
  },
  {
    texts: /no such file|file not found|does not exist|no such device/i,
    code: 'link.no-such-port',
    what: 'is not there',
    hint: 'Plug the adapter in; `kombi adapters` lists the ports.',
  },
];

/** serialport's errors have no code, only the text of the operating system: it is read here and nowhere else. Windows says "access denied" of a port in use. */
export function serialOpenError(path: string, error: Error): KombiError {
  const text = messageOf(error);
  const found = OPEN_ERRORS.find(({ texts }) => texts.test(text));
  return new KombiError({
    code: found?.code ?? 'link.not-a-port',
    message: found === undefined ? `${path} cannot be used as a serial port: ${text}` : `The port ${path} ${found.what}`,
    hint: found?.hint ?? '`kombi adapters` lists the ports of this machine.',
    cause: error,
  });
}
