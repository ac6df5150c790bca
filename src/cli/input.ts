import { KombiError } from '../core/index.ts';

/** The words of one command line, sorted by commander, given out by type. */
export class Input {
  readonly #arguments: readonly unknown[];
  readonly #options: Readonly<Record<string, unknown>>;

  constructor(given: readonly unknown[], options: Readonly<Record<string, unknown>>) {
    this.#arguments = given;
    this.#options = options;
  }

  /** The same options and some more, as another command would have been given them; no arguments. */
  withOptions(more: Readonly<Record<string, string>>): Input {
    return new Input([], { ...this.#options, ...more });
  }

  /** The argument at this place, or undefined where an optional one was left out. */
  argument(index: number): string | undefined {
    const value = this.#arguments[index];
    return typeof value === 'string' ? value : undefined;
  }

  /** A required argument: commander has refused the command without it. */
  required(index: number): string {
    return this.argument(index) ?? '';
  }

  /** All words of a `<word...>` argument. */
  rest(index: number): readonly string[] {
    const value = this.#arguments[index];
    return Array.isArray(value) ? value : [];
  }

  flag(name: string): boolean {
    return this.#options[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.#options[name];
    return typeof value === 'string' ? value : undefined;
  }

  list(name: string): readonly string[] {
    const value = this.#options[name];
    return Array.isArray(value) ? value : [];
  }

  /** @throws {KombiError} `usage.option` where it is no whole number within the bounds */
  integer(name: string, least: number, most: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new KombiError({
      code: 'usage.option',
      message: `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} ${text} is not a whole number from ${least} to ${most}`,
      hint: `Such as ${Math.max(least, Math.min(most, 1000))}.`,
    });
  }
}
