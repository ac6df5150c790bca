import { type Clock, KombiError } from '../core/index.ts';
import type { Message, Transport } from './transport.ts';
import { Wait } from './wait.ts';

/** Messages kept between two calls of `receive` (the Transport contract's cap). */
const MAX_KEPT = 64;

/** What has come over a connection and nobody has taken yet, who waits for it, and the end of it. */
export class Inbox {
  readonly #clock: Clock;
  readonly #kept: (Message | KombiError)[] = [];
  #receiver: Wait<Message | undefined> | undefined;
  #end: Error | undefined;
  readonly #atEnd = () => {
    this.#receiver = undefined;
  };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Why nothing comes any more. */
  get end(): Error | undefined {
    return this.#end;
  }

  /** @param atDeadline decides how a wait ends in vain */
  receive(
    deadlineMs: number,
    signal: AbortSignal | undefined,
    atDeadline: (wait: Wait<Message | undefined>) => void,
  ): ReturnType<Transport['receive']> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const kept = this.#kept.shift();
    if (kept instanceof KombiError) return Promise.reject(kept);
    if (kept !== undefined) return kept;
    if (this.#end !== undefined) return Promise.reject(this.#end);
    // Asked in front of every request, and reading the clock costs more than all the rest of it.
    const delayMs = deadlineMs === Number.NEGATIVE_INFINITY ? 0 : deadlineMs - this.#clock.now();
    if (delayMs <= 0) return undefined;
    this.#receiver = new Wait({ clock: this.#clock, delayMs, atDeadline, atEnd: this.#atEnd, signal });
    return this.#receiver.promise;
  }

  /** Gives it to who waits, or keeps it. */
  offer(entry: Message | KombiError): void {
    const receiver = this.#receiver;
    if (receiver === undefined) {
      if (this.#kept.length === MAX_KEPT) this.#kept.shift();
      this.#kept.push(entry);
    } else if (entry instanceof KombiError) receiver.reject(entry);
    else receiver.resolve(entry);
  }

  /** What has arrived before can still be received. @returns false where it had ended already */
  close(error: Error): boolean {
    if (this.#end !== undefined) return false;
    this.#end = error;
    this.#receiver?.reject(error);
    return true;
  }
}
