import type { Clock, Timer } from '../../core/index.ts';

const CR = 0x0d;
const SPACE = 0x20;
/** An unfinished line is given up after this long (elm327.md §1, primary document). */
const INCOMPLETE_LINE_MS = 20_000;

export interface Typed {
  /** The characters as they are echoed. */
  readonly echo: string;
  /** Upper case, without blanks; undefined before its CR. */
  readonly line: string | undefined;
  /** The line began with a blank. */
  readonly isBehindBlank: boolean;
}

/** The line that the host is typing. */
export class TypedLine {
  readonly #clock: Clock;
  readonly #giveUp: () => void;
  #text = '';
  #isBehindBlank = false;
  #timer: Timer | undefined;

  /** @param giveUp told when an unfinished line has been dropped */
  constructor(clock: Clock, giveUp: () => void) {
    this.#clock = clock;
    this.#giveUp = giveUp;
  }

  /** @param room characters that the line may have; one more is kept, to tell that it was too long */
  add(bytes: Uint8Array, { room, eol }: { readonly room: number; readonly eol: string }): Typed {
    this.#timer?.cancel();
    let echo = '';
    let complete = false;
    for (const byte of bytes) {
      if (byte === 0) continue;
      complete = byte === CR;
      echo += complete ? eol : String.fromCharCode(byte);
      if (byte === SPACE && this.#text === '') this.#isBehindBlank = true;
      if (byte > SPACE && this.#text.length <= room) this.#text += String.fromCharCode(byte);
    }
    const isBehindBlank = this.#isBehindBlank;
    if (complete) return { echo, line: this.#end().toUpperCase(), isBehindBlank };
    if (this.#text !== '') {
      this.#timer = this.#clock.backgroundTimer(INCOMPLETE_LINE_MS, () => {
        this.#end();
        this.#giveUp();
      });
    }
    return { echo, line: undefined, isBehindBlank };
  }

  /** Gives up nothing any more. */
  close(): void {
    this.#timer?.cancel();
  }

  #end(): string {
    const text = this.#text;
    this.#text = '';
    this.#isBehindBlank = false;
    return text;
  }
}
