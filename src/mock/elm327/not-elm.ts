import type { Clock } from '../../core/index.ts';
import type { SerialCounters, SerialDevice, SerialHost } from '../serial/index.ts';
import { UartReceiver, UartTransmitter } from './uart.ts';

const CR = 0x0d;

/** Something else on the port: a modem, which also speaks AT but never prompts. Evidence: synthetic. */
export class NotElm implements SerialDevice {
  readonly baud: number;
  readonly #receiver: UartReceiver;
  readonly #transmitter: UartTransmitter;
  #host: SerialHost | undefined;
  #line = '';

  constructor(clock: Clock, baud: number) {
    this.baud = baud;
    this.#receiver = new UartReceiver({ clock, baud, urgent: () => false, take: (bytes) => this.#take(bytes) });
    this.#transmitter = new UartTransmitter({ clock, baud, capacity: 1024, deliver: (bytes) => this.#host?.output(bytes) });
  }

  get counters(): SerialCounters {
    return { charactersReceived: this.#receiver.received, charactersSent: this.#transmitter.sent, canFrames: 0 };
  }

  connect(host: SerialHost | undefined): void {
    this.#host = host;
  }

  feed(bytes: Uint8Array): void {
    this.#receiver.feed(bytes);
  }

  close(): void {
    this.#receiver.clear();
    this.#transmitter.clear();
  }

  #take(bytes: Uint8Array): void {
    this.#line = (this.#line + Buffer.from(bytes).toString('latin1')).slice(-64);
    if (bytes.at(-1) !== CR) return;
    const known = /^AT([ZE]\d?)?$/.test(this.#line.trim().toUpperCase());
    this.#line = '';
    this.#transmitter.send(known ? '\r\nOK\r\n' : '\r\nERROR\r\n');
  }
}
