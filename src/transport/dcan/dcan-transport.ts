import { type Clock, type EcuAddress, formatEcuAddress, type Ignition, KombiError } from '../../core/index.ts';
import { MAX_MESSAGE_BYTES } from '../isotp/index.ts';
import type { OpenSerialStream, SerialByteStream } from '../serial/index.ts';
import type { AdapterIdentity, Message, ProveOptions, Transport, TransportCapabilities } from '../transport.ts';
import { proveLongMessages } from '../write-proof.ts';
import { DcanConnection } from './dcan-connection.ts';

export interface DcanTransportOptions {
  readonly open: OpenSerialStream;
  readonly clock: Clock;
  readonly description: string;
  readonly portName: string | undefined;
}

/**
 * A K+DCAN cable as a {@link Transport}, closed: BMW-FAST telegrams on a serial port; what is CAN is done in the cable. No
 * record stands behind a write over one, so it has to prove itself like an ELM327 before it may.
 */
export function createDcanTransport(options: DcanTransportOptions): Transport {
  return new DcanTransport(options);
}

class DcanTransport implements Transport {
  readonly description: string;
  readonly portName: string | undefined;
  readonly clock: Clock;
  readonly adapter: AdapterIdentity = { kind: 'DCAN' };
  readonly #open: OpenSerialStream;
  #stream: SerialByteStream | undefined;
  #connection: DcanConnection | undefined;
  #writesProven = false;

  constructor({ open, clock, description, portName }: DcanTransportOptions) {
    this.#open = open;
    this.clock = clock;
    this.description = description;
    this.portName = portName;
  }

  get capabilities(): TransportCapabilities {
    return {
      // The cable passes on by ISO-TP, whose first frame has 12 bits for the length.
      maxPayloadBytes: MAX_MESSAGE_BYTES,
      functionalAddressing: true,
      keepAliveDuringRequest: false,
      writesProven: this.#writesProven,
    };
  }

  async open(signal?: AbortSignal): Promise<void> {
    await this.close();
    const stream = await this.#open(signal);
    // The cable takes its power from one line and its direction from the other (bmw-diagnostics §10, third-party code).
    await stream.setLines({ dtr: true, rts: false, lowLatency: true });
    this.#stream = stream;
    this.#connection = new DcanConnection(stream, this.clock);
  }

  async send(target: EcuAddress, payload: Uint8Array, signal?: AbortSignal): Promise<void> {
    const connection = this.#opened();
    signal?.throwIfAborted();
    if (payload.length === 0 || payload.length > MAX_MESSAGE_BYTES) {
      throw new KombiError({
        code: 'link.message-too-long',
        message: `A message of ${payload.length} bytes cannot be sent to address ${formatEcuAddress(target)}; 1 to ${MAX_MESSAGE_BYTES} bytes can`,
        hint: 'ENET carries longer messages.',
      });
    }
    await connection.send(target, payload, signal);
  }

  async receive(deadlineMs: number, signal?: AbortSignal): Promise<Message | undefined> {
    return this.#opened().receive(deadlineMs, signal);
  }

  async proveWrites(target: EcuAddress, options: ProveOptions = {}): Promise<boolean> {
    this.#writesProven ||= (await proveLongMessages(this, target, options)) === 'proven';
    return this.#writesProven;
  }

  /** The cable puts the car's voltage on DSR (bmw-diagnostics §10, third-party code); a pseudo-terminal has no such line. */
  async ignition(): Promise<Ignition> {
    const dsr = await this.#stream?.dataSetReady();
    if (dsr === undefined) return 'unknown';
    return dsr ? 'on' : 'off';
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#stream = undefined;
    this.#writesProven = false;
    await connection?.close();
  }

  dispose(): Promise<void> {
    return this.close();
  }

  #opened(): DcanConnection {
    if (this.#connection !== undefined) return this.#connection;
    throw new KombiError({ code: 'link.closed', message: `${this.description} is not open`, hint: 'Open the link again.' });
  }
}
