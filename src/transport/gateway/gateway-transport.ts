import { type Clock, type EcuAddress, type Ignition, KombiError } from '../../core/index.ts';
import type { OpenByteStream } from '../byte-stream.ts';
import type { AnyFrame } from '../frame-buffer.ts';
import type { AdapterIdentity, Transport, TransportCapabilities } from '../transport.ts';
import type { GatewayConnection, GatewayConnectionOptions } from './gateway-connection.ts';

/** A stream just opened, and what is known of the gateway behind it. */
export type Connected = Pick<GatewayConnectionOptions<AnyFrame>, 'stream' | 'served'>;

export interface GatewayTransportOptions {
  readonly open: OpenByteStream;
  /** Makes the connection fit for messages. It closes the stream where it throws. */
  readonly connect: (connected: Connected, signal?: AbortSignal) => Promise<GatewayConnection<AnyFrame>>;
  readonly clock: Clock;
  readonly description: string;
  readonly portName: string | undefined;
  /** `ENET`. */
  readonly kind: string;
  readonly maxPayloadBytes: number;
  /** Without it the ignition is "unknown". */
  readonly ignition?: ((signal?: AbortSignal) => Promise<Ignition>) | undefined;
}

/** A gateway as a {@link Transport}, closed. TCP and the gateway check what they carry: long messages need no proof. */
export class GatewayTransport implements Transport {
  readonly description: string;
  readonly portName: string | undefined;
  readonly clock: Clock;
  readonly capabilities: TransportCapabilities;
  readonly adapter: AdapterIdentity;
  readonly #options: GatewayTransportOptions;
  #connection: GatewayConnection<AnyFrame> | undefined;
  #served = false;

  constructor(options: GatewayTransportOptions) {
    const { description, portName, clock, kind, maxPayloadBytes } = options;
    this.description = description;
    this.portName = portName;
    this.clock = clock;
    this.adapter = { kind };
    this.capabilities = { maxPayloadBytes, functionalAddressing: true, keepAliveDuringRequest: true, writesProven: true };
    this.#options = options;
  }

  async open(signal?: AbortSignal): Promise<void> {
    await this.close();
    const stream = await this.#options.open(signal);
    this.#connection = await this.#options.connect({ stream, served: this.#served }, signal);
  }

  send(target: EcuAddress, payload: Uint8Array, signal?: AbortSignal): Promise<void> {
    const { maxPayloadBytes } = this.capabilities;
    if (payload.length > maxPayloadBytes) {
      return Promise.reject(
        new KombiError({
          code: 'link.message-too-long',
          message: `A message of ${payload.length} bytes does not fit ${this.adapter.kind}: ${maxPayloadBytes} are the most`,
        }),
      );
    }
    return this.#connection?.send(target, payload, signal) ?? Promise.reject(this.#notOpenError());
  }

  receive(deadlineMs: number, signal?: AbortSignal): ReturnType<Transport['receive']> {
    return this.#connection === undefined ? Promise.reject(this.#notOpenError()) : this.#connection.receive(deadlineMs, signal);
  }

  async ignition(signal?: AbortSignal): Promise<Ignition> {
    return this.#options.ignition?.(signal) ?? 'unknown';
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#served ||= connection?.served ?? false;
    await connection?.close();
  }

  dispose(): Promise<void> {
    return this.close();
  }

  #notOpenError(): KombiError {
    return new KombiError({ code: 'link.closed', message: `${this.description} is not open` });
  }
}
