import type { Clock, Timer } from '../../core/index.ts';

/** Time that runs out, except while it is held. */
export class Deadline {
  readonly #clock: Clock;
  readonly #fire: () => void;
  #leftMs: number;
  #sinceMs = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock, delayMs: number, fire: () => void) {
    this.#clock = clock;
    this.#leftMs = delayMs;
    this.#fire = fire;
    this.run();
  }

  /** Runs on from where it was held. */
  run(): void {
    this.#timer?.cancel();
    this.#sinceMs = this.#clock.now();
    this.#timer = this.#clock.timer(this.#leftMs, this.#fire);
  }

  hold(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#leftMs -= this.#clock.now() - this.#sinceMs;
  }
}
