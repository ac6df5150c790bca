import {
  type Clock,
  type EcuAddress,
  formatEcuAddress,
  type Ignition,
  isFunctionalAddress,
  isKombiError,
  KombiError,
} from '../../core/index.ts';
import type { OpenByteStream } from '../byte-stream.ts';
import { MAX_MESSAGE_BYTES, SINGLE_FRAME_BYTES } from '../isotp/index.ts';
import type { AdapterIdentity, Message, ProveOptions, Transport, TransportCapabilities } from '../transport.ts';
import { type Proof, proveLongMessages } from '../write-proof.ts';
import { type AdapterFindings, FindingsBook } from './adapter-findings.ts';
import type { AdapterProbe } from './adapter-probe.ts';
import { type AdapterMemory, AdapterSession, isOfTheWay } from './adapter-session.ts';
import { AnswerHabits } from './answer-habits.ts';
import { Chip } from './chip.ts';
import { whyNotWrite, withoutTrust } from './ladder.ts';
import { concludeProbe, probeOn } from './probe-adapter.ts';

const OPEN_ATTEMPTS = 3;
const REOPEN_PAUSE_MS = 200;
/** A program may say at once that nobody answers; it is not asked on any faster. */
const LEAST_LISTENING_MS = 20;
/** The contract's cap on messages that nobody has taken. */
const MAX_WAITING_MESSAGES = 64;

export interface Elm327TransportOptions {
  readonly open: OpenByteStream;
  readonly clock: Clock;
  /** For people: `ELM327 at /dev/ttyUSB0`. */
  readonly description: string;
  readonly portName: string | undefined;
  /** What an adapter was found to be before; of no effect where another answers. */
  readonly known?: AdapterFindings | undefined;
  /** Gets what is known in the end, for the next time. */
  readonly keep?: (findings: AdapterFindings) => Promise<void>;
  /** Stops what was started for this link, such as a mock car. */
  readonly dispose?: () => Promise<void>;
}

export interface Elm327Transport extends Transport {
  /** What is known of the adapter so far; undefined before it was open once. */
  readonly findings: AdapterFindings | undefined;
  /**
   * Finds out by behaviour what the adapter can do, without regard to what was known; afterwards it is as it was, and closed.
   * Sends nothing that lasts, and to the car nothing but reads.
   *
   * @throws {KombiError} `link.*` nobody answers, no ELM327 answers, or the link fails
   */
  probe(signal?: AbortSignal): Promise<AdapterProbe>;
}

/** A transport over an ELM327 or one of its kin, by the best way that it is fit for. */
export function createElm327Transport(options: Elm327TransportOptions): Elm327Transport {
  return new LadderTransport(options);
}

interface Connection {
  readonly session: AdapterSession;
  readonly inbox: Message[];
  /** Whether anything was asked yet. */
  asked: boolean;
  /** What is proved is proved at one rate. */
  mayHasten: boolean;
  writesProven: boolean;
  /** After a `link.*` error nothing is certain but that the link must be opened anew. */
  failure: KombiError | undefined;
}

class LadderTransport implements Elm327Transport {
  readonly description: string;
  readonly portName: string | undefined;
  readonly clock: Clock;
  readonly #options: Elm327TransportOptions;
  readonly #habits = new AnswerHabits();
  readonly #memory: AdapterMemory;
  #connection: Connection | undefined;
  #closing: Promise<void> = Promise.resolve();

