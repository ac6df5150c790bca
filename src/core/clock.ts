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

class SystemClock implements Clock {
  now(): number {
    return performance.now();
  }

  wallMs(): number {
    return Date.now();
  }

  timer(delayMs: number, fire: () => void): Timer {
    const handle = setTimeout(fire, delayMs);
    return { cancel: () => clearTimeout(handle) };
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
