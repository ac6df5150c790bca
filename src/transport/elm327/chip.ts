import { type Clock, KombiError, messageOf } from '../../core/index.ts';
import type { ByteStream } from '../byte-stream.ts';
import { LineSplitter } from './line-splitter.ts';

/** EdiabasLib's figure for a command without traffic on the bus (third-party code). */
export const COMMAND_TIMEOUT_MS = 1500;
const INTERRUPT_TIMEOUT_MS = 500;
/** What is kept of lines that nobody takes; beyond it the oldest go. */
const MAX_LINES = 64;
/** Ignored by an idle chip, ends any operation of a busy one. Never a bare CR: that repeats the last command. */
const INTERRUPT = Uint8Array.of(0x20);
const CONFIRM = Uint8Array.of(0x0d);
/** Commands that write what the adapter keeps without power: nothing of the owner's is ever changed (elm327.md §2, §6, §7). */
const LASTS = /^(?:ATSP|ATPP|ATCV|ATSD|AT@3|STWBR|STRSTNVM|STS(?!N$)|STVCAL|STBT)/;

export type ChipEvent = { readonly kind: 'line'; readonly text: string } | { readonly kind: 'idle' } | { readonly kind: 'deadline' };

export interface WriteOptions {
  /** The prompt may come without any line before it (responses off). */
  readonly silent?: boolean;
}

/**
 * The line discipline of the chip: one line in, lines and a prompt out, nothing more before the prompt. Busy is the
 * chip from the line until its prompt.
 */
export class Chip {
  readonly stream: ByteStream;
  readonly #clock: Clock;
  readonly #lines: string[] = [];
  #busy = false;
  #answered = false;
  #stopping = false;
  #stopped = false;
  #failure: KombiError | undefined;
  #heard = false;
  #characters = 0;
  #roundTripMs: number | undefined;
  #wake: (() => void) | undefined;

