import { closeSync, openSync, writeSync } from 'node:fs';
import { type EcuAddress, formatEcuAddress, KombiError, messageOf, toHex } from '../core/index.ts';
import type { Transport } from '../transport/index.ts';

/** Where traced lines go. */
export interface TraceSink {
  line(text: string): void;
  close(): void;
}

/** @throws {KombiError} `usage.trace` where the file cannot be written */
export function openTrace(path: string): TraceSink {
  let file: number;
  try {
    file = openSync(path, 'w', 0o600);
  } catch (error) {
    throw new KombiError({
      code: 'usage.trace',
      message: `The trace ${path} cannot be written: ${messageOf(error)}`,
      hint: 'Name a file in a folder of yours.',
    });
  }
  return {
    // At once: the last lines matter most when a program or a cable dies.
    line: (text) => void writeSync(file, `${text}\n`),
    close: () => closeSync(file),
  };
}

/**
 * A transport that writes down what passes through it: milliseconds, `>` to or `<` from an ECU, its address, the bytes.
 */
export class TracedTransport implements Transport {
  readonly #inner: Transport;
  readonly #sink: TraceSink;
  readonly #startedAt: number;

  constructor(inner: Transport, sink: TraceSink) {
    this.#inner = inner;
    this.#sink = sink;
    this.#startedAt = inner.clock.now();
    sink.line(`# ${inner.description}`);
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
    await this.#inner.open(signal);
    this.#note(`# open ${[this.adapter.kind, this.adapter.firmware].filter(Boolean).join(' ')}`);
  }

  async send(...[target, payload, signal]: Parameters<Transport['send']>): Promise<void> {
    this.#note(`> ${formatEcuAddress(target)} ${toHex(payload, ' ')}`);
    try {
      await this.#inner.send(target, payload, signal);
    } catch (error) {
      this.#note(`# ${messageOf(error)}`);
      throw error;
    }
  }

  async receive(...[deadlineMs, signal]: Parameters<Transport['receive']>): ReturnType<Transport['receive']> {
    const message = await this.#inner.receive(deadlineMs, signal);
    if (message !== undefined) this.#note(`< ${formatEcuAddress(message.source)} ${toHex(message.payload, ' ')}`);
    return message;
  }

  ignition(signal?: AbortSignal): ReturnType<Transport['ignition']> {
    return this.#inner.ignition(signal);
  }

  async proveWrites(target: EcuAddress, signal?: AbortSignal): Promise<boolean> {
    return (await this.#inner.proveWrites?.(target, signal)) ?? this.capabilities.writesProven;
  }

  async close(): Promise<void> {
    await this.#inner.close();
    this.#note('# close');
  }

  async dispose(): Promise<void> {
    await this.#inner.dispose();
    this.#sink.close();
  }

  #note(text: string): void {
    this.#sink.line(`${(this.clock.now() - this.#startedAt).toFixed(1)} ${text}`);
  }
}
