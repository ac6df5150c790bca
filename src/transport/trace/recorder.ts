import { type EcuAddress, isKombiError, messageOf } from '../../core/index.ts';
import type { TracedStep, TraceEvent, TraceHeader } from '../../recording/index.ts';
import type { Message, ProveOptions, Transport } from '../transport.ts';

/** Where the lines of a trace go. Nothing that goes wrong there may disturb what is recorded, so neither throws. */
export interface TraceSink {
  begin(header: TraceHeader): void;
  add(event: TraceEvent): void;
  close(): void;
}

export interface RecordOptions {
  readonly sink: TraceSink;
  /** Name and version of the program. */
  readonly tool: string;
  readonly date: Date;
}

type Unstamped<Event = TraceEvent> = Event extends unknown ? Omit<Event, 'ms'> : never;

/** A transport that writes down what passes through it, and what it says of itself; else it is the one inside. */
export function recordTransport(inner: Transport, options: RecordOptions): Transport {
  return new Recorder(inner, options);
}

class Recorder implements Transport {
  readonly #inner: Transport;
  readonly #sink: TraceSink;
  readonly #startedAt: number;
  #open = false;

  constructor(inner: Transport, { sink, tool, date }: RecordOptions) {
    this.#inner = inner;
    this.#sink = sink;
    this.#startedAt = inner.clock.now();
    sink.begin({ tool, date: date.toISOString(), link: inner.description, redacted: false });
  }

  get description() {
    return this.#inner.description;
  }
  get portName() {
    return this.#inner.portName;
  }
  get clock() {
    return this.#inner.clock;
  }
  get capabilities() {
    return this.#inner.capabilities;
  }
  get adapter() {
    return this.#inner.adapter;
  }

  async open(signal?: AbortSignal): Promise<void> {
    // What opens anew closes first, by itself.
    this.#closed();
    await this.#watch('open', () => this.#inner.open(signal));
    const { kind, firmware, voltage } = this.adapter;
    this.#open = true;
    this.#note({
      kind: 'open',
      link: {
        adapter: kind,
        ...this.capabilities,
        ...(voltage === undefined ? {} : { voltage }),
        ...(firmware === undefined ? {} : { firmware }),
      },
    });
  }

  async send(...[target, payload, signal]: Parameters<Transport['send']>): Promise<void> {
    // What was stopped before it began never left.
    signal?.throwIfAborted();
    this.#note({ kind: 'sent', ecu: target, payload });
    await this.#watch('send', () => this.#inner.send(target, payload, signal));
  }

  async receive(...[deadlineMs, signal]: Parameters<Transport['receive']>): Promise<Message | undefined> {
    // One that asks what is there already does not wait, and finding nothing is no event.
    const waits = deadlineMs > this.clock.now();
    const message = await this.#watch('receive', () => this.#inner.receive(deadlineMs, signal));
    if (message !== undefined) this.#note({ kind: 'received', ecu: message.source, payload: message.payload });
    else if (waits) this.#note({ kind: 'silence' });
    return message;
  }

  async ignition(signal?: AbortSignal): ReturnType<Transport['ignition']> {
    const ignition = await this.#inner.ignition(signal);
    this.#note({ kind: 'ignition', ignition });
    return ignition;
  }

  async proveWrites(target: EcuAddress, options: ProveOptions = {}): Promise<boolean> {
    if (this.#inner.proveWrites === undefined) return this.capabilities.writesProven;
    const proven = await this.#watch('proof', async () => this.#inner.proveWrites?.(target, options));
    this.#note({ kind: 'proved', proven: proven === true });
    return proven === true;
  }

  async close(): Promise<void> {
    await this.#inner.close();
    this.#closed();
  }

  async dispose(): Promise<void> {
    await this.#inner.dispose();
    this.#closed();
    this.#sink.close();
  }

  #closed(): void {
    if (this.#open) this.#note({ kind: 'close' });
    this.#open = false;
  }

  /** An abort is the program's own doing, and nothing that a link did. */
  async #watch<Result>(step: TracedStep, work: () => Promise<Result> | Result): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (isKombiError(error)) this.#note({ kind: 'failed', step, code: error.code, exit: error.exit, message: messageOf(error) });
      throw error;
    }
  }

  #note(event: Unstamped): void {
    this.#sink.add({ ...event, ms: this.clock.now() - this.#startedAt } as TraceEvent);
  }
}
