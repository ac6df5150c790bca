const GOLDEN = 0x9e3779b9;

/** Small, fast and seeded (mulberry32). Every input has one of its own, so that each can be made again by itself. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 to 2^32 - 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** 0 to `limit` - 1; 0 where there is no such number. */
  below(limit: number): number {
    return limit < 1 ? 0 : this.next() % limit;
  }

  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** True once in so many times. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let index = 0; index < length; index += 1) bytes[index] = this.next();
    return bytes;
  }
}

/** The seed of one input: for one campaign and target, no two indices share theirs. */
export function seedOf(campaign: number, target: string, index: number): number {
  return (hashOf(target) ^ campaign) + Math.imul(index, GOLDEN);
}

/** FNV-1a, 32 bits. */
export function hashOf(input: Uint8Array | string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < input.length; index += 1) {
    hash = Math.imul(hash ^ (typeof input === 'string' ? input.charCodeAt(index) : (input[index] ?? 0)), 0x01000193);
  }
  return hash >>> 0;
}
