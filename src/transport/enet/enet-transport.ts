import { type Clock, type EcuAddress, ENET_TESTER_ADDRESS, type Ignition, KombiError } from '../../core/index.ts';
import type { OpenByteStream } from '../byte-stream.ts';
import type { AdapterIdentity, Message, Transport, TransportCapabilities } from '../transport.ts';
import { HsfzConnection } from './hsfz-connection.ts';
import { HSFZ_ADDRESS_BYTES, HSFZ_MAX_BODY_BYTES } from './hsfz-frame.ts';
import { readTerminal15 } from './terminal-15.ts';

export interface EnetTransportOptions {
  readonly open: OpenByteStream;
  readonly clock: Clock;
  readonly description: string;
  readonly portName: string | undefined;
  /** The gateway's control port, for terminal 15. Without it the ignition is "unknown". */
  readonly control?: OpenByteStream | undefined;
  readonly tester?: EcuAddress | undefined;
  readonly ackTimeoutMs?: number | undefined;
}

/** gallia gives the acknowledgement 1000 ms, EdiabasLib 10 000 (bmw-diagnostics §1.2, third-party code). */
const ACK_TIMEOUT_MS = 2000;
const CAPABILITIES: TransportCapabilities = {
  maxPayloadBytes: HSFZ_MAX_BODY_BYTES - HSFZ_ADDRESS_BYTES,
  functionalAddressing: true,
  keepAliveDuringRequest: true,
  writesProven: true,
};

/**
 * HSFZ as a {@link Transport}, closed.
 *
 * It sends nothing of its own but answers to alive checks. One source has gateways end a connection after about five
 * silent seconds, EdiabasLib sends nothing when idle and works (bmw-diagnostics §1.2): so an idle connection may be
 * lost, which the next call tells.
 */
export function createEnetTransport(options: EnetTransportOptions): Transport {
  return new EnetTransport(options);
}

class EnetTransport implements Transport {
  readonly description: string;
  readonly portName: string | undefined;
  readonly clock: Clock;
  readonly capabilities = CAPABILITIES;
  readonly adapter: AdapterIdentity = { kind: 'ENET' };
  readonly #options: EnetTransportOptions;
  #connection: HsfzConnection | undefined;

  constructor(options: EnetTransportOptions) {
    this.description = options.description;
    this.portName = options.portName;
    this.clock = options.clock;
    this.#options = options;
  }

  async open(signal?: AbortSignal): Promise<void> {
    await this.close();
    this.#connection = new HsfzConnection({
      stream: await this.#options.open(signal),
      clock: this.clock,
      tester: this.#options.tester ?? ENET_TESTER_ADDRESS,
      ackTimeoutMs: this.#options.ackTimeoutMs ?? ACK_TIMEOUT_MS,
    });
  }

  send(target: EcuAddress, payload: Uint8Array, signal?: AbortSignal): Promise<void> {
    if (payload.length > CAPABILITIES.maxPayloadBytes) {
      return Promise.reject(
        new KombiError({
          code: 'link.message-too-long',
          message: `A message of ${payload.length} bytes does not fit ENET: ${CAPABILITIES.maxPayloadBytes} are the most`,
        }),
      );
    }
    return this.#connection?.send(target, payload, signal) ?? Promise.reject(this.#notOpenError());
  }

  receive(deadlineMs: number, signal?: AbortSignal): Promise<Message | undefined> {
    return this.#connection?.receive(deadlineMs, signal) ?? Promise.reject(this.#notOpenError());
  }

  async ignition(signal?: AbortSignal): Promise<Ignition> {
    return this.#options.control === undefined ? 'unknown' : readTerminal15(this.#options.control, this.clock, signal);
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close();
  }

  dispose(): Promise<void> {
    return this.close();
  }

  #notOpenError(): KombiError {
    return new KombiError({ code: 'link.closed', message: `${this.description} is not open` });
  }
}
