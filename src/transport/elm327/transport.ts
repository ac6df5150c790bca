import {
  type Clock,
  type EcuAddress,
  formatEcuAddress,
  type Ignition,
  isFunctionalAddress,
  isKombiError,
  KombiError,
} from '../../core/index.ts';
import type { ByteStream, OpenByteStream } from '../byte-stream.ts';
import { encodeSingleFrame, MAX_MESSAGE_BYTES, SINGLE_FRAME_BYTES } from '../isotp/index.ts';
import type { AdapterIdentity, Message, ProveOptions, Transport, TransportCapabilities } from '../transport.ts';
import { type ChipSetUp, leaveChip, setUpChip } from './adapter-setup.ts';
import { AnswerHabits } from './answer-habits.ts';
import { CanChannel, type FrameEvent } from './can-channel.ts';
import { Chip } from './chip.ts';
import { type Conversation, hush, receiveLong, sendLong } from './long-messages.ts';
import { proveLongMessages } from './write-proof.ts';

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

interface Connection extends ChipSetUp {
  readonly stream: ByteStream;
  readonly chip: Chip;
  readonly channel: CanChannel;
  readonly inbox: Message[];
  readonly keep: (event: FrameEvent) => void;
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
  readonly #habits = new AnswerHabits();
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
        const setUp = await setUpChip(chip, signal);
        this.#connection = this.#connect(stream, chip, setUp);
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
      await hush(connection, signal);
      await channel.aim(target, signal);
      connection.target = target;
      // Else no number of answers behind a request: a 7F xx 78 would be counted for the answer.
      const answers = this.#habits.ask(target, payload) && connection.monitorsAwake ? 1 : 'open';
      if (payload.length <= SINGLE_FRAME_BYTES) await channel.send(encodeSingleFrame(target, payload), answers, signal);
      else await sendLong(this.#with(target, connection), payload, signal);
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
        if (event.kind === 'idle') {
          // The chip's own patience (ST) is over; ours may not be.
          if (this.clock.now() >= deadlineMs) return undefined;
          this.#habits.tookLong();
          await connection.channel.listen();
        } else if (event.frame.kind === 'first' && event.source === connection.target) {
          const payload = await receiveLong(this.#with(event.source, connection), event.frame, signal);
          this.#deliver(connection.inbox, { source: event.source, payload });
        } else connection.keep(event);
      }
    });
  }

  proveWrites(target: EcuAddress, options: ProveOptions = {}): Promise<boolean> {
    return this.#use(async (connection) => {
      if (connection.writesProven) return true;
      await hush(connection, options.signal);
      connection.writesProven = await proveLongMessages(this, target, options);
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
    const { chip, stream } = connection;
    const gone = chip.failure !== undefined;
    chip.fail(closed(this.description));
    // A second dialogue on the same stream, so that a call still under way cannot get between.
    if (!gone) await leaveChip(new Chip(stream, this.clock), chip.busy).catch(() => {});
    await stream.close();
  }

  async dispose(): Promise<void> {
    await this.close();
    await this.#options.dispose?.().catch(() => {});
  }

  #with(target: EcuAddress, { channel, keep }: Connection): Conversation {
    return { channel, clock: this.clock, target, keep };
  }

  #connect(stream: ByteStream, chip: Chip, setUp: ChipSetUp): Connection {
    const inbox: Message[] = [];
    const keep = ({ source, frame }: FrameEvent) => {
      // Long answers to a functional request would need one flow control per ECU at once: they are left alone.
      if (frame.kind === 'single') this.#deliver(inbox, { source, payload: frame.data });
    };
    const channel = new CanChannel(chip, this.clock);
    return { ...setUp, stream, chip, channel, inbox, keep, writesProven: false, target: undefined, failure: undefined };
  }

  #deliver(inbox: Message[], message: Message): void {
    this.#habits.hear(message);
    if (inbox.length === MAX_WAITING_MESSAGES) inbox.shift();
    inbox.push(message);
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
}

function refuseUnsendable(target: EcuAddress, payload: Uint8Array): void {
  const mostBytes = isFunctionalAddress(target) ? SINGLE_FRAME_BYTES : MAX_MESSAGE_BYTES;
  if (payload.length >= 1 && payload.length <= mostBytes) return;
  throw new KombiError({
    code: 'link.message-too-long',
    message: `A message of ${payload.length} bytes cannot be sent to address ${formatEcuAddress(target)}; 1 to ${mostBytes} bytes can`,
    hint: 'ENET carries longer messages.',
  });
}

function closed(description: string): KombiError {
  return new KombiError({ code: 'link.closed', message: `${description} is not open`, hint: 'Open the link again.' });
}
