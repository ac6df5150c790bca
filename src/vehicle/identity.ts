import type { EcuAddress, Vin } from '../core/index.ts';
import type { VehicleOrder } from './vehicle-order.ts';

/** How a car is talked to: F- and G-series by UDS, E-series by KWP2000. */
export type Protocol = 'uds' | 'kwp';

/** Three I-levels as the car keeps them; the order current, last, shipment is likely, not proven (bmw-diagnostics §5.3). */
export interface ILevels {
  readonly current: string;
  readonly last: string | undefined;
  readonly shipment: string | undefined;
}

/** Who this car is. What the car does not say is undefined. */
export interface VehicleIdentity {
  readonly vin: Vin;
  /** The ECU that told the VIN. */
  readonly vinSource: EcuAddress;
  /** The way in which it was asked, and in which its ECUs are. */
  readonly protocol: Protocol;
  /** As the vehicle order names it, without its padding: `F06`. */
  readonly series: string | undefined;
  /** From the type key, where the catalog knows it: `640d Gran Coupé`. */
  readonly model: string | undefined;
  readonly typeKey: string | undefined;
  /**
   * Year and month of the order's criterion, `2015-03`: the standard that the car was built to. Derived: on both recorded
   * cars it is the month of the I-level at shipment; the ECUs of the one of 03/2017 are dated up to June of that year.
   */
  readonly productionDate: string | undefined;
  readonly iLevels: ILevels | undefined;
  /** The vehicle order as read, for the backup's head. */
  readonly vehicleOrder: Uint8Array | undefined;
  /** The same, decoded. */
  readonly order: VehicleOrder | undefined;
}

/** One entry of an ECU's SVK: `CAFD_7E570601_001_000_000`. */
export interface SvkEntry {
  /** `CAFD`, `SWFL`, …; two hex digits where the class is unknown. */
  readonly processClass: string;
  /** Eight upper-case hex digits. */
  readonly id: string;
  readonly version: readonly [main: number, sub: number, patch: number];
}

export interface Svk {
  /** The whole answer behind `62 F1 01`. */
  readonly raw: Uint8Array;
  /** Four hex digits; `0101` is in order. Here and below undefined where the answer ends before. */
  readonly programmingStatus: string | undefined;
  /** When it was programmed last, `2018-01-30`; undefined too where the bytes are no date. */
  readonly date: string | undefined;
  /** Who programmed it, ten bytes in hex. */
  readonly fingerprint: string | undefined;
  readonly entries: readonly SvkEntry[];
  /** Whether it holds all the entries that it says it has. */
  readonly complete: boolean;
}

/** Which ECU this is, exactly enough that a block read from one is never written to another. */
export interface EcuIdentity {
  readonly address: EcuAddress;
  /** From the catalog; the address in hex where it knows none. */
  readonly name: string;
  /** DID F18C, escaped ASCII where printable, else hex. Undefined: not told. */
  readonly serial: string | undefined;
  readonly svk: Svk | undefined;
}

/** What else an ECU tells of itself, for whoever looks at it. Undefined: not told. */
export interface EcuDetails {
  /** DID F18A, six hex digits. */
  readonly supplier: string | undefined;
  /** DID F18B, `2017-06-16`; undefined too where the bytes are no date. */
  readonly date: string | undefined;
}
