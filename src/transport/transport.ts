import type { Clock, EcuAddress, Ignition } from '../core/index.ts';

/** One diagnostic message from an ECU. `payload` belongs to the receiver. */
export interface Message {
  readonly source: EcuAddress;
  readonly payload: Uint8Array;
}

/** What a transport can do, as data. */
export interface TransportCapabilities {
  /** Largest UDS message it carries, bytes. */
  readonly maxPayloadBytes: number;
  /** Whether a message to {@link FUNCTIONAL_ADDRESS} reaches every ECU. */
  readonly functionalAddressing: boolean;
  /** Whether tester-present may be sent while an answer is awaited (false: half duplex). */
  readonly keepAliveDuringRequest: boolean;
  /** Whether this link has proved that it carries long messages unharmed both ways; without it nothing is written. */
  readonly writesProven: boolean;
}

/** What is on the other end of the cable, for the screen and the backup's head. Absent: not told. */
export interface AdapterIdentity {
  /** `ENET`, `ELM327`. */
  readonly kind: string;
  /** As it names itself, escaped: `ELM327 v2.1`. */
  readonly firmware?: string;
  /** Supply voltage at the adapter, volts, ±0.5: only ever a warning. */
  readonly voltage?: number;
}

/** How to ask for long messages. */
export interface ProveOptions {
  readonly signal?: AbortSignal | undefined;
  /** How the ECU speaks; absent: UDS. */
  readonly protocol?: 'uds' | 'kwp' | undefined;
}

/**
 * Carries diagnostic messages, not bytes, because one request may earn several answers.
 *
 * Promises that every implementation keeps, and `test/contract` proves:
 *
 * - `send` resolves when the message has left and, where the wire acknowledges, was acknowledged. It is never repeated
 *   by the transport. It rejects with a `link.*` error, after which the message may or may not have arrived.
 * - `receive` gives the messages addressed to the tester in order of arrival, and undefined at the deadline. What
 *   arrives between two calls is kept (up to a cap of 64, then the oldest are dropped).
 * - After a `link.*` error, or a timeout that the caller does not trust, the transport is closed and opened anew.
 *   `open` after `close` gives a clean link: nothing of the old one is delivered.
 * - One `send` or `receive` at a time, except where `keepAliveDuringRequest`.
 * - Every wait ends: by message, deadline, link loss or abort signal. `close` never throws and may be repeated.
 */
export interface Transport {
  /** Where it leads, for people: `ENET 169.254.12.34:6801`. */
  readonly description: string;
  /** What two programs must not share: host and port, or the device's real path. Undefined: nobody else can reach it. */
  readonly portName: string | undefined;
  readonly clock: Clock;
  /** Valid once open. */
  readonly capabilities: TransportCapabilities;
  /** Valid once open. */
  readonly adapter: AdapterIdentity;

  /** @throws {KombiError} `link.*` when nothing answers; `adapter.*` (exit 3) when what answers is not fit */
  open(signal?: AbortSignal): Promise<void>;
  send(target: EcuAddress, payload: Uint8Array, signal?: AbortSignal): Promise<void>;
  /**
   * @param deadlineMs a time on `clock`, not a duration
   * @returns what has arrived already, or that nothing has and the deadline is past, without a promise where that can be told at once
   */
  receive(deadlineMs: number, signal?: AbortSignal): Promise<Message | undefined> | Message | undefined;
  /**
   * Only where `writesProven` is not true from the start: tries, with reads of one ECU, whether long messages arrive
   * unharmed both ways, and gives what `writesProven` says from then on, until `close`.
   *
   * @throws {KombiError} `link.*` when the link fails at it, which proves nothing
   */
  proveWrites?(target: EcuAddress, options?: ProveOptions): Promise<boolean>;
  /** Asks the link itself, not an ECU. */
  ignition(signal?: AbortSignal): Promise<Ignition>;
  /** Ends the connection; `open` may follow. */
  close(): Promise<void>;
  /** Closes for good and stops whatever the link started itself, such as a mock car. Never throws. */
  dispose(): Promise<void>;
}
