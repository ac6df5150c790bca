import type { Clock, Timer } from '../../core/index.ts';

export interface ExchangeOptions {
  readonly clock: Clock;
  /** How long to listen after the request and after each frame; Infinity while monitoring. */
  readonly timeoutMs: () => number;
  /** Return after so many printed frames. */
  readonly wanted: number;
  /** @param answered whether anything was printed */
  readonly done: (answered: boolean) => void;
}

/** The chip busy on the bus: from a request to the prompt, or monitoring. Any character from the host ends it. */
export class Exchange {
  readonly #options: ExchangeOptions;
  #timer: Timer | undefined;
  #printed = 0;
  /** Frames count only once the request has left: what the bus carried before is not an answer. */
  listening = false;

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  listen(): void {
    this.listening = true;
    this.#restart();
  }

  /** A part of a message has come, of which nothing is printed yet. */
  heard(): void {
    this.#restart();
  }

  /** A frame has been printed. */
  printed(): void {
    this.#printed += 1;
    if (this.#printed < this.#options.wanted) this.#restart();
    else this.#options.done(true);
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #restart(): void {
    this.#timer?.cancel();
    const timeoutMs = this.#options.timeoutMs();
    if (timeoutMs === Number.POSITIVE_INFINITY) return;
    this.#timer = this.#options.clock.backgroundTimer(timeoutMs, () => this.#options.done(this.#printed > 0));
  }
}
