export interface Timer {
  /** Harmless after the timer has fired. */
  cancel(): void;
}

/**
 * Everything that waits takes a Clock.
 *
 * Units   milliseconds, monotonic; the origin means nothing.
 *
 * A `timer` is somebody waiting; a `backgroundTimer` is something that happens as time goes by (a car's session
 * running out, the next tester-present). On a virtual clock only waiting lets time pass, so host work such as a disk
 * sync costs none and every run counts the same. On the system clock a background timer keeps no process alive.
 */
export interface Clock {
  now(): number;
  /** The calendar's milliseconds: they go on while the computer sleeps, where `now` may stand still. Absent: it never sleeps. */
  wallMs?(): number;
  timer(delayMs: number, fire: () => void): Timer;
  backgroundTimer(delayMs: number, fire: () => void): Timer;
  /** @throws the signal's reason, at once, when it aborts */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

/** Waits on any clock's `timer`. */
export function sleepOn(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const abort = () => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = clock.timer(delayMs, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    signal?.addEventListener('abort', abort, { once: true });
  });
}

/** Alarms that are kept, each for another delay. */
const MOST_KEPT = 8;

/** A timer of Node's. A kept one is set again once it was taken back: each request does so, and a new one costs a quarter of it. */
class Alarm {
  readonly #timeout: NodeJS.Timeout;
  readonly #isKept: boolean;
  #fire: (() => void) | undefined;

  /** @param forget of one that is kept: called when it rings, after which it is of no more use */
  constructor(delayMs: number, fire: () => void, forget?: () => void) {
    this.#fire = fire;
    this.#isKept = forget !== undefined;
    this.#timeout = setTimeout(() => {
      forget?.();
      this.#fire?.();
    }, delayMs);
  }

  get isSpare(): boolean {
    return this.#fire === undefined;
  }

  setAgain(fire: () => void): void {
    this.#fire = fire;
    this.#timeout.ref().refresh();
  }

  takeBack(): void {
    this.#fire = undefined;
    // A spare one keeps no process alive.
    if (this.#isKept) this.#timeout.unref();
    else clearTimeout(this.#timeout);
  }
}

/** One use of an alarm: whoever cancels it twice must not stop the next one's. */
class SystemTimer implements Timer {
  #alarm: Alarm | undefined;

  constructor(alarm: Alarm) {
    this.#alarm = alarm;
  }

  cancel(): void {
    this.#alarm?.takeBack();
    this.#alarm = undefined;
  }
}

class SystemClock implements Clock {
  readonly #kept = new Map<number, Alarm>();

  now(): number {
    return performance.now();
  }

  wallMs(): number {
    return Date.now();
  }

  timer(delayMs: number, fire: () => void): Timer {
    // Node's own timers are no finer.
    const delay = Math.ceil(delayMs);
    const kept = this.#kept.get(delay);
    if (kept?.isSpare) {
      kept.setAgain(fire);
      return new SystemTimer(kept);
    }
    if (kept !== undefined || this.#kept.size === MOST_KEPT) return new SystemTimer(new Alarm(delay, fire));
    const alarm = new Alarm(delay, fire, () => this.#kept.delete(delay));
    this.#kept.set(delay, alarm);
    return new SystemTimer(alarm);
  }

  backgroundTimer(delayMs: number, fire: () => void): Timer {
    const handle = setTimeout(fire, delayMs);
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delayMs, signal);
  }
}

export const systemClock: Clock = new SystemClock();
