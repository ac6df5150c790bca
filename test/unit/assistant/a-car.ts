import { type EcuAddress, ecuAddress, type Vin } from '../../../src/core/index.ts';
import type { SosFacts } from '../../../src/vehicle/index.ts';

export const TODAY = '2026-11-20';
const VIN = 'WBA6C92010D000001' as Vin;
const ATM = ecuAddress(0x61);

export interface ACar {
  /** Trouble codes, `61:B7F341`. */
  readonly codes?: readonly string[];
  readonly present?: boolean;
  readonly series?: string | undefined;
  readonly built?: string | undefined;
  /** Active messages; undefined: the cluster does not tell. */
  readonly messages?: readonly number[] | undefined;
  readonly stored?: readonly number[];
  readonly unit?: 'answers' | 'silent' | 'absent' | 'foreign';
  readonly silent?: readonly number[];
  readonly voltage?: number;
  readonly iLevel?: string;
  readonly compared?: 'same' | 'coding' | 'unit';
}

/** What a car of these properties would have told. */
export function aCar(options: ACar): SosFacts {
  const { codes = [], present = true, unit = 'answers', silent = [], stored = [], compared } = options;
  const { series, built, messages } = { series: 'F06', built: '2015-03', messages: [299], ...options };
  const atm = unit === 'absent' ? [] : [{ address: ATM, name: 'ATM', answers: unit !== 'silent' }];
  const letter = series?.[0];
  return {
    vehicle: {
      vin: VIN,
      series,
      model: undefined,
      productionDate: built,
      iLevels: options.iLevel === undefined ? undefined : { current: options.iLevel, last: undefined, shipment: undefined },
    },
    coding: {
      rule: letter === 'E' ? 'e-series' : letter === 'G' ? 'signed' : letter === 'F' ? 'plain' : 'unknown',
      family: letter === 'E' || letter === 'F' || letter === 'G' ? letter : 'unknown',
      reason: `${series}: as its series says`,
    },
    voltage: options.voltage ?? 13.4,
    ecus: [
      { address: ecuAddress(0x60), name: 'KOMBI', answers: true },
      ...atm,
      ...silent.map((address) => ({ address: ecuAddress(address), name: 'ECU', answers: false })),
    ],
    unit: { vin: unit === 'foreign' ? ('WBA6C92010D000009' as Vin) : VIN, built: built && `${built}-12` },
    faults: codes.map((text) => ({ ecu: ecuAddress(Number.parseInt(text.slice(0, 2), 16)), code: text.slice(3), present })),
    faultsToldBy: unit === 'answers' || unit === 'foreign' ? ([0x60, 0x61] as EcuAddress[]) : ([0x60] as EcuAddress[]),
    messages: messages && { active: messages, stored: stored.map((id) => ({ id, mileageKm: 112_000 })) },
    hidden: [],
    compared:
      compared === undefined
        ? []
        : [{ ecu: ATM, backup: 'f5bf855efb95855a', result: compared, blocks: compared === 'coding' ? ['61:3000'] : [] }],
  };
}
