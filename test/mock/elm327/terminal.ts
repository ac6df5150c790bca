import type { Clock } from '../../../src/core/index.ts';
import { type AdapterOptions, type MockAdapter, plugIn } from '../../../src/mock/elm327/index.ts';
import { FakeCar, type FakeCarOptions } from '../can/fake-car.ts';

/** The raw-mode recipe of elm327.md §3.1, in the order in which EdiabasLib sends it. */
export const RECIPE = [
  ...['ATD', 'ATE0', 'ATSH6F1', 'ATCF600', 'ATCM700', 'ATPBC001', 'ATSPB', 'ATAT0', 'ATSTFF', 'ATAL', 'ATH1', 'ATS0', 'ATL0'],
  ...['ATCSM0', 'ATCTM5', 'ATJE'],
];

/** A person at a terminal in front of an adapter: types, and reads until the prompt. */
export class AdapterTerminal {
  readonly clock: Clock;
  readonly adapter: MockAdapter;
  unplugged = false;
  output = '';
  /** When the last character came. */
  lastAt = 0;
  #prompted: (() => void) | undefined;

  constructor(adapter: MockAdapter, clock: Clock) {
    this.adapter = adapter;
    this.clock = clock;
    adapter.connect({
      output: (bytes) => {
        this.output += Buffer.from(bytes).toString('latin1');
        this.lastAt = clock.now();
        if (this.output.endsWith('>')) this.#prompted?.();
      },
      unplugged: () => {
        this.unplugged = true;
        this.#prompted?.();
      },
    });
  }

  /** Sends characters as they stand; nothing is read. */
  send(text: string): void {
    this.adapter.feed(Buffer.from(text, 'latin1'));
  }

  /** Everything up to the next prompt, or within the time. */
  async read(withinMs = 30_000): Promise<string> {
    await new Promise<void>((resolve) => {
      const timer = this.clock.timer(withinMs, resolve);
      this.#prompted = () => {
        timer.cancel();
        resolve();
      };
    });
    this.#prompted = undefined;
    const { output } = this;
    this.output = '';
    return output;
  }

  /** A line and what comes back for it. */
  ask(line: string): Promise<string> {
    this.send(`${line}\r`);
    return this.read();
  }

  async askAll(lines: readonly string[]): Promise<string[]> {
    const answers: string[] = [];
    for (const line of lines) answers.push(await this.ask(line));
    return answers;
  }

  /** Milliseconds from the first character to the last. */
  async time(line: string): Promise<number> {
    const from = this.clock.now();
    await this.ask(line);
    return Number((this.lastAt - from).toFixed(3));
  }
}

/** The same in front of a {@link FakeCar}. */
export class Terminal extends AdapterTerminal {
  readonly car: FakeCar;

  constructor(options: AdapterOptions & FakeCarOptions = {}) {
    const car = new FakeCar(options);
    super(plugIn(car, options), car.clock);
    this.car = car;
  }
}

/** A terminal past the recipe. */
export async function rawTerminal(options: AdapterOptions & FakeCarOptions = {}): Promise<Terminal> {
  const terminal = new Terminal(options);
  await terminal.askAll(RECIPE);
  return terminal;
}
