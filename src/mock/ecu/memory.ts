/**
 * The data of one ECU, by DID, in four layers. What is written stands in `working` and is read back at once; a
 * commanded reset commits it to `stored`, an uncommanded one or a lost supply drops it. `unstored` is a write that a
 * fault keeps out of storage; `shown` is what a fault reads back in its place.
 */
export class Memory {
  readonly #stored: Map<number, Uint8Array>;
  readonly #working = new Map<number, Uint8Array>();
  readonly #unstored = new Map<number, Uint8Array>();
  readonly #shown = new Map<number, Uint8Array>();

  constructor(data: Iterable<readonly [number, Uint8Array]>) {
    this.#stored = new Map(data);
  }

  /** What a tester is answered. */
  read(did: number): Uint8Array | undefined {
    return this.#shown.get(did) ?? this.effective(did);
  }

  /** What the ECU itself works with. */
  effective(did: number): Uint8Array | undefined {
    return this.#unstored.get(did) ?? this.lasting(did);
  }

  /** What a commanded reset leaves. */
  lasting(did: number): Uint8Array | undefined {
    return this.#working.get(did) ?? this.#stored.get(did);
  }

  /** Keeps its own copy (`slice` would not: a Buffer's shares its memory). */
  write(did: number, bytes: Uint8Array): void {
    this.#unstored.delete(did);
    this.#shown.delete(did);
    this.#working.set(did, new Uint8Array(bytes));
  }

  /** Takes the last write back out of what lasts, leaving it readable. */
  keepUnstored(did: number, lasting: Uint8Array): void {
    const written = this.effective(did);
    this.write(did, lasting);
    if (written !== undefined) this.#unstored.set(did, written);
  }

  pretend(did: number, shown: Uint8Array): void {
    this.#shown.set(did, new Uint8Array(shown));
  }

  /** A reset that was asked for. */
  commit(): void {
    for (const [did, bytes] of this.#working) this.#stored.set(did, bytes);
    this.lose();
  }

  /** A reset nobody asked for, or a lost supply. */
  lose(): void {
    this.#working.clear();
    this.#unstored.clear();
    this.#shown.clear();
  }

  /** What lasts, by DID. */
  *entries(): Iterable<readonly [number, Uint8Array]> {
    for (const [did, bytes] of this.#stored) yield [did, this.#working.get(did) ?? bytes];
  }

  unstored(): Iterable<readonly [number, Uint8Array]> {
    return this.#unstored.entries();
  }

  restore(data: Iterable<readonly [number, Uint8Array]>): void {
    this.lose();
    for (const [did, bytes] of data) this.#stored.set(did, bytes);
  }

  /** Changes what is stored, past what was written since the last reset. */
  replace(did: number, bytes: Uint8Array): void {
    this.#stored.set(did, bytes);
  }
}
