import {
  type EcuAddress,
  EXIT,
  type ExitStatus,
  equalBytes,
  formatEcuAddress,
  type Ignition,
  KombiError,
  toHex,
  VirtualClock,
} from '../../core/index.ts';
import type { Trace, TracedFailure, TracedLink, TracedMessage, TracedStep, TraceEvent } from '../../recording/index.ts';
import type { AdapterIdentity, Message, ProveOptions, Transport, TransportCapabilities } from '../transport.ts';

/** Messages kept between two calls of `receive` (the Transport contract's cap). */
const MAX_KEPT = 64;
const SHOWN_BYTES = 24;
/** Whatever a file says, what failed has not ended well. */
const EXITS: ReadonlySet<number> = new Set(Object.values(EXIT).filter((exit) => exit !== EXIT.done));

/** Where a trace that never tells of an `open` led, as one made from another tool's recording. It proves nothing. */
const UNTOLD: TracedLink = {
  adapter: 'RECORDING',
  maxPayloadBytes: 4095,
  functionalAddressing: true,
  keepAliveDuringRequest: false,
  writesProven: false,
};

/**
 * A transport that answers from a trace, and from nothing else: every request must be the next one that was recorded,
 * to the same ECU with the same bytes; what came back then comes back now, in the same order, and so do the failures of
 * the link. Nothing ever reaches a car.
 *
 * Only a tester-present that asks for no answer is free: when it is sent is a matter of time, not of what is said.
 * Time is virtual: it stands where the recording stood, and waiting costs none.
 *
 * @param name what the trace is called in errors
 * @throws {KombiError} from `send`, `replay.unexpected` where another request comes than was recorded: the recorded car
 *   has no answer to it (exit 3). From `receive`, `replay.cut-off` where a torn trace ends before the answer. Neither is a
 *   `link.*` error, because asking again would not help, and from then on everything throws it, so that nobody can take
 *   a part of what was recorded for the whole
 */
export function createReplay(trace: Trace, name: string): Transport {
  return new Replay(trace, name);
}

class Replay implements Transport {
  readonly description: string;
  readonly portName = undefined;
  readonly clock = new VirtualClock();
  readonly #name: string;
  readonly #events: readonly TraceEvent[];
  readonly #torn: boolean;
  /** The next event. */
  #at = 0;
  #link: TracedLink;
  #isOpen = false;
  #kept: Message[] = [];
  #proven: boolean | undefined;
  #failure: KombiError | undefined;

  constructor({ header, events, torn }: Trace, name: string) {
    this.#name = name;
    this.#events = events;
    this.#torn = torn;
    this.description = header.link ?? name;
    this.#link = events.find((event) => event.kind === 'open')?.link ?? UNTOLD;
  }

  get capabilities(): TransportCapabilities {
    const { maxPayloadBytes, functionalAddressing, keepAliveDuringRequest, writesProven } = this.#link;
    return { maxPayloadBytes, functionalAddressing, keepAliveDuringRequest, writesProven: this.#proven ?? writesProven };
  }

  get adapter(): AdapterIdentity {
    const { adapter, firmware, voltage } = this.#link;
    return { kind: adapter, ...(firmware === undefined ? {} : { firmware }), ...(voltage === undefined ? {} : { voltage }) };
  }

  async open(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#failure !== undefined) throw this.#failure;
    await this.close();
    this.#proven = undefined;
    await this.#reopen(signal);
    this.#isOpen = true;
  }

  /** As far as the recording was opened here; a program that opens more often finds the same link again, without what was owed. */
  async #reopen(signal: AbortSignal | undefined): Promise<void> {
    for (let at = this.#at; at < this.#events.length; at += 1) {
      const event = this.#events[at];
      if (event?.kind === 'sent' && !isTesterPresent(event.payload) && !this.#failsAt(at + 1, 'send')) {
        this.#at = at;
        return;
      }
      if (event?.kind === 'open' || (event?.kind === 'failed' && event.step === 'open')) {
        this.#at = at + 1;
        await this.#reach(event, signal);
        if (event.kind === 'failed') throw errorOf(event);
        this.#link = event.link;
        return;
      }
    }
  }

  async send(target: EcuAddress, payload: Uint8Array, signal?: AbortSignal): Promise<void> {
    this.#check(signal);
    if (isTesterPresent(payload)) return;
    const next = this.#nextRequest();
    if (next === undefined || next.ecu !== target || !equalBytes(next.payload, payload)) {
      this.#failure = this.#unexpected(target, payload, next);
      throw this.#failure;
    }
    await this.#reach(next, signal);
    const failure = this.#takeFailure('send');
    if (failure !== undefined) throw errorOf(failure);
  }

