import { type Clock, type Did, type EcuAddress, FUNCTIONAL_ADDRESS, formatEcuAddress, isKombiError, KombiError } from '../core/index.ts';
import type { Message, Transport } from '../transport/index.ts';
import { type AnswerKind, judgeAnswer, judgePayload, refusalOf } from './answer.ts';
import { decodeReadDid, encodeReadDid } from './data-identifier.ts';
import { describeRequest, NegativeResponseError, NoResponseError } from './errors.ts';
import { type KeepAlive, startKeepAlive } from './keep-alive.ts';
import { Mutex } from './mutex.ts';
import { NRC } from './negative-response-codes.ts';
import { ReadMemory } from './read-memory.ts';
import { DEFAULT_TIMING, decodeSessionTiming, encodeSessionControl, type SessionTiming } from './session.ts';
import { type Dtc, decodeDtcs, encodeReadDtcs } from './trouble-codes.ts';

export interface UdsClientOptions {
  /** For an ECU's first answer, milliseconds; default 1000 more than the P2 of its session. */
  readonly timeoutMs?: number;
}

export interface RequestOptions {
  /** In place of the client's, for this request. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface FunctionalOptions {
  /** Whom to ask, where it is not all ECUs of an F- or G-series car. */
  readonly target?: EcuAddress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The answers are complete when this long none has come, milliseconds. */
  readonly quietMs: number;
}

/** Gateways, adapters and WiFi take their share of an ECU's time (bmw-diagnostics §1.2: EdiabasLib adds as much). */
const MARGIN_MS = 1000;
const MAX_PENDING = 30;
const MAX_PENDING_MS = 60_000;
const MAX_STRAYS = 64;
const MORE_TRIES = 2;
const BUSY_PAUSE_MS = 200;
/** A calendar that gained so much on the clock tells that the computer slept (reliability row 45). */
const SLEPT_MS = 2000;
/** As a deadline: what waits already, or nothing. */
const LONG_AGO = Number.NEGATIVE_INFINITY;

/**
 * Asks ECUs, one question at a time, over a transport that is open.
 *
 * An answer that is still owed makes a link stale: it could come late and be taken for a fresh one. So does a sleep of
 * the computer: nobody knows what was unplugged meanwhile. Reads, sessions and functional requests close and open a
 * stale link first. {@link request} never does: behind a link opened anew may be another car, and whoever writes has to
 * identify it again.
 */
export class UdsClient {
  readonly transport: Transport;
  readonly #timeoutMs: number | undefined;
  readonly #turn = new Mutex();
  readonly #timings = new Map<EcuAddress, SessionTiming>();
  #stale = false;
  #reopened = 0;
  #keepAliveError: Error | undefined;
  #memory: ReadMemory | undefined;
  /** By how much the calendar is ahead of the clock, as last looked at. */
  #aheadMs: number;

  constructor(transport: Transport, options: UdsClientOptions = {}) {
    this.transport = transport;
    this.#timeoutMs = options.timeoutMs;
    this.#aheadMs = aheadMs(transport.clock);
  }

  get clock(): Clock {
    return this.transport.clock;
  }

  /** How often the link was opened anew: where it has changed, the car may have, and is to be identified again. */
  get reopened(): number {
    return this.#reopened;
  }

  /**
   * Sends a message once and gives the whole positive answer. "Response pending" is waited out, at most 30 times and
   * 60 s; messages that do not belong to the request are dropped, at most 64. Nothing is ever repeated.
   *
   * @throws {NegativeResponseError} the ECU says no
   * @throws {NoResponseError} it says nothing; whether it did what was asked is unknown
   * @throws {KombiError} `uds.pending-too-long`, `ecu.absent`, `link.*`
   */
  request(ecu: EcuAddress, request: Uint8Array, options: RequestOptions = {}): Promise<Uint8Array> {
    this.#memory = undefined;
    return this.#turn.run(async () => granted(ecu, request, await this.#exchange(ecu, request, options)));
  }

  /**
   * {@link request} for messages that only read: asked up to twice more after no answer, a lost frame or link, or
   * "busy" (21).
   */
  async read(ecu: EcuAddress, request: Uint8Array, options: RequestOptions = {}): Promise<Uint8Array> {
    return granted(ecu, request, await this.readAnswer(ecu, request, options));
  }

