/** One at a time, in order of asking. Costs nothing but a flag where nobody waits. */
export class Mutex {
  #held = false;
  readonly #waiting: (() => void)[] = [];

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#held) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#held = true;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // Handed over without a gap, so that nobody overtakes.
      if (next === undefined) this.#held = false;
      else next();
    }
  }
}
