import type { Clock } from '../../core/index.ts';
import type { ChipState } from './chip-state.ts';
import { UartReceiver, type UartReceiverOptions, UartTransmitter } from './uart.ts';

export interface SerialLineOptions extends Pick<UartReceiverOptions, 'urgent' | 'take'> {
  readonly clock: Clock;
  readonly baud: number;
  readonly state: ChipState;
  readonly deliver: (bytes: Uint8Array) => void;
}

/** The wire to the host: both directions at one rate, and the end that every answer has. */
export class SerialLine {
  readonly #state: ChipState;
  readonly #receiver: UartReceiver;
  readonly #transmitter: UartTransmitter;

  constructor({ clock, baud, state, urgent, take, deliver }: SerialLineOptions) {
    this.#state = state;
    this.#receiver = new UartReceiver({ clock, baud, urgent, take });
    this.#transmitter = new UartTransmitter({ clock, capacity: state.personality.transmitBuffer, baud, deliver });
  }

  get baud(): number {
    return this.#transmitter.baud;
  }

  set baud(baud: number) {
    this.#transmitter.baud = baud;
    this.#receiver.baud = baud;
  }

  get received(): number {
    return this.#receiver.received;
  }

  get sent(): number {
    return this.#transmitter.sent;
  }

  /** Milliseconds until everything has left. */
  get backlogMs(): number {
    return this.#transmitter.backlogMs;
  }

  /** Characters that the transmit buffer can take now. */
  get room(): number {
    return this.#transmitter.room;
  }

  feed(bytes: Uint8Array): void {
    this.#receiver.feed(bytes);
  }

  /** @param from as of {@link UartTransmitter.send} */
  print(text: string, from?: number): void {
    this.#transmitter.send(text, from);
  }

  answer(text: string): void {
    this.print(text + this.#state.eol);
    this.prompt();
  }

  prompt(): void {
    this.print(`${this.#state.eol}>`);
  }

  /** What is on its way is lost. */
  clear(): void {
    this.#receiver.clear();
    this.#transmitter.clear();
  }
}
