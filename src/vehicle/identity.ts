import type { EcuAddress, Vin } from '../core/index.ts';

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
  /** As the vehicle order names it, without its padding: `F06`. */
  readonly series: string | undefined;
  /** From the type key, where the catalog knows it: `640d Gran Coupé`. */
  readonly model: string | undefined;
  readonly typeKey: string | undefined;
  readonly iLevels: ILevels | undefined;
  /** The vehicle order as read, for the backup's head. */
  readonly vehicleOrder: Uint8Array | undefined;
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
  readonly entries: readonly SvkEntry[];
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
