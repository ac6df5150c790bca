import { type Clock, sleepOn, type Timer } from '../../src/core/index.ts';

interface Entry {
  readonly at: number;
  readonly fire: () => void;
}

/** More timers than anything of ours sets on one input: beyond, something rearms itself without end. */
const MOST_TIMERS = 20_000;

/** A clock that only goes when it is told to, without the event loop: both ends of a conversation run in one turn. */
export class StepClock implements Clock {
  #now = 0;
  #fired = 0;
  readonly #entries: Entry[] = [];

  now(): number {
    return this.#now;
  }

  wallMs(): number {
    return this.#now;
  }

  timer(delayMs: number, fire: () => void): Timer {
    const entry = { at: this.#now + Math.max(0, delayMs), fire };
    const index = this.#entries.findLastIndex(({ at }) => at <= entry.at) + 1;
    this.#entries.splice(index, 0, entry);
    return {
      cancel: () => {
        const found = this.#entries.indexOf(entry);
        if (found >= 0) this.#entries.splice(found, 1);
      },
    };
  }

  backgroundTimer(delayMs: number, fire: () => void): Timer {
    return this.timer(delayMs, fire);
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delayMs, signal);
  }

  /** Timers that have not fired. */
  get pending(): number {
    return this.#entries.length;
  }

  /** Lets so much time pass. */
  advance(ms: number): void {
    const end = this.#now + ms;
    while ((this.#entries[0]?.at ?? Number.POSITIVE_INFINITY) <= end) this.step();
    this.#now = end;
  }

  /** Jumps to the next timer; false where there is none. */
  step(): boolean {
    const entry = this.#entries.shift();
    if (entry === undefined) return false;
    this.#fired += 1;
    if (this.#fired > MOST_TIMERS) throw new Error(`more than ${MOST_TIMERS} timers fired`);
    this.#now = entry.at;
    entry.fire();
    return true;
  }

  /** Waits for `work`, letting time pass whenever nothing else happens. */
  async drive<T>(work: Promise<T>): Promise<T> {
    let done = false;
    const settled = () => {
      done = true;
    };
    work.then(settled, settled);
    let idle = 0;
    while (!done) {
      // What a turn of promises wakes is through in far fewer.
      for (let turn = 0; turn < 24 && !done; turn += 1) await Promise.resolve();
      idle = done || this.step() ? 0 : idle + 1;
      if (idle > 100) throw new Error('it waits for nothing that could come');
    }
    return work;
  }
}
