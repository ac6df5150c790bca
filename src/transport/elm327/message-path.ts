import type { Clock, EcuAddress } from '../../core/index.ts';
import type { Message } from '../transport.ts';
import type { FindingsBook, Rung } from './adapter-findings.ts';
import type { Chip } from './chip.ts';

/** What a chip is told, and what it means that it says `?`: it cannot go this way, not read, not write, or no harm. */
export interface Setting {
  readonly command: string;
  /** For people. */
  readonly what: string;
  readonly neededTo: 'go-this-way' | 'read' | 'write' | 'please';
}

export interface SendOptions {
  /** Of one answer: the chip may come back to its prompt behind it. What follows then is only heard if it is asked to listen again. */
  readonly once: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * How a diagnostic message goes through this chip. Messages for the tester are delivered to whoever made the path, in
 * order of arrival; every method may deliver some.
 */
export interface MessagePath {
  /**
   * Sends one message; afterwards the chip listens for its answer. The chip must be idle.
   *
   * @throws {KombiError} `link.elm327.*`, `link.isotp.*`, `adapter.unfit`
   */
  send(target: EcuAddress, payload: Uint8Array, options: SendOptions): Promise<void>;
  /** Waits for the next thing: `heard` something, maybe a message; `idle` the chip does not listen any more; `deadline`. */
  hear(deadlineMs: number, signal?: AbortSignal): Promise<'heard' | 'idle' | 'deadline'>;
  /** Listens on. The chip must be idle. @param isAwake whether it acknowledges what it hears while it monitors */
  listen(isAwake: boolean): Promise<void>;
  /** Brings the chip to its prompt. */
  hush(signal?: AbortSignal): Promise<void>;
}

export interface PathEnds {
  readonly chip: Chip;
  readonly clock: Clock;
  readonly findings: FindingsBook;
  readonly deliver: (message: Message) => void;
}

/** One rung of the ladder. */
export interface PathKind {
  readonly rung: Rung;
  /** Sent in this order before the first message: as few as will do. Kinds with the same list need not send it twice. */
  readonly opening: readonly Setting[];
  /** Sent before the second message, or when the first is not answered at once. */
  readonly settling: readonly Setting[];
  create(ends: PathEnds): MessagePath;
}
