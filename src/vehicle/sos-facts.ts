import type { EcuAddress, Vin } from '../core/index.ts';
import type { VehicleIdentity } from './identity.ts';
import type { RuledCoding } from './series.ts';

/** What one ECU holds, against the last backup that has it. */
export interface ComparedEcu {
  readonly ecu: EcuAddress;
  /** The backup's id. */
  readonly backup: string;
  /** `unit`: other software, or another unit; `coding`: the same unit, other bytes. */
  readonly result: 'same' | 'coding' | 'unit';
  /** `61:3000`, where the bytes differ. */
  readonly blocks: readonly string[];
}

/** What a car says that bears on its emergency call. What it does not say is undefined. */
export interface SosFacts {
  readonly vehicle: Pick<VehicleIdentity, 'vin' | 'series' | 'model' | 'productionDate' | 'iLevels'>;
  readonly coding: RuledCoding;
  /** Volts. */
  readonly voltage: number | undefined;
  /** Every ECU that was found, silent ones included. */
  readonly ecus: readonly { readonly address: EcuAddress; readonly name: string; readonly answers: boolean }[];
  /** The emergency-call unit: the VIN that it names, and the day it was made, `2015-03-12`. */
  readonly unit: { readonly vin: Vin | undefined; readonly built: string | undefined };
  /** Of the units that matter here, and which of them told any or that they have none. */
  readonly faults: readonly { readonly ecu: EcuAddress; readonly code: string; readonly present: boolean }[];
  readonly faultsToldBy: readonly EcuAddress[];
  /** What the cluster stores of messages; undefined where it does not tell. */
  readonly messages:
    | { readonly active: readonly number[]; readonly stored: readonly { readonly id: number; readonly mileageKm: number }[] }
    | undefined;
  /** Of the messages that say the emergency call failed: those that coding hides. Undefined where nobody knows. */
  readonly hidden: readonly number[] | undefined;
  readonly compared: readonly ComparedEcu[];
}
