import { type Clock, type EcuAddress, EXIT, KombiError } from '../../core/index.ts';
import type { ByteStream } from '../byte-stream.ts';
import type { AnyFrame, FrameBuffer } from '../frame-buffer.ts';
import { Inbox } from '../inbox.ts';
import type { Message, Transport } from '../transport.ts';
import { Wait } from '../wait.ts';

export interface GatewayConnectionOptions<Frame extends AnyFrame> {
  readonly stream: ByteStream;
  readonly clock: Clock;
  readonly ackTimeoutMs: number;
  readonly buffer: FrameBuffer<Frame>;
  /** Whether the gateway has served a connection of ours before this one. */
  readonly served: boolean;
  /** As it stands in error codes: `hsfz`. */
  readonly protocol: string;
}

/** A request that the gateway has not acknowledged yet. */
export interface PendingAck {
  readonly target: EcuAddress;
  readonly frame: Uint8Array;
  readonly wait: Wait<void>;
}

/**
 * One TCP connection to a gateway, from connect to loss. It reads all the time, so that an alive check is answered
 * whatever else goes on; nothing of it outlives it, so a new connection can never see an old answer.
 *
 * A protocol says how a request is framed and what each frame means.
 */
export abstract class GatewayConnection<Frame extends AnyFrame> {
  protected readonly stream: ByteStream;
  protected readonly clock: Clock;
  protected readonly ackTimeoutMs: number;
  /** Whether the gateway has said anything that it says only to who is served, here or on a connection before. */
  served: boolean;
  readonly #buffer: FrameBuffer<Frame>;
  readonly #protocol: string;
  // One request, and a tester-present beside it: an array beats a map.
  readonly #acks: PendingAck[] = [];
  readonly #inbox: Inbox;
  #lastTarget: EcuAddress | undefined;
  // Made once, not for each request.
  readonly #atDeadline = (wait: Wait<Message | undefined>) =>
    this.#buffer.insideFrame ? wait.reject(this.#truncatedError()) : wait.resolve(undefined);
  readonly #atAckDeadline = (wait: Wait<void>) => wait.reject(this.#buffer.insideFrame ? this.#truncatedError() : this.#noAckError());
  readonly #atAckEnd = (wait: Wait<void>) => {
    const index = this.#acks.findIndex((ack) => ack.wait === wait);
    if (index >= 0) this.#acks.splice(index, 1);
  };

  constructor({ stream, clock, ackTimeoutMs, buffer, served, protocol }: GatewayConnectionOptions<Frame>) {
    this.stream = stream;
    this.clock = clock;
    this.ackTimeoutMs = ackTimeoutMs;
    this.served = served;
    this.#buffer = buffer;
    this.#inbox = new Inbox(clock);
    this.#protocol = protocol;
    const take = (frame: Frame) => this.take(frame);
    stream.onLost((error) => this.finish(this.served ? error : this.busyError(error)));
    stream.onData((chunk) => {
      try {
        this.#buffer.push(chunk, take);
      } catch (error) {
        this.finish(error as Error);
        void stream.close();
      }
    });
  }

  protected abstract encode(target: EcuAddress, payload: Uint8Array): Uint8Array;
  /** @param frame valid during the call only */
  protected abstract take(frame: Frame): void;

  /** Resolves at the gateway's acknowledgement. */
  send(target: EcuAddress, payload: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#inbox.end !== undefined) return Promise.reject(this.#inbox.end);
    const frame = this.encode(target, payload);
    const [atDeadline, atEnd] = [this.#atAckDeadline, this.#atAckEnd];
    const wait = new Wait({ clock: this.clock, delayMs: this.ackTimeoutMs, atDeadline, atEnd, signal });
    this.#acks.push({ target, frame, wait });
    this.#lastTarget = target;
    this.stream.write(frame)?.catch((error: unknown) => wait.reject(error));
    return wait.promise;
  }

  receive(deadlineMs: number, signal: AbortSignal | undefined): ReturnType<Transport['receive']> {
    return this.#inbox.receive(deadlineMs, signal, this.#atDeadline);
  }

  async close(): Promise<void> {
    this.finish(new KombiError({ code: 'link.closed', message: `The connection to ${this.stream.description} was closed` }));
    await this.stream.close();
  }

  protected acknowledge(isOf: (ack: PendingAck) => boolean): void {
    this.#acks.find(isOf)?.wait.resolve();
  }

  /** @param target whose request is refused; absent: everything that is under way */
  protected refuse(error: KombiError, target?: number): void {
    const refused = target === undefined ? this.#acks : this.#acks.filter((ack) => ack.target === target);
    if (refused.length > 0) {
      for (const { wait } of [...refused]) wait.reject(error);
    } else if (target === undefined || target === this.#lastTarget) {
      this.offer(error);
    }
  }

  protected offer(entry: Message | KombiError): void {
    this.#inbox.offer(entry);
  }

  /** What has arrived before the end can still be received. */
  protected finish(error: Error): void {
    if (!this.#inbox.close(error)) return;
    for (const { wait } of [...this.#acks]) wait.reject(error);
  }

  /**
   * A gateway is said to serve one tester at a time (bmw-diagnostics §1.5, hypothesis). How it turns another one away is
   * not known: "not ready", or dropping the connection, before anything else is taken for it. One that has served us and
   * then drops each connection has not that reason (reliability, rows 8 and 9).
   */
  protected busyError(cause: unknown): KombiError {
    return new KombiError({
      code: 'link.busy',
      exit: EXIT.locked,
      message: `${this.stream.description} took the connection and will not talk: another tester is probably connected`,
      hint: 'Close other diagnostic programs, on other computers too, wait ten seconds and try again.',
      cause,
    });
  }

  #noAckError(): KombiError {
    return new KombiError({
      code: 'link.no-ack',
      message: `${this.stream.description} did not acknowledge the request within ${this.ackTimeoutMs} ms`,
      hint: 'Check that the ignition is on and that no other program uses the gateway; then try again.',
    });
  }

  #truncatedError(): KombiError {
    return new KombiError({
      code: `link.${this.#protocol}-truncated`,
      message: `${this.stream.description} fell silent in the middle of a frame`,
      hint: 'Check the cable or the WiFi; then try again.',
    });
  }
}
