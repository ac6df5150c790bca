import { toHex } from '../../core/index.ts';

const MOST_SHOWN = 5;

/** Counts the requests that a recording has no answer for. */
export class UnknownRequests {
  #total = 0;
  readonly #byService = new Map<number, number>();
  readonly #first = new Set<string>();

  count(target: number, request: Uint8Array): void {
    const service = request[0] ?? 0;
    this.#total += 1;
    this.#byService.set(service, (this.#byService.get(service) ?? 0) + 1);
    if (this.#first.size < MOST_SHOWN) this.#first.add(`${toHex(Uint8Array.of(target))} ${toHex(request.subarray(0, 8))}`);
  }

  get total(): number {
    return this.#total;
  }

  /** One line for people; undefined where there were none. */
  report(): string | undefined {
    if (this.#total === 0) return undefined;
    const services = [...this.#byService]
      .sort(([left], [right]) => left - right)
      .map(([service, count]) => `${toHex(Uint8Array.of(service))}: ${count}`);
    const what = this.#total === 1 ? '1 request was' : `${this.#total} requests were`;
    return `${what} not in the recording and refused (by service ${services.join(', ')}; first ${[...this.#first].join(', ')})`;
  }
}
