import { type Clock, type EcuAddress, FUNCTIONAL_ADDRESS, formatEcuAddress, isKombiError, KombiError } from '../../core/index.ts';
import type { ByteStream, OpenByteStream } from '../byte-stream.ts';
import {
  encodeFlowControl,
  encodeSingleFrame,
  type FirstFrame,
  FLOW_STATUS,
  IsoTpReceiver,
  IsoTpSender,
  isoTpError,
  MAX_MESSAGE_BYTES,
  SINGLE_FRAME_BYTES,
} from '../isotp/index.ts';
import type { AdapterIdentity, Ignition, Message, Transport, TransportCapabilities } from '../transport.ts';
import { leaveChip, setUpChip } from './adapter-setup.ts';
import { CanChannel, type ChannelEvent } from './can-channel.ts';
import { Chip } from './chip.ts';
import { proveLongMessages } from './write-proof.ts';

/** N_Bs and N_Cr of ISO 15765-2: the wait for a flow control and for the next consecutive frame. */
const FLOW_CONTROL_TIMEOUT_MS = 1000;
const NEXT_FRAME_TIMEOUT_MS = 1000;
/** 12 lines of 20 characters fit the smallest known buffer, 256 bytes, even if none drains meanwhile. */
const BLOCK_FRAMES = 12;
const SEPARATION_TIME = 0;
const OPEN_ATTEMPTS = 3;
const REOPEN_PAUSE_MS = 200;
/** The contract's cap on messages that nobody has taken. */
const MAX_WAITING_MESSAGES = 64;

export interface Elm327TransportOptions {
  readonly open: OpenByteStream;
  readonly clock: Clock;
  /** For people: `ELM327 at /dev/ttyUSB0`. */
  readonly description: string;
  readonly portName: string | undefined;
  /** Stops what was started for this link, such as a mock car. */
  readonly dispose?: () => Promise<void>;
}

/** A transport over an ELM327 or one of its kin, with ISO-TP done here; the chip carries bare CAN frames. */
export function createElm327Transport(options: Elm327TransportOptions): Transport {
  return new Elm327Transport(options);
}

interface Connection {
  readonly stream: ByteStream;
  readonly chip: Chip;
  readonly channel: CanChannel;
  readonly adapter: AdapterIdentity;
  readonly inbox: Message[];
  writesProven: boolean;
  /** Where the answers are to come from; first frames of others are not answered. */
  target: EcuAddress | undefined;
  /** After a `link.*` error nothing is certain but that the link must be opened anew. */
  failure: KombiError | undefined;
}

class Elm327Transport implements Transport {
  readonly description: string;
  readonly portName: string | undefined;
  readonly clock: Clock;
  readonly #options: Elm327TransportOptions;
  #connection: Connection | undefined;
  #closing: Promise<void> = Promise.resolve();

  constructor(options: Elm327TransportOptions) {
    this.#options = options;
    this.description = options.description;
    this.portName = options.portName;
    this.clock = options.clock;
  }

  get capabilities(): TransportCapabilities {
    return {
      maxPayloadBytes: MAX_MESSAGE_BYTES,
      functionalAddressing: true,
      keepAliveDuringRequest: false,
      writesProven: this.#connection?.writesProven ?? false,
    };
  }

  get adapter(): AdapterIdentity {
    return this.#connection?.adapter ?? { kind: 'ELM327' };
  }

  async open(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await this.close();
    for (let attempt = 1; ; attempt += 1) {
      const stream = await this.#options.open(signal);
      const chip = new Chip(stream, this.clock);
      try {
        const adapter = await setUpChip(chip, signal);
        const channel = new CanChannel(chip, this.clock);
        this.#connection = { stream, chip, channel, adapter, inbox: [], writesProven: false, target: undefined, failure: undefined };
        return;
      } catch (error) {
        await stream.close();
        // A WiFi adapter serves one client, and turns the next away until it has noticed that the last one left.
        if (chip.heard || !isKombiError(error, 'link.closed') || attempt === OPEN_ATTEMPTS) throw error;
        await this.clock.sleep(REOPEN_PAUSE_MS, signal);
      }
    }
  }