  /** {@link read}, with a refusal given as the answer that it is: making errors of thousands is what a scan would wait for. */
  readAnswer(ecu: EcuAddress, request: Uint8Array, options: RequestOptions = {}): Promise<Uint8Array> {
    if (this.#memory === undefined) return this.#readAnew(ecu, request, options);
    return this.#memory.recall(ecu, request, () => this.#readAnew(ecu, request, options));
  }

  /**
   * Until it is disposed of, or anything but a read is sent, an ECU is asked the same once, and what it said then counts: for
   * who looks at a car many times in a row and writes nothing.
   */
  rememberReads(): Disposable {
    this.#memory = new ReadMemory();
    return {
      [Symbol.dispose]: () => {
        this.#memory = undefined;
      },
    };
  }

  async #readAnew(ecu: EcuAddress, request: Uint8Array, options: RequestOptions): Promise<Uint8Array> {
    const { signal } = options;
    const turn = this.#turn.take();
    if (turn !== undefined) await turn;
    try {
      for (let left = MORE_TRIES; ; left -= 1) {
        if (this.#hasGoneStale()) await this.#reopen(signal);
        try {
          const answer = await this.#exchange(ecu, request, options);
          if (left === 0 || refusalOf(answer) !== NRC.busyRepeatRequest) return answer;
        } catch (error) {
          const lost = error instanceof NoResponseError || isKombiError(error, 'link');
          if (left === 0 || signal?.aborted || !lost) throw error;
          continue;
        }
        await this.clock.sleep(BUSY_PAUSE_MS, signal);
      }
    } finally {
      this.#turn.give();
    }
  }

  /** The data behind a DID. */
  async readDid(ecu: EcuAddress, did: Did, options?: RequestOptions): Promise<Uint8Array> {
    return decodeReadDid(await this.read(ecu, encodeReadDid(did), options));
  }

  /** The trouble codes of which a status bit of the mask is set. */
  async readDtcs(ecu: EcuAddress, statusMask: number, options?: RequestOptions): Promise<readonly Dtc[]> {
    return decodeDtcs(await this.read(ecu, encodeReadDtcs(statusMask), options)).codes;
  }

  /** Asks every ECU at once; gives the first answer of each, in order of arrival, refusals included. */
  functional(request: Uint8Array, options: FunctionalOptions): Promise<readonly Message[]> {
    return this.#turn.run(async () => {
      if (this.#hasGoneStale()) await this.#reopen(options.signal);
      try {
        return await this.#collect(request, options);
      } catch (error) {
        throw this.#owing(error);
      }
    });
  }

  /** Starts a session and remembers its timing for this ECU. */
  startSession(ecu: EcuAddress, session: number, options: RequestOptions = {}): Promise<SessionTiming> {
    this.#memory = undefined;
    return this.#turn.run(async () => {
      if (this.#hasGoneStale()) await this.#reopen(options.signal);
      const request = encodeSessionControl(session);
      const timing = decodeSessionTiming(granted(ecu, request, await this.#exchange(ecu, request, options)));
      this.#timings.set(ecu, timing);
      return timing;
    });
  }

  /** Keeps every session alive until disposed. What goes wrong with it is thrown by the next request, before it is sent. */
  keepAlive(): KeepAlive {
    const onError = (error: Error) => {
      this.#keepAliveError ??= error;
    };
    return startKeepAlive(this.transport, (work) => this.#turn.run(work), onError);
  }

  /** Closes and opens the link, so that nothing of before can arrive any more. */
  reopen(signal?: AbortSignal): Promise<void> {
    return this.#turn.run(() => this.#reopen(signal));
  }

  async #reopen(signal: AbortSignal | undefined): Promise<void> {
    this.#stale = true;
    await this.transport.close();
    await this.transport.open(signal);
    this.#reopened += 1;
    this.#memory?.forgetAnswers();
    this.#stale = false;
    this.#keepAliveError = undefined;
  }

  #hasGoneStale(): boolean {
    const nowAheadMs = aheadMs(this.clock);
    if (nowAheadMs - this.#aheadMs > SLEPT_MS) this.#stale = true;
    this.#aheadMs = nowAheadMs;
    return this.#stale;
  }

  /** Whatever ends an exchange without an answer of the ECU leaves one owed. */
  #owing(error: unknown): unknown {
    if (!isKombiError(error, 'ecu.absent')) this.#stale = true;
    return error;
  }

