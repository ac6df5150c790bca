/** One at a time, in order of asking. Costs nothing but a flag where nobody waits. */
export class Mutex {
  #held = false;
  readonly #waiting: (() => void)[] = [];

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.take();
    try {
      return await work();
    } finally {
      this.give();
    }
  }

  /** What {@link run} begins with, for who spares the function; undefined where nobody has to be waited for. */
  take(): Promise<void> | undefined {
    if (this.#held) return new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#held = true;
    return undefined;
  }

  /** And ends with. */
  give(): void {
    const next = this.#waiting.shift();
    // Handed over without a gap, so that nobody overtakes.
    if (next === undefined) this.#held = false;
    else next();
  }
}
