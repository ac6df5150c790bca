import type { Exchange } from './exchange.ts';
import { invalidLine } from './invalid.ts';
import type { BytePattern, Rule } from './rule.ts';

/** What a recording says, whatever its format. */
export interface Recording {
  /** In the order of the file; the same request more than once is answered in turn. */
  readonly exchanges: readonly Exchange[];
  /** For requests that no exchange holds; the first that matches answers. */
  readonly rules: readonly Rule[];
  /** Of the supply, volts. */
  readonly voltage: number | undefined;
  readonly ignition: 'on' | 'off' | undefined;
  /** What was passed over, in words. */
  readonly remarks: readonly string[];
}

const MOST_EXCHANGES = 250_000;
const MOST_RULES = 4096;

/** Collects what a file says, line by line, within bounds. */
export class RecordingBuilder {
  readonly #exchanges: Exchange[] = [];
  readonly #rules = new Map<string, { readonly request: BytePattern; readonly turns: Rule['turns'][number][] }>();
  readonly #remarks = new Map<string, { count: number; readonly firstLine: number }>();
  voltage: number | undefined;
  ignition: 'on' | 'off' | undefined;

  addExchange(line: number, exchange: Exchange): void {
    if (this.#exchanges.length >= MOST_EXCHANGES) {
      throw invalidLine(line, `there are more than ${MOST_EXCHANGES} exchanges`, 'Cut the recording into parts.');
    }
    this.#exchanges.push(exchange);
  }

  /** Equal requests are one rule, whose answers are given in turn. */
  addRule(line: number, request: BytePattern, turn: Rule['turns'][number]): void {
    const { values, masks, openEnded } = request;
    const key = `${values.map((value, index) => value & (masks[index] ?? 0)).join()}/${masks.join()}/${openEnded}`;
    const known = this.#rules.get(key);
    if (known !== undefined) known.turns.push(turn);
    else if (this.#rules.size < MOST_RULES) this.#rules.set(key, { request, turns: [turn] });
    else throw invalidLine(line, `there are more than ${MOST_RULES} requests with open bytes`, 'Cut the recording into parts.');
  }

  /** Counts what is passed over, one count for each kind. */
  remark(line: number, what: string): void {
    const known = this.#remarks.get(what);
    if (known === undefined) this.#remarks.set(what, { count: 1, firstLine: line });
    else known.count += 1;
  }

  build(): Recording {
    return {
      exchanges: this.#exchanges,
      rules: [...this.#rules.values()],
      voltage: this.voltage,
      ignition: this.ignition,
      remarks: [...this.#remarks].map(([what, { count, firstLine }]) =>
        count === 1 ? `line ${firstLine}: ${what}` : `line ${firstLine} and ${count - 1} more: ${what}`,
      ),
    };
  }
}
