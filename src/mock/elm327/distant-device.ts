import type { Clock } from '../../core/index.ts';
import type { SerialCounters, SerialHost } from '../serial/index.ts';
import type { MockAdapter } from './adapter.ts';
import type { Line } from './personality.ts';

/** Any number will do; the same one makes every run the same. */
const SEED = 20_261_120;

/** A device at the end of a line that takes time, and may lose characters. */
export class DistantDevice implements MockAdapter {
  readonly #device: MockAdapter;
  readonly #clock: Clock;
  readonly #oneWayMs: number;
  readonly #losesOneIn: number;
  #random = SEED;

  constructor(device: MockAdapter, clock: Clock, { roundTripMs = 0, losesOneIn = Number.POSITIVE_INFINITY }: Line) {
    this.#device = device;
    this.#clock = clock;
    this.#oneWayMs = roundTripMs / 2;
    this.#losesOneIn = losesOneIn;
  }

  get baud(): number {
    return this.#device.baud;
  }

  get counters(): SerialCounters {
    return this.#device.counters;
  }

  feed(bytes: Uint8Array): void {
    this.#carry(bytes, (arrived) => this.#device.feed(arrived));
  }

  connect(host: SerialHost | undefined): void {
    this.#device.connect(
      host && { output: (bytes) => this.#carry(bytes, (arrived) => host.output(arrived)), unplugged: () => host.unplugged() },
    );
  }

  close(): void {
    this.#device.close();
  }

  #carry(bytes: Uint8Array, arrive: (bytes: Uint8Array) => void): void {
    const left = this.#losesOneIn === Number.POSITIVE_INFINITY ? Uint8Array.from(bytes) : bytes.filter(() => !this.#isLost());
    if (this.#oneWayMs === 0) arrive(left);
    else this.#clock.backgroundTimer(this.#oneWayMs, () => arrive(left));
  }

  /** A linear congruential generator (Numerical Recipes): good enough to lose characters by. */
  #isLost(): boolean {
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#random < 2 ** 32 / this.#losesOneIn;
  }
}
