import { type Clock, copyBytes, type EcuAddress, EXIT, KombiError } from '../../core/index.ts';
import type { ByteStream } from '../byte-stream.ts';
import type { Message } from '../transport.ts';
import { gatewayError } from './gateway-error.ts';
import { HsfzControl } from './hsfz-control.ts';
import { encodeHsfzDiagnostic, encodeHsfzFrame, HSFZ_ADDRESS_BYTES, HSFZ_HEADER_BYTES, type HsfzFrame } from './hsfz-frame.ts';
import { HsfzReceiveBuffer } from './receive-buffer.ts';
import { Wait } from './wait.ts';

export interface HsfzConnectionOptions {
  readonly stream: ByteStream;
  readonly clock: Clock;
  readonly tester: EcuAddress;
  readonly ackTimeoutMs: number;
}

interface PendingAck {
  readonly target: EcuAddress;
  readonly frame: Uint8Array;
  readonly wait: Wait<void>;
}

/** Messages kept between two calls of `receive` (the Transport contract's cap). */
const MAX_KEPT = 64;
/** An acknowledgement repeats the addresses and at most five UDS bytes (bmw-diagnostics §1.1, third-party code and traces). */
const MAX_ACK_BYTES = HSFZ_ADDRESS_BYTES + 5;

/**
 * One TCP connection to a gateway, from connect to loss. It reads all the time, so that an alive check is answered
 * whatever else goes on; nothing of it outlives it, so a new connection can never see an old answer.
 */
export class HsfzConnection {
  readonly #stream: ByteStream;
  readonly #clock: Clock;
  readonly #tester: EcuAddress;
  readonly #ackTimeoutMs: number;
  readonly #aliveAnswer: Uint8Array;
  readonly #buffer = new HsfzReceiveBuffer();
  // One request, and a tester-present beside it: an array beats a map.
  #acks: PendingAck[] = [];
  readonly #kept: (Message | KombiError)[] = [];
  #receiver: Wait<Message | undefined> | undefined;
  #lastTarget: EcuAddress | undefined;
  #served = false;
  #end: Error | undefined;

