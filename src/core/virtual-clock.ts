import { type Clock, sleepOn, type Timer } from './clock.ts';

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly fire: () => void;
  readonly waiting: boolean;
}

/**
 * Rounds of the event loop that must pass between two timers, so that bytes in flight inside this process (streams,
 * promises, the mock serial port) have arrived before time moves on. The mock serial port needs one; the rest is margin.
 */
const SETTLE_ROUNDS = 3;

/**
 * A clock for two ends in one process: time jumps to the next timer as soon as nothing else can happen, and only
 * while somebody waits. Modelled delays cost no wall time and are exact to the fraction of a millisecond.
 */
export class VirtualClock implements Clock {
  /** How far the calendar is ahead: what a test adds is time that the computer slept. */
  asleepMs = 0;
  #now = 0;
  #order = 0;
  #waiting = 0;
  #pumping = false;
  // Sorted by time, then by order of creation: a handful of timers at most, so an array beats a heap.
  readonly #entries: Entry[] = [];

  now(): number {
    return this.#now;
  }

  wallMs(): number {
    return this.#now + this.asleepMs;
  }

  timer(delayMs: number, fire: () => void): Timer {
    return this.#add(delayMs, fire, true);
  }

  backgroundTimer(delayMs: number, fire: () => void): Timer {
    return this.#add(delayMs, fire, false);
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delayMs, signal);
  }

  #add(delayMs: number, fire: () => void, waiting: boolean): Timer {
    const entry: Entry = { at: this.#now + Math.max(0, delayMs), order: this.#order++, fire, waiting };
    let index = this.#entries.length;
    while (index > 0) {
      const before = this.#entries[index - 1];
      if (before === undefined || before.at <= entry.at) break;
      index -= 1;
    }
    this.#entries.splice(index, 0, entry);
    if (waiting) {
      this.#waiting += 1;
      void this.#pump();
    }
    return {
      cancel: () => {
        const found = this.#entries.indexOf(entry);
        if (found >= 0) this.#remove(found);
      },
    };
  }

  #remove(index: number): Entry | undefined {
    const [entry] = this.#entries.splice(index, 1);
    if (entry?.waiting) this.#waiting -= 1;
    return entry;
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#waiting > 0) {
        for (let round = 0; round < SETTLE_ROUNDS; round += 1) {
          await new Promise<void>((resolve) => setImmediate(resolve));
        }
        if (this.#waiting === 0) break;
        const entry = this.#remove(0);
        if (entry === undefined) break;
        this.#now = entry.at;
        entry.fire();
      }
    } finally {
      this.#pumping = false;
    }
  }
}