  /** The ECU's last word, positive or negative. One function for all of it: each more would cost every request a turn. */
  async #exchange(ecu: EcuAddress, request: Uint8Array, { signal, timeoutMs }: RequestOptions): Promise<Uint8Array> {
    const { transport, clock } = this;
    try {
      this.#assertKeptAlive();
      const left = this.#dropWaiting(signal);
      if (left !== undefined) await left;
      await transport.send(ecu, request, signal);
      const sentMs = clock.now();
      let deadlineMs = sentMs + (timeoutMs ?? this.#firstAnswerMs(ecu));
      let pending = 0;
      let strays = 0;
      for (;;) {
        const received = transport.receive(deadlineMs, signal);
        const message = received instanceof Promise ? await received : received;
        if (message === undefined) {
          if (pending > 0 && deadlineMs === sentMs + MAX_PENDING_MS) throw pendingTooLongError(ecu, request, pending);
          // What it was given, not what a timer took: the same silence is told in the same words.
          throw new NoResponseError(ecu, request, { waitedMs: deadlineMs - sentMs, strays });
        }
        const kind: AnswerKind = judgeAnswer(ecu, request, message);
        if (kind === 'positive' || kind === 'negative') return message.payload;
        if (kind === 'pending') {
          pending += 1;
          if (pending > MAX_PENDING) throw pendingTooLongError(ecu, request, pending);
          deadlineMs = Math.min(clock.now() + this.#nextAnswerMs(ecu), sentMs + MAX_PENDING_MS);
        } else {
          strays += 1;
          if (strays > MAX_STRAYS) throw tooManyStraysError(transport);
        }
      }
    } catch (error) {
      throw this.#owing(error);
    }
  }

  async #collect(request: Uint8Array, { quietMs, signal, target = FUNCTIONAL_ADDRESS }: FunctionalOptions): Promise<readonly Message[]> {
    const { clock } = this;
    this.#assertKeptAlive();
    await this.#dropWaiting(signal);
    await this.transport.send(target, request, signal);
    const lastMs = clock.now() + MAX_PENDING_MS;
    const answers = new Map<EcuAddress, Message>();
    /** Until when an ECU that said "pending" may take. */
    const owed = new Map<EcuAddress, number>();
    let quietAtMs = clock.now() + quietMs;
    for (;;) {
      const message = await this.transport.receive(Math.min(lastMs, Math.max(quietAtMs, ...owed.values())), signal);
      if (message === undefined) return [...answers.values()];
      const kind = judgePayload(request, message.payload);
      if (kind === 'stray') continue;
      quietAtMs = clock.now() + quietMs;
      if (kind === 'pending') {
        owed.set(message.source, clock.now() + this.#nextAnswerMs(message.source));
      } else {
        owed.delete(message.source);
        if (!answers.has(message.source)) answers.set(message.source, message);
      }
    }
  }

  /** An answer given twice waits in the transport, and must not answer the next request. */
  #dropWaiting(signal: AbortSignal | undefined): Promise<void> | undefined {
    for (;;) {
      const waiting = this.transport.receive(LONG_AGO, signal);
      if (waiting === undefined) return undefined;
      if (waiting instanceof Promise) return this.#dropAll(waiting, signal);
    }
  }

  async #dropAll(first: Promise<Message | undefined>, signal: AbortSignal | undefined): Promise<void> {
    for (let message = await first; message !== undefined; message = await this.transport.receive(LONG_AGO, signal));
  }

  /** What went wrong with keeping sessions alive is told once, before the next request leaves. */
  #assertKeptAlive(): void {
    const error = this.#keepAliveError;
    this.#keepAliveError = undefined;
    if (error !== undefined) throw error;
  }

  #firstAnswerMs(ecu: EcuAddress): number {
    return this.#timeoutMs ?? (this.#timings.get(ecu) ?? DEFAULT_TIMING).p2Ms + MARGIN_MS;
  }

  #nextAnswerMs(ecu: EcuAddress): number {
    return (this.#timings.get(ecu) ?? DEFAULT_TIMING).p2StarMs + MARGIN_MS;
  }
}

/** A positive answer as it is. @throws {NegativeResponseError} of a refusal */
function granted(ecu: EcuAddress, request: Uint8Array, answer: Uint8Array): Uint8Array {
  const nrc = refusalOf(answer);
  if (nrc !== undefined) throw new NegativeResponseError(ecu, request, nrc);
  return answer;
}

/** By how much the calendar is ahead of the clock. */
function aheadMs(clock: Clock): number {
  return clock.wallMs === undefined ? 0 : clock.wallMs() - clock.now();
}

function pendingTooLongError(ecu: EcuAddress, request: Uint8Array, pending: number): KombiError {
  return new KombiError({
    code: 'uds.pending-too-long',
    message: `ECU ${formatEcuAddress(ecu)} asked ${pending} times for more time for ${describeRequest(request)} and never answered`,
    hint: 'What it did is unknown. Switch the ignition off, wait a minute, switch it on and look again.',
  });
}

function tooManyStraysError(transport: Transport): KombiError {
  return new KombiError({
    code: 'link.too-many-strays',
    message: `${transport.description} carries only messages that nobody asked for`,
    hint: 'Close other diagnostic programs, on other computers too, and try again.',
  });
}
