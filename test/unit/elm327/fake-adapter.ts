import { KombiError } from '../../../src/core/index.ts';
import type { ByteStream, OpenByteStream } from '../../../src/transport/index.ts';

/** What the adapter says to one line (or to a space, which interrupts); undefined: what a plain chip would say. */
export type Script = (line: string) => string | undefined;

const SAYS: Record<string, string> = { ATI: 'ELM327 v1.5', STI: '?', ATRV: '12.6V', ATXX1: '?' };

/** A byte stream that answers lines by a script, in chunks of `chunkBytes`. */
export class FakeAdapter {
  /** Every line sent, without its CR; a space sent by itself stands as ' '. */
  readonly sent: string[] = [];
  readonly #script: Script;
  readonly #chunkBytes: number;
  #listening = false;
  #consumer: (chunk: Uint8Array) => void = () => {};
  #lost: (error: Error) => void = () => {};
  #open = false;

  constructor(script: Script = () => undefined, chunkBytes = 1024) {
    this.#script = script;
    this.#chunkBytes = chunkBytes;
  }

  readonly open: OpenByteStream = () => {
    this.#open = true;
    const stream: ByteStream = {
      description: 'the fake adapter',
      write: (bytes) => {
        if (!this.#open) return Promise.reject(new KombiError({ code: 'link.closed', message: 'the fake adapter is closed' }));
        this.#take(Buffer.from(bytes).toString('latin1'));
        return Promise.resolve();
      },
      onData: (consumer) => {
        this.#consumer = consumer;
      },
      onLost: (listener) => {
        this.#lost = listener;
      },
      close: () => {
        this.#open = false;
        return Promise.resolve();
      },
    };
    return Promise.resolve(stream);
  };

  get isOpen(): boolean {
    return this.#open;
  }

  /** Prints by itself. */
  emit(text: string): void {
    const bytes = Buffer.from(text, 'latin1');
    for (let at = 0; at < bytes.length; at += this.#chunkBytes) this.#consumer(bytes.subarray(at, at + this.#chunkBytes));
  }

  unplug(): void {
    this.#open = false;
    this.#lost(new Error('bad file descriptor'));
  }

  #take(text: string): void {
    const line = text === ' ' ? text : text.slice(0, -1);
    if (text !== ' ' && !text.endsWith('\r')) throw new Error(`"${text}" does not end with CR`);
    this.sent.push(line);
    const answer = this.#script(line) ?? this.#plain(line);
    this.#listening = !answer.includes('>') && (this.#listening || line !== ' ');
    queueMicrotask(() => this.emit(answer));
  }

  #plain(line: string): string {
    if (line === ' ') return this.#listening ? 'STOPPED\r\r>' : '';
    if (line === 'ATMA') return '';
    if (line.startsWith('AT') || line === 'STI') return `${SAYS[line] ?? 'OK'}\r\r>`;
    return 'NO DATA\r\r>';
  }
}
