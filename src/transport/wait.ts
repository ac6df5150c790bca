import type { Clock } from '../core/index.ts';

export interface WaitOptions<Result> {
  readonly clock: Clock;
  readonly delayMs: number;
  /** Decides how the wait ends when the time is up. */
  readonly atDeadline: (wait: Wait<Result>) => void;
  /** Called once, however the wait ends. */
  readonly atEnd: () => void;
  readonly signal: AbortSignal | undefined;
}

/** A promise that always ends: by a result, an error, its deadline or its signal, whichever is first. */
export class Wait<Result> {
  readonly promise: Promise<Result>;
  readonly #end: () => void;
  #resolve!: (result: Result) => void;
  #reject!: (error: unknown) => void;
  #ended = false;

  constructor({ clock, delayMs, atDeadline, atEnd, signal }: WaitOptions<Result>) {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const timer = clock.timer(delayMs, () => atDeadline(this));
    const abort = signal && (() => this.reject(signal.reason));
    if (abort) signal.addEventListener('abort', abort, { once: true });
    this.#end = () => {
      this.#ended = true;
      timer.cancel();
      if (abort) signal.removeEventListener('abort', abort);
      atEnd();
    };
    if (signal?.aborted) this.reject(signal.reason);
  }

  /** Whatever comes after the first end is ignored. */
  resolve(result: Result): void {
    if (this.#ended) return;
    this.#end();
    this.#resolve(result);
  }

  reject(error: unknown): void {
    if (this.#ended) return;
    this.#end();
    this.#reject(error);
  }
}