  async send(target: EcuAddress, payload: Uint8Array, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    refuseUnsendable(target, payload);
    await this.#use(async (connection) => {
      const { channel } = connection;
      await this.#hush(connection, signal);
      await channel.aim(target, signal);
      connection.target = target;
      // No number of answers behind a request: a 7F xx 78 would be counted for the answer.
      if (payload.length <= SINGLE_FRAME_BYTES) await channel.send(encodeSingleFrame(target, payload), 'open', signal);
      else await this.#sendSegments(connection, new IsoTpSender(target, payload), signal);
    });
  }

  /** A message whose first frame came in time is taken to its end, which may lie behind the deadline: each frame has its own. */
  receive(deadlineMs: number, signal?: AbortSignal): Promise<Message | undefined> {
    return this.#use(async (connection) => {
      signal?.throwIfAborted();
      for (;;) {
        const message = connection.inbox.shift();
        if (message !== undefined) return message;
        const event = await connection.channel.next(deadlineMs, signal);
        if (event.kind === 'deadline') return undefined;
        if (event.kind === 'frame') {
          if (event.frame.kind === 'first' && event.source === connection.target)
            await this.#receiveSegments(connection, event.frame, signal);
          else keep(connection, event);
        } else if (this.clock.now() >= deadlineMs) return undefined;
        // The chip's own patience is over (ST), ours is not.
        else await connection.channel.listen();
      }
    });
  }

  proveWrites(target: EcuAddress, signal?: AbortSignal): Promise<boolean> {
    return this.#use(async (connection) => {
      if (connection.writesProven) return true;
      await this.#hush(connection, signal);
      // An unknown command must be refused: a chip that says OK to anything says nothing with its OKs.
      const honest = (await connection.chip.ask('ATXX1', signal)).at(-1) === '?';
      connection.writesProven = honest && (await proveLongMessages(this, target, signal));
      return connection.writesProven;
    });
  }

  /** Pin 15 of the chip is wired on few boards, so ATIGN says nothing about the car. */
  ignition(): Promise<Ignition> {
    return Promise.resolve('unknown');
  }

  close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection !== undefined) this.#closing = this.#leave(connection);
    return this.#closing;
  }

  async #leave(connection: Connection): Promise<void> {
    const gone = connection.chip.failure !== undefined;
    connection.chip.fail(closed(this.description));
    // A second chip on the same stream, so that a call still under way cannot get between.
    if (!gone) await leaveChip(new Chip(connection.stream, this.clock)).catch(() => {});
    await connection.stream.close();
  }

  async dispose(): Promise<void> {
    await this.close();
    await this.#options.dispose?.().catch(() => {});
  }

  async #use<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = this.#connection;
    if (connection === undefined) throw closed(this.description);
    if (connection.failure !== undefined) throw connection.failure;
    try {
      return await work(connection);
    } catch (error) {
      if (isKombiError(error, 'link')) connection.failure = error;
      throw error;
    }
  }

  /** Brings the chip to its prompt and keeps the messages that had come. */
  async #hush(connection: Connection, signal?: AbortSignal): Promise<void> {
    await connection.channel.stop(signal);
    for (;;) {
      const event = await connection.channel.next(Number.NEGATIVE_INFINITY, signal);
      if (event.kind !== 'frame') return;
      keep(connection, event);
    }
  }

  async #sendSegments(connection: Connection, sender: IsoTpSender, signal?: AbortSignal): Promise<void> {
    const { channel } = connection;
    await channel.send(sender.first, 'open', signal);
    let notBeforeMs = Number.NEGATIVE_INFINITY;
    while (sender.step !== 'done') {
      if (sender.step === 'flow-control') {
        await this.#awaitFlowControl(connection, sender, signal);
        await this.#hush(connection, signal);
        continue;
      }
      const pauseMs = notBeforeMs - this.clock.now();
      if (pauseMs > 0) await this.clock.sleep(pauseMs, signal);
      await channel.send(sender.next(), sender.step === 'frame' ? 'none' : 'open', signal);
      notBeforeMs = this.clock.now() + sender.separationMs;
    }
  }

  async #awaitFlowControl(connection: Connection, sender: IsoTpSender, signal?: AbortSignal): Promise<void> {
    while (sender.step === 'flow-control') {
      const event = await connection.channel.next(this.clock.now() + FLOW_CONTROL_TIMEOUT_MS, signal);
      if (event.kind !== 'frame') throw isoTpError('no-flow-control', `ECU ${name(connection)} did not say that it takes the message`);
      if (event.source === connection.target && event.frame.kind === 'flow-control') sender.takeFlowControl(event.frame);
      else keep(connection, event);
    }
  }

  async #receiveSegments(connection: Connection, first: FirstFrame, signal?: AbortSignal): Promise<void> {
    const { channel, target } = connection;
    if (target === undefined) return;
    const receiver = new IsoTpReceiver(first, { blockSize: BLOCK_FRAMES });
    while (receiver.step !== 'whole') {
      if (receiver.step === 'flow-control') {
        await channel.stop(signal);
        await channel.send(
          encodeFlowControl(target, FLOW_STATUS.continueToSend, BLOCK_FRAMES, SEPARATION_TIME),
          receiver.nextBlockFrames,
          signal,
        );
        receiver.sentFlowControl();
      }
      const event = await channel.next(this.clock.now() + NEXT_FRAME_TIMEOUT_MS, signal);
      if (event.kind !== 'frame')
        throw isoTpError('missing', `ECU ${name(connection)} fell silent ${receiver.missingFrames} frames before the end of a message`);
      if (event.source === target) receiver.take(event.frame);
      else keep(connection, event);
      if (receiver.step !== 'frame') await channel.finish(signal);
    }
    deliver(connection, { source: target, payload: receiver.message });
  }
}

function keep(connection: Connection, event: ChannelEvent & { kind: 'frame' }): void {
  // Long answers to a functional request would need one flow control per ECU at once: they are left alone.
  if (event.frame.kind === 'single') deliver(connection, { source: event.source, payload: event.frame.data });
}

function deliver(connection: Connection, message: Message): void {
  if (connection.inbox.length === MAX_WAITING_MESSAGES) connection.inbox.shift();
  connection.inbox.push(message);
}

function refuseUnsendable(target: EcuAddress, payload: Uint8Array): void {
  const mostBytes = target === FUNCTIONAL_ADDRESS ? SINGLE_FRAME_BYTES : MAX_MESSAGE_BYTES;
  if (payload.length >= 1 && payload.length <= mostBytes) return;
  throw new KombiError({
    code: 'link.message-too-long',
    message: `a message of ${payload.length} bytes cannot be sent to address ${formatEcuAddress(target)}; 1 to ${mostBytes} bytes can`,
    hint: 'ENET carries longer messages.',
  });
}

function name(connection: Connection): string {
  return connection.target === undefined ? '?' : formatEcuAddress(connection.target);
}

function closed(description: string): KombiError {
  return new KombiError({ code: 'link.closed', message: `${description} is not open`, hint: 'Open the link again.' });
}
