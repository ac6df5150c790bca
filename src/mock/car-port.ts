import type { Clock } from '../core/index.ts';

/** A request as it reaches the car, whatever wire it came over. Addresses are bare bytes here: the mock shares no codec with the client. */
export interface CarRequest {
  /** 0xF4 or 0xF5 on ENET, 0x0EF3 or another of two bytes on DoIP, 0xF1 on CAN. */
  readonly tester: number;
  /** An ECU's address, or a functional one for all of them. */
  readonly target: number;
  /** One whole UDS message. */
  readonly payload: Uint8Array;
}

/** Gives one answer of the car; called zero or more times, at once or later. */
export type CarReply = (source: number, payload: Uint8Array) => void;

/**
 * The car as its wire ends (the HSFZ gateway, the CAN bus behind the ELM327) see it.
 * Both ends of one car may be served at once.
 */
export interface CarPort {
  readonly vin: string;
  readonly clock: Clock;
  /** Addresses that answer at present. */
  ecuAddresses(): readonly number[];
  /** Whether that address means all ECUs at once: DF on F-series and later, EF before. */
  isFunctional(address: number): boolean;
  /** @returns false when nobody has that address; the wire end decides how that looks */
  request(request: CarRequest, reply: CarReply): boolean;
  /** A part of a long request has come: no session runs out while one is received (ISO 14229-2: S3server stops). */
  hears?(address: number): void;
  /** What a CAN ECU puts into its flow control towards the tester (ISO 15765-2); default block size 0, separation time 0. */
  canFlowControl(address: number): { readonly blockSize: number; readonly separationTime: number };
  /** Supply voltage as an adapter measures it, volts. */
  voltage(): number;
  /** Whether terminal 15 is on. */
  ignition(): boolean;
  /** The faults to inject; wire ends ask it for theirs. */
  readonly faults: FaultBoard;
}

/** A car with a gateway that can be found on a network. */
export interface NetworkedCar extends CarPort {
  /** Twelve hex digits. */
  readonly mac: string;
}

/**
 * A fault to inject, as a value. Text form, for `fault=` and `--fault`:
 * `<kind>[:<value>][,ecu=60][,service=2E][,did=3301][,after=3][,times=1]`; numbers `after` and `times` decimal, the
 * rest hex. It waits until `after` matching events have passed unharmed, then strikes `times` times (default: for
 * good, `times=0`). What counts as an event is the kind's own: a request at an ECU, a frame on a wire.
 */
export interface Fault {
  readonly kind: string;
  readonly value?: string;
  readonly ecu?: number;
  readonly service?: number;
  readonly did?: number;
  readonly after: number;
  readonly times: number;
}

/** What a fault of a kind is asked about. */
export interface FaultEvent {
  readonly ecu?: number;
  readonly service?: number;
  readonly did?: number;
}

export interface FaultBoard {
  /** Counts the event for every fault of that kind which matches it; gives the fault that strikes now, if any. */
  strike(kind: string, event?: FaultEvent): Fault | undefined;
  add(fault: Fault): void;
  /** How often each fault has struck, in the order added: for counting honestly. */
  struck(): readonly { readonly fault: Fault; readonly times: number }[];
}
