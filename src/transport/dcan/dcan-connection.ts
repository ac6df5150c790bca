import {
  CAN_TESTER_ADDRESS,
  type Clock,
  copyBytes,
  type EcuAddress,
  equalBytes,
  isFunctionalAddress,
  KombiError,
} from '../../core/index.ts';
import type { ByteStream } from '../byte-stream.ts';
import { FrameBuffer } from '../frame-buffer.ts';
import { Inbox } from '../inbox.ts';
import type { Transport } from '../transport.ts';
import { Wait } from '../wait.ts';
import { encodeTelegram, type Telegram, takeTelegram } from './telegram.ts';

/** 115200 8N1 (bmw-diagnostics §10, third-party code). */
export const DCAN_BAUD = 115_200;
const BITS_PER_BYTE = 10;
/** Behind the last byte of a request its echo is there within this (bmw-diagnostics §10, third-party code). */
const ECHO_TIMEOUT_MS = 100;

interface PendingEcho {
  readonly telegram: Uint8Array;
  readonly wait: Wait<void>;
}

/**
 * One opening of the cable's port. The cable repeats each request, which is the only sign that it took it, and passes on
 * whatever ECUs say, with no word of which request they mean: so only who was asked since the port was opened is heard.
 */
export class DcanConnection {
  readonly #stream: ByteStream;
  readonly #clock: Clock;
  readonly #buffer = new FrameBuffer(takeTelegram);
  readonly #inbox: Inbox;
  #echo: PendingEcho | undefined;
  #target: EcuAddress | undefined;

  constructor(stream: ByteStream, clock: Clock) {
    this.#stream = stream;
    this.#clock = clock;
    this.#inbox = new Inbox(clock);
    const take = (telegram: Telegram) => this.#take(telegram);
    stream.onLost((cause) => this.#finish(lostError(stream, cause)));
    stream.onData((chunk) => {
      if (this.#inbox.end !== undefined) return;
      try {
        this.#buffer.push(chunk, take);
      } catch (error) {
        this.#finish(error as Error);
      }
    });
  }

  /** Resolves at the echo. Whatever goes wrong ends the connection: what is on the wire then belongs to nobody. */
  async send(target: EcuAddress, payload: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.#inbox.end !== undefined) throw this.#inbox.end;
    const isFunctional = isFunctionalAddress(target);
    const telegram = encodeTelegram({ target, source: CAN_TESTER_ADDRESS, isFunctional, payload });
    const wait = new Wait<void>({
      clock: this.#clock,
      delayMs: (telegram.length * BITS_PER_BYTE * 1000) / DCAN_BAUD + ECHO_TIMEOUT_MS,
      atDeadline: () => this.#finish(noEchoError(this.#stream)),
      atEnd: () => {
        this.#echo = undefined;
      },
      signal,
    });
    this.#echo = { telegram, wait };
    this.#target = target;
    this.#stream.write(telegram)?.catch((error: unknown) => wait.reject(error));
    await wait.promise;
  }

  receive(deadlineMs: number, signal: AbortSignal | undefined): ReturnType<Transport['receive']> {
    return this.#inbox.receive(deadlineMs, signal, (wait) =>
      this.#buffer.insideFrame ? this.#finish(truncatedError(this.#stream)) : wait.resolve(undefined),
    );
  }

  async close(): Promise<void> {
    this.#finish(new KombiError({ code: 'link.closed', message: `${this.#stream.description} was closed` }));
    await this.#stream.close();
  }

  #take({ target, source, payload, bytes }: Telegram): void {
    if (source === CAN_TESTER_ADDRESS) this.#takeEcho(bytes);
    else if (target === CAN_TESTER_ADDRESS && this.#hears(source as EcuAddress)) {
      this.#inbox.offer({ source: source as EcuAddress, payload: copyBytes(payload) });
    }
  }

  #takeEcho(bytes: Uint8Array): void {
    if (this.#echo !== undefined && equalBytes(bytes, this.#echo.telegram)) this.#echo.wait.resolve();
    else if (this.#echo !== undefined) this.#finish(wrongEchoError(this.#stream));
  }

  #hears(source: EcuAddress): boolean {
    return this.#target !== undefined && (isFunctionalAddress(this.#target) || source === this.#target);
  }

  /** What has arrived before the end can still be received. */
  #finish(error: Error): void {
    if (this.#inbox.close(error)) this.#echo?.wait.reject(error);
  }
}

function lostError(stream: ByteStream, cause: Error): KombiError {
  return new KombiError({
    code: 'link.closed',
    message: `${stream.description} is gone`,
    hint: 'Plug the cable in again, then repeat the command.',
    cause,
  });
}

function noEchoError(stream: ByteStream): KombiError {
  return new KombiError({
    code: 'link.no-echo',
    message: `${stream.description} did not repeat the request within ${ECHO_TIMEOUT_MS} ms, as a K+DCAN cable does`,
    hint: 'Check that it is a K+DCAN cable, set to D-CAN, plugged into the car. An FTDI latency timer of 16 ms may be the cause too: `kombi doctor` tells.',
  });
}

function wrongEchoError(stream: ByteStream): KombiError {
  return new KombiError({
    code: 'link.wrong-echo',
    message: `${stream.description} repeated something else than what was sent`,
    hint: 'Check the plugs, and that no other program uses the cable; then try again.',
  });
}

function truncatedError(stream: ByteStream): KombiError {
  return new KombiError({
    code: 'link.dcan-truncated',
    message: `${stream.description} fell silent in the middle of a telegram`,
    hint: 'Check the plugs; then try again.',
  });
}