  constructor(options: Elm327TransportOptions) {
    this.#options = options;
    this.description = options.description;
    this.portName = options.portName;
    this.clock = options.clock;
    const findings = options.known && new FindingsBook(withoutTrust(options.known));
    this.#memory = { findings, isKept: options.keep !== undefined, leftAtBaud: undefined, maySwitch: true, unanswered: false };
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
    if (this.#connection === undefined) return { kind: 'ELM327' };
    const { findings, voltage } = this.#connection.session;
    return { kind: 'ELM327', firmware: findings.value.name, ...(voltage === undefined ? {} : { voltage }) };
  }

  get findings(): AdapterFindings | undefined {
    return this.#memory.findings?.value;
  }

  async open(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await this.close();
    for (let attempt = 1; ; attempt += 1) {
      const stream = await this.#options.open(signal);
      const chip = new Chip(stream, this.clock);
      try {
        this.#connection = await this.#connect(chip, signal);
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
      const { session } = connection;
      await session.path.hush(signal);
      if (connection.asked) await session.settle(signal);
      if (connection.mayHasten) await session.hasten();
      connection.asked = true;
      this.#memory.unanswered = true;
      await session.path.send(target, payload, { once: this.#habits.ask(target, payload), signal });
    });
  }

  /** A message whose first frame came in time is taken to its end, which may lie behind the deadline: each frame has its own. */
  receive(deadlineMs: number, signal?: AbortSignal): Promise<Message | undefined> {
    return this.#use(async ({ session, inbox, asked }) => {
      signal?.throwIfAborted();
      let listensUntilMs = 0;
      for (;;) {
        const message = inbox.shift();
        if (message !== undefined) return message;
        const event = await session.path.hear(deadlineMs, signal);
        if (event === 'deadline') return undefined;
        if (event === 'idle') {
          // The chip's own patience (ST) is over; ours may not be.
          if (this.clock.now() >= deadlineMs) return undefined;
          if (asked) this.#habits.tookLong();
          const pauseMs = Math.min(listensUntilMs, deadlineMs) - this.clock.now();
          if (pauseMs > 0) await this.clock.sleep(pauseMs, signal);
          listensUntilMs = this.clock.now() + LEAST_LISTENING_MS;
          await session.listen();
        }
      }
    });
  }

  /** @throws {KombiError} `adapter.unfit` (exit 3) naming what an adapter lacks that may only read */
  proveWrites(target: EcuAddress, options: ProveOptions = {}): Promise<boolean> {
    return this.#use(async (connection) => {
      if (connection.writesProven) return true;
      const { session } = connection;
      await session.path.hush(options.signal);
      await session.settle(options.signal);
      connection.mayHasten = false;
      for (;;) {
        session.refuseReader();
        const outcome = await this.#tryProof(target, options);
        connection.writesProven = outcome === 'proven';
        if (connection.writesProven) session.proved();
        if (outcome === 'proven' || outcome === 'unanswered') return connection.writesProven;
        if (!(await session.stepDown(options.signal))) {
          if (outcome === 'only-short') return false;
          throw outcome;
        }
        connection.failure = undefined;
      }
    });
  }

  /** Gives the error of a way that broke at it. */
  async #tryProof(target: EcuAddress, options: ProveOptions): Promise<Proof | KombiError> {
    try {
      return await proveLongMessages(this, target, options);
    } catch (error) {
      if (!isKombiError(error, 'link') || !isOfTheWay(error)) throw error;
      return error;
    }
  }

  /** Pin 15 of the chip is wired on few boards, so ATIGN says nothing about the car. */
  ignition(): Promise<Ignition> {
    return Promise.resolve('unknown');
  }

  async probe(signal?: AbortSignal): Promise<AdapterProbe> {
    await this.close();
    const stream = await this.#options.open(signal);
    const memory = this.#memory;
    const { prober, ecu } = await probeOn(stream, { clock: this.clock, leftAtBaud: memory.leftAtBaud, signal });
    memory.findings = prober.book;
    const isTried = ecu !== undefined && whyNotWrite(prober.book.value) === undefined;
    return concludeProbe(prober, { ecu, proof: isTried ? await this.#prove(ecu, signal) : undefined });
  }

  /** The gate's own proof, of a link opened anew. */
  async #prove(ecu: EcuAddress, signal?: AbortSignal): Promise<boolean> {
    try {
      await this.open(signal);
      return (await this.proveWrites(ecu, { signal })) || (await this.proveWrites(ecu, { signal, protocol: 'kwp' }));
    } catch (error) {
      if (!isKombiError(error, 'link') && !isKombiError(error, 'adapter')) throw error;
      return false;
    } finally {
      await this.close();
    }
  }

  close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection !== undefined) this.#closing = this.#leave(connection);
    return this.#closing;
  }

  async #connect(chip: Chip, signal?: AbortSignal): Promise<Connection> {
    const inbox: Message[] = [];
    const deliver = (message: Message) => {
      this.#habits.hear(message);
      this.#memory.unanswered = false;
      if (inbox.length === MAX_WAITING_MESSAGES) inbox.shift();
      inbox.push(message);
    };
    const session = await AdapterSession.open(chip, { clock: this.clock, memory: this.#memory, deliver }, signal);
    return { session, inbox, asked: false, mayHasten: true, writesProven: false, failure: undefined };
  }

  async #leave({ session }: Connection): Promise<void> {
    const { chip } = session;
    const gone = chip.failure !== undefined;
    chip.fail(closed(this.description));
    if (!gone) await session.leave(new Chip(chip.stream, this.clock)).catch(() => {});
    await chip.stream.close();
  }

  async dispose(): Promise<void> {
    await this.close();
    const { keep, dispose } = this.#options;
    if (this.findings?.identity !== undefined) await keep?.(this.findings).catch(() => {});
    await dispose?.().catch(() => {});
  }

  async #use<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = this.#connection;
    if (connection === undefined) throw closed(this.description);
    if (connection.failure !== undefined) throw connection.failure;
    try {
      return await work(connection);
    } catch (error) {
      if (!isKombiError(error, 'link')) throw error;
      connection.failure = error;
      connection.session.blame(error);
      throw (await connection.session.unmask()) ?? error;
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
