import type { Clock, Timer } from '../core/index.ts';

export interface WaitOptions<Result> {
  readonly clock: Clock;
  readonly delayMs: number;
  /** Decides how the wait ends when the time is up. */
  readonly atDeadline: (wait: Wait<Result>) => void;
  /** Called once, however the wait ends. */
  readonly atEnd: (wait: Wait<Result>) => void;
  readonly signal: AbortSignal | undefined;
}

/** A promise that always ends: by a result, an error, its deadline or its signal, whichever is first. */
export class Wait<Result> {
  readonly promise: Promise<Result>;
  readonly #atEnd: (wait: Wait<Result>) => void;
  readonly #signal: AbortSignal | undefined;
  readonly #timer: Timer;
  #resolve!: (result: Result) => void;
  #reject!: (error: unknown) => void;
  #ended = false;

  constructor({ clock, delayMs, atDeadline, atEnd, signal }: WaitOptions<Result>) {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#atEnd = atEnd;
    this.#signal = signal;
    this.#timer = clock.timer(delayMs, () => atDeadline(this));
    // The listener is the wait itself: a request would pay for every function made anew.
    signal?.addEventListener('abort', this, { once: true });
    if (signal?.aborted) this.handleEvent();
  }

  /** Whatever comes after the first end is ignored. */
  resolve(result: Result): void {
    if (this.#end()) this.#resolve(result);
  }

  reject(error: unknown): void {
    if (this.#end()) this.#reject(error);
  }

  /** The signal has come. */
  handleEvent(): void {
    this.reject(this.#signal?.reason);
  }

  #end(): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    this.#timer.cancel();
    this.#signal?.removeEventListener('abort', this);
    this.#atEnd(this);
    return true;
  }
}