  constructor(stream: ByteStream, clock: Clock) {
    this.stream = stream;
    this.#clock = clock;
    const splitter = new LineSplitter({ line: (text) => this.#onLine(text), prompt: () => this.#onPrompt() });
    stream.onData((chunk) => {
      this.#heard = true;
      this.#characters += chunk.length;
      try {
        splitter.feed(chunk);
      } catch (error) {
        this.fail(error as KombiError);
      }
    });
    stream.onLost((error) => this.fail(lost(stream, error)));
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** Whether anything at all was received, be it noise. */
  get heard(): boolean {
    return this.#heard;
  }

  /** Characters that went either way. */
  get characters(): number {
    return this.#characters;
  }

  /** The quickest answer to a command so far: the line's delay, and a few characters. */
  get roundTripMs(): number | undefined {
    return this.#roundTripMs;
  }

  get failure(): KombiError | undefined {
    return this.#failure;
  }

  /** Every wait, under way or to come, ends with `error`. Lines received before are still given. */
  fail(error: KombiError): void {
    this.#failure ??= error;
    this.#wake?.();
  }

  /**
   * Sends one line to an idle chip.
   *
   * @throws {KombiError} `link.closed`
   */
  async write(line: string, options: WriteOptions = {}): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#busy) throw new KombiError({ code: 'bug.elm327', message: `"${line}" was to be sent to a busy adapter` });
    if (LASTS.test(line)) throw new KombiError({ code: 'bug.elm327', message: `"${line}" would outlive the session` });
    this.#busy = true;
    this.#answered = options.silent ?? false;
    await this.#put(Buffer.from(`${line}\r`, 'latin1'));
  }

  /** The next line; `idle` once the chip has prompted and no line is left; `deadline` when that comes first. */
  async next(deadlineMs: number, signal?: AbortSignal): Promise<ChipEvent> {
    for (;;) {
      const text = this.#lines.shift();
      if (text !== undefined) return { kind: 'line', text };
      if (this.#failure !== undefined) throw this.#failure;
      if (!this.#busy) return { kind: 'idle' };
      if (!(await this.#change(deadlineMs, signal))) return { kind: 'deadline' };
    }
  }

  /** Sends a command that causes no traffic, and gives the lines of its answer. */
  async ask(command: string, signal?: AbortSignal, timeoutMs = COMMAND_TIMEOUT_MS): Promise<string[]> {
    signal?.throwIfAborted();
    const startMs = this.#clock.now();
    await this.write(command);
    const deadlineMs = startMs + timeoutMs;
    const answer: string[] = [];
    for (;;) {
      const event = await this.next(deadlineMs, signal);
      if (event.kind === 'idle') {
        this.#roundTripMs = Math.min(this.#roundTripMs ?? Number.POSITIVE_INFINITY, this.#clock.now() - startMs);
        return answer;
      }
      if (event.kind === 'deadline') throw this.silence(`answer ${command}`);
      answer.push(event.text);
    }
  }

  /** As `ask`, of a chip that may not answer: then gives what came, and takes it for idle. */
  async tryAsk(command: string, timeoutMs: number, signal?: AbortSignal): Promise<{ lines: string[]; prompted: boolean }> {
    signal?.throwIfAborted();
    await this.write(command);
    const prompted = await this.prompted(timeoutMs, signal);
    this.#busy = false;
    return { lines: this.#lines.splice(0), prompted };
  }

  /** Brings a chip of which nothing is known to its prompt: if it says nothing, it was there already. */
  async settle(quietMs: number, signal?: AbortSignal): Promise<void> {
    this.#busy = true;
    this.#stopping = true;
    await this.#put(INTERRUPT);
    await this.prompted(quietMs, signal);
    this.#busy = false;
    this.#stopping = false;
    this.#lines.length = 0;
  }

  /** Answers a chip that waits for it at a new rate; at any other time it would repeat the last command. */
  confirm(): Promise<void> {
    this.#lines.length = 0;
    return this.#put(CONFIRM);
  }

  /** Ends what the chip is doing; what it printed until then stays to be taken. */
  async interrupt(signal?: AbortSignal): Promise<void> {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      if (this.#failure !== undefined) throw this.#failure;
      if (!this.#busy) return;
      this.#stopping = true;
      await this.#put(INTERRUPT);
      await this.prompted(INTERRUPT_TIMEOUT_MS, signal);
    }
    if (this.#busy) throw this.silence('come back to its prompt');
  }

  /** Waits for the prompt, leaving the lines; false when it does not come in time. */
  async prompted(timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    const deadlineMs = this.#clock.now() + timeoutMs;
    while (this.#busy) {
      if (this.#failure !== undefined) throw this.#failure;
      if (!(await this.#change(deadlineMs, signal))) return false;
    }
    return true;
  }

  async #put(bytes: Uint8Array): Promise<void> {
    this.#characters += bytes.length;
    await this.stream.write(bytes);
  }

  #onLine(text: string): void {
    // An unfinished line is given up by the chip after 20 s with a "?" that answers nothing.
    if (!this.#busy && text === '?') return;
    this.#answered = true;
    if (this.#stopping && text === 'STOPPED') return;
    if (this.#lines.length === MAX_LINES) this.#lines.shift();
    this.#lines.push(text);
    this.#wake?.();
  }

  #onPrompt(): void {
    if (!this.#busy) return;
    // Some chips prompt twice after STOPPED: the second answers nothing. At other times a prompt alone is an answer: programs say no
    // more to what they do not know.
    const isSecond = this.#stopped && !this.#answered && !this.#stopping;
    this.#stopped = this.#stopping;
    if (isSecond) return;
    this.#busy = false;
    this.#stopping = false;
    this.#wake?.();
  }

  /** Waits until something has happened; false when the deadline came first. */
  #change(deadlineMs: number, signal?: AbortSignal): Promise<boolean> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const remainingMs = deadlineMs - this.#clock.now();
      if (remainingMs <= 0) {
        resolve(false);
        return;
      }
      const end = () => {
        timer.cancel();
        signal?.removeEventListener('abort', abort);
        this.#wake = undefined;
      };
      const abort = () => {
        end();
        reject(signal?.reason);
      };
      const timer = this.#clock.timer(remainingMs, () => {
        end();
        resolve(false);
      });
      this.#wake = () => {
        end();
        resolve(true);
      };
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  silence(what: string): KombiError {
    return new KombiError({
      code: 'link.elm327.silent',
      message: `The adapter at ${this.stream.description} did not ${what}`,
      hint: 'Unplug the adapter for ten seconds and try again.',
    });
  }
}

function lost(stream: ByteStream, error: Error): KombiError {
  return new KombiError({
    code: 'link.closed',
    message: `The adapter at ${stream.description} is gone: ${messageOf(error)}`,
    hint: 'Plug it in again, then repeat the command.',
    cause: error,
  });
}
