import { KombiError } from '../../core/index.ts';

/** No line of a chip comes near this; what is longer is noise, such as a wrong baud rate. */
const MAX_LINE_BYTES = 1024;

const NUL = 0x00;
const LF = 0x0a;
const CR = 0x0d;
const PROMPT = 0x3e;

export interface LineConsumer {
  /** A line that is not empty, without its end; one character per byte. */
  line(text: string): void;
  prompt(): void;
}

/**
 * Cuts what the chip prints into lines and prompts, in one pass. Lines end with CR, or CR LF; a prompt ends a line too,
 * for `BUFFER FULL` may leave one half printed.
 */
export class LineSplitter {
  readonly #consumer: LineConsumer;
  readonly #line = Buffer.alloc(MAX_LINE_BYTES);
  #length = 0;

  constructor(consumer: LineConsumer) {
    this.#consumer = consumer;
  }

  /** @throws {KombiError} `link.elm327.garbled` a line above 1 KiB */
  feed(chunk: Uint8Array): void {
    for (const byte of chunk) {
      if (byte === CR || byte === LF || byte === PROMPT) {
        this.#endLine();
        if (byte === PROMPT) this.#consumer.prompt();
      } else if (byte !== NUL) {
        // The UART of the chip's microcontroller may insert NULs (ELM327 data sheet, p. 8): they are no text.
        this.#append(byte);
      }
    }
  }

  #append(byte: number): void {
    if (this.#length === MAX_LINE_BYTES) {
      this.#length = 0;
      throw new KombiError({
        code: 'link.elm327.garbled',
        message: `The adapter sent more than ${MAX_LINE_BYTES} bytes without the end of a line`,
        hint: 'Check the baud rate (?baud=38400 or ?baud=115200 in the link) and that the port is the adapter.',
      });
    }
    this.#line[this.#length] = byte;
    this.#length += 1;
  }

  #endLine(): void {
    if (this.#length === 0) return;
    const text = this.#line.toString('latin1', 0, this.#length).trim();
    this.#length = 0;
    if (text !== '') this.#consumer.line(text);
  }
}
