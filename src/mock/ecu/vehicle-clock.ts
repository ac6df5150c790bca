import type { Clock } from '../../core/index.ts';

/** What a cluster that has lost the time says; the value is the mock's own, no recording shows one. */
const LOST = new Uint8Array(7).fill(0xff);

/**
 * The cluster's clock, `22 D113`. It runs on the car's clock and is lost by a coding write.
 *
 * Shape   hour, minute, second, day, month, year u16
 * @see bmw-diagnostics §5.4 (published); owners were asked for the time after coding (owners)
 */
export class VehicleClock {
  readonly #clock: Clock;
  #epochMs: number | undefined;

  constructor(clock: Clock, start: string) {
    this.#clock = clock;
    this.#epochMs = Date.parse(`${start}Z`) - clock.now();
  }

  lose(): void {
    this.#epochMs = undefined;
  }

  read(): Uint8Array {
    if (this.#epochMs === undefined) return LOST;
    const time = new Date(this.#epochMs + this.#clock.now());
    const year = time.getUTCFullYear();
    return Uint8Array.of(
      time.getUTCHours(),
      time.getUTCMinutes(),
      time.getUTCSeconds(),
      time.getUTCDate(),
      time.getUTCMonth() + 1,
      year >> 8,
      year & 0xff,
    );
  }

  /** @returns false when the bytes are no time */
  set(bytes: Uint8Array): boolean {
    const [hour = 0, minute = 0, second = 0, day = 0, month = 0, high = 0, low = 0] = bytes;
    const epochMs = Date.UTC(high * 0x100 + low, month - 1, day, hour, minute, second);
    const time = new Date(epochMs);
    if (time.getUTCDate() !== day || time.getUTCMonth() + 1 !== month || time.getUTCHours() !== hour || minute > 59 || second > 59)
      return false;
    this.#epochMs = epochMs - this.#clock.now();
    return true;
  }

  toString(): string {
    return this.#epochMs === undefined ? 'lost' : new Date(this.#epochMs + this.#clock.now()).toISOString().slice(0, 19);
  }
}