  async receive(deadlineMs: number, signal?: AbortSignal): Promise<Message | undefined> {
    this.#check(signal);
    const kept = this.#kept.shift();
    if (kept !== undefined) return kept;
    const failure = this.#takeFailure('receive');
    if (failure !== undefined) throw errorOf(failure);
    const event = this.#peek();
    if (event?.kind === 'received') {
      this.#at += 1;
      await this.#reach(event, signal);
      return { source: event.ecu, payload: new Uint8Array(event.payload) };
    }
    const waitMs = deadlineMs - this.clock.now();
    if (waitMs <= 0) return undefined;
    if (event?.kind === 'silence') this.#at += 1;
    else if (event === undefined && this.#torn) {
      this.#failure = this.#cutOff();
      throw this.#failure;
    }
    await this.clock.sleep(waitMs, signal);
    this.#check(signal);
    return undefined;
  }

  async proveWrites(_target: EcuAddress, options: ProveOptions = {}): Promise<boolean> {
    this.#check(options.signal);
    const failure = this.#takeFailure('proof');
    if (failure !== undefined) throw errorOf(failure);
    const event = this.#peek();
    if (event?.kind === 'proved') {
      this.#at += 1;
      this.#proven = event.proven;
    }
    return this.capabilities.writesProven;
  }

  async ignition(signal?: AbortSignal): Promise<Ignition> {
    signal?.throwIfAborted();
    const event = this.#peek();
    if (event?.kind !== 'ignition') return 'unknown';
    this.#at += 1;
    return event.ignition;
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#kept = [];
  }

  dispose(): Promise<void> {
    return this.close();
  }

  #check(signal: AbortSignal | undefined): void {
    signal?.throwIfAborted();
    if (this.#failure !== undefined) throw this.#failure;
    if (!this.#isOpen) throw new KombiError({ code: 'link.closed', message: `${this.#name} is not open` });
  }

  /** The next event, past tester-presents, which came when their time had come. */
  #peek(): TraceEvent | undefined {
    for (; ; this.#at += 1) {
      const event = this.#events[this.#at];
      if (event?.kind !== 'sent' || !isTesterPresent(event.payload)) return event;
    }
  }

  /** Takes everything up to the next request, and the request. What nobody has taken of the answers before is kept. */
  #nextRequest(): TracedMessage | undefined {
    for (let event = this.#peek(); event !== undefined; event = this.#peek()) {
      this.#at += 1;
      if (event.kind === 'sent') return event;
      if (event.kind !== 'received') continue;
      if (this.#kept.length === MAX_KEPT) this.#kept.shift();
      this.#kept.push({ source: event.ecu, payload: new Uint8Array(event.payload) });
    }
    return undefined;
  }

  #takeFailure(step: TracedStep): TracedFailure | undefined {
    this.#peek();
    const event = this.#failsAt(this.#at, step);
    if (event !== undefined) this.#at += 1;
    return event;
  }

  #failsAt(at: number, step: TracedStep): TracedFailure | undefined {
    const event = this.#events[at];
    return event?.kind === 'failed' && event.step === step ? event : undefined;
  }

  async #reach({ ms }: TraceEvent, signal: AbortSignal | undefined): Promise<void> {
    const aheadMs = ms - this.clock.now();
    if (aheadMs > 0) await this.clock.sleep(aheadMs, signal);
  }

  #unexpected(target: EcuAddress, payload: Uint8Array, expected: TracedMessage | undefined): KombiError {
    const came = describe(target, payload);
    return new KombiError({
      code: 'replay.unexpected',
      message:
        expected === undefined
          ? `${this.#name} ends${this.#torn ? ' in the middle of a line' : ''}, and ${came} came`
          : `${this.#name}, line ${expected.line ?? '?'}: ${describe(expected.ecu, expected.payload)} was recorded, and ${came} came`,
      hint: 'A replay answers only what was asked when it was recorded: run the same command with the same options.',
    });
  }

  #cutOff(): KombiError {
    return new KombiError({
      code: 'replay.cut-off',
      message: `${this.#name} ends in the middle of a line: what came back then is not in it`,
      hint: 'The recording was cut off. `kombi trace show` tells what there is.',
    });
  }
}

/** `3E 80`, as the keep-alive sends it. */
function isTesterPresent(payload: Uint8Array): boolean {
  return payload.length === 2 && payload[0] === 0x3e && payload[1] === 0x80;
}

function describe(ecu: EcuAddress, payload: Uint8Array): string {
  const bytes = toHex(payload.subarray(0, SHOWN_BYTES), ' ');
  return `${bytes}${payload.length > SHOWN_BYTES ? ` … (${payload.length} bytes)` : ''} to ${formatEcuAddress(ecu)}`;
}

function errorOf({ code, exit, message }: TracedFailure): KombiError {
  const hint = 'So the link failed when it was recorded.';
  return new KombiError({ code, message, hint, ...(EXITS.has(exit) ? { exit: exit as ExitStatus } : {}) });
}