  constructor({ stream, clock, tester, ackTimeoutMs }: HsfzConnectionOptions) {
    this.#stream = stream;
    this.#clock = clock;
    this.#tester = tester;
    this.#ackTimeoutMs = ackTimeoutMs;
    this.#aliveAnswer = encodeHsfzFrame(HsfzControl.aliveCheck, Uint8Array.of(0x00, tester));
    const take = (frame: HsfzFrame) => this.#take(frame);
    stream.onLost((error) => this.#finish(this.#served ? error : busyError(stream, error)));
    stream.onData((chunk) => {
      try {
        this.#buffer.push(chunk, take);
      } catch (error) {
        this.#finish(error as Error);
        void stream.close();
      }
    });
  }

  /** Resolves at the gateway's acknowledgement. */
  send(target: EcuAddress, payload: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#end !== undefined) return Promise.reject(this.#end);
    const frame = encodeHsfzDiagnostic(this.#tester, target, payload);
    const wait = new Wait<void>({
      clock: this.#clock,
      delayMs: this.#ackTimeoutMs,
      atDeadline: () => wait.reject(this.#buffer.insideFrame ? this.#truncatedError() : this.#noAckError()),
      atEnd: () => {
        this.#acks = this.#acks.filter((ack) => ack.wait !== wait);
      },
      signal,
    });
    this.#acks.push({ target, frame, wait });
    this.#lastTarget = target;
    this.#stream.write(frame).catch((error: unknown) => wait.reject(error));
    return wait.promise;
  }

  receive(deadlineMs: number, signal: AbortSignal | undefined): Promise<Message | undefined> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const kept = this.#kept.shift();
    if (kept instanceof KombiError) return Promise.reject(kept);
    if (kept !== undefined) return Promise.resolve(kept);
    if (this.#end !== undefined) return Promise.reject(this.#end);
    // Asked in front of every request, and reading the clock costs more than all the rest of it.
    const delayMs = deadlineMs === Number.NEGATIVE_INFINITY ? 0 : deadlineMs - this.#clock.now();
    if (delayMs <= 0) return Promise.resolve(undefined);
    const wait = new Wait<Message | undefined>({
      clock: this.#clock,
      delayMs,
      atDeadline: () => (this.#buffer.insideFrame ? wait.reject(this.#truncatedError()) : wait.resolve(undefined)),
      atEnd: () => {
        this.#receiver = undefined;
      },
      signal,
    });
    this.#receiver = wait;
    return wait.promise;
  }

  async close(): Promise<void> {
    this.#finish(new KombiError({ code: 'link.closed', message: `The connection to ${this.#stream.description} was closed` }));
    await this.#stream.close();
  }

  #take({ control, body }: HsfzFrame): void {
    switch (control) {
      case HsfzControl.diagnostic:
        this.#served = true;
        if (body.length > HSFZ_ADDRESS_BYTES && body[1] === this.#tester) {
          this.#offer({ source: body[0] as EcuAddress, payload: copyBytes(body, HSFZ_ADDRESS_BYTES) });
        }
        break;
      case HsfzControl.acknowledge:
        this.#served = true;
        if (body.length >= HSFZ_ADDRESS_BYTES && body.length <= MAX_ACK_BYTES) {
          this.#acks.find((ack) => startsWith(ack.frame, body))?.wait.resolve();
        }
        break;
      case HsfzControl.aliveCheck:
        // The 32-byte form is an announcement; echoing it is said to provoke a 42 (bmw-diagnostics §1.5).
        if (body.length === 2) this.#stream.write(this.#aliveAnswer).catch(() => {});
        break;
      default: {
        const error = gatewayError(control, body);
        if (control === HsfzControl.notReady && !this.#served) this.#finish(busyError(this.#stream, error));
        else if (error !== undefined) this.#refuse(error, control, body[1]);
      }
    }
  }

  /** A refusal that names a target belongs to the request there; any other to everything that is under way. */
  #refuse(error: KombiError, control: number, target: number | undefined): void {
    const named = target !== undefined && (control === HsfzControl.incorrectDestination || control === HsfzControl.outOfMemory);
    const refused = named ? this.#acks.filter((ack) => ack.target === target) : this.#acks;
    if (refused.length > 0) {
      for (const { wait } of refused) wait.reject(error);
    } else if (!named || target === this.#lastTarget) {
      this.#offer(error);
    }
  }

  #offer(entry: Message | KombiError): void {
    const receiver = this.#receiver;
    if (receiver === undefined) {
      if (this.#kept.length === MAX_KEPT) this.#kept.shift();
      this.#kept.push(entry);
    } else if (entry instanceof KombiError) receiver.reject(entry);
    else receiver.resolve(entry);
  }

  /** What has arrived before the end can still be received. */
  #finish(error: Error): void {
    if (this.#end !== undefined) return;
    this.#end = error;
    for (const { wait } of this.#acks) wait.reject(error);
    this.#receiver?.reject(error);
  }

  #noAckError(): KombiError {
    return new KombiError({
      code: 'link.no-ack',
      message: `${this.#stream.description} did not acknowledge the request within ${this.#ackTimeoutMs} ms`,
      hint: 'Check that the ignition is on and that no other program uses the gateway; then try again.',
    });
  }

  #truncatedError(): KombiError {
    return new KombiError({
      code: 'link.hsfz-truncated',
      message: `${this.#stream.description} fell silent in the middle of a frame`,
      hint: 'Check the cable or the WiFi; then try again.',
    });
  }
}

function startsWith(frame: Uint8Array, body: Uint8Array): boolean {
  for (let index = 0; index < body.length; index += 1) {
    if (body[index] !== frame[HSFZ_HEADER_BYTES + index]) return false;
  }
  return true;
}

/**
 * A gateway is said to serve one tester at a time (bmw-diagnostics §1.5, hypothesis). How it turns another one away is
 * not known: "not ready", or dropping the connection, before anything else is taken for it.
 */
function busyError(stream: ByteStream, cause: unknown): KombiError {
  return new KombiError({
    code: 'link.busy',
    exit: EXIT.locked,
    message: `${stream.description} took the connection and will not talk: another tester is probably connected`,
    hint: 'Close other diagnostic programs, on other computers too, wait ten seconds and try again.',
    cause,
  });
}
