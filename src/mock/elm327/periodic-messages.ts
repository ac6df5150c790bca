import type { Clock, Timer } from '../../core/index.ts';
import type { CanFrame } from '../can/index.ts';

/** Frames that an STN chip sends by itself, again and again (STPPMA). ATD leaves them alone (hypothesis); a restart does not. */
export class PeriodicMessages {
  readonly #clock: Clock;
  readonly #send: (frame: CanFrame) => void;
  readonly #timers = new Map<number, Timer>();
  #lastHandle = 0;

  constructor(clock: Clock, send: (frame: CanFrame) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** @returns the handle as the chip prints it */
  add(periodMs: number, frame: CanFrame): string {
    this.#lastHandle += 1;
    const handle = this.#lastHandle;
    const repeat = () => {
      this.#timers.set(
        handle,
        this.#clock.backgroundTimer(periodMs, () => {
          this.#send(frame);
          repeat();
        }),
      );
    };
    repeat();
    return handle.toString(16).toUpperCase();
  }

  /** @param handle undefined: all */
  clear(handle?: number): void {
    for (const [known, timer] of this.#timers) {
      if (handle !== undefined && handle !== known) continue;
      timer.cancel();
      this.#timers.delete(known);
    }
  }
}
