import type { Settings, UserProtocol } from './settings.ts';

/** How a protocol number introduces itself (DP). @see elm327.md §2.1 (primary document) */
const NAMES: Readonly<Record<string, string>> = {
  '0': 'AUTO',
  '1': 'SAE J1850 PWM',
  '2': 'SAE J1850 VPW',
  '3': 'ISO 9141-2',
  '4': 'ISO 14230-4 (KWP 5BAUD)',
  '5': 'ISO 14230-4 (KWP FAST)',
  '6': 'ISO 15765-4 (CAN 11/500)',
  '7': 'ISO 15765-4 (CAN 29/500)',
  '8': 'ISO 15765-4 (CAN 11/250)',
  '9': 'ISO 15765-4 (CAN 29/250)',
  A: 'SAE J1939 (CAN 29/250)',
};

/** User protocols as the chip leaves the factory: 125 and 50 kbit/s. */
export const FACTORY_USER_PROTOCOLS: Readonly<Record<'B' | 'C', UserProtocol>> = {
  B: { options: 0xe0, divisor: 4 },
  C: { options: 0xe0, divisor: 10 },
};

/** An opened CAN protocol: what PB, V and the number said at that moment. */
export interface OpenProtocol {
  readonly wide: boolean;
  readonly kbitPerS: number;
  /** Whether the chip knows ISO 15765-2 on it; otherwise frames pass as they are. */
  readonly isoTp: boolean;
  readonly variableDlc: boolean;
}

/** @returns undefined for the K-line and J1850, on which this car is silent */
export function openProtocol(number: string, user: Readonly<Record<'B' | 'C', UserProtocol>>): OpenProtocol | undefined {
  switch (number) {
    case '6':
    case '7':
    case '8':
    case '9':
      return {
        wide: number === '7' || number === '9',
        kbitPerS: number < '8' ? 500 : 250,
        isoTp: true,
        variableDlc: false,
      };
    case 'A':
      return { wide: true, kbitPerS: 250, isoTp: false, variableDlc: false };
    case 'B':
    case 'C': {
      const { options, divisor } = user[number];
      return {
        wide: (options & 0x80) === 0,
        kbitPerS: 500 / divisor,
        isoTp: (options & 7) === 1,
        variableDlc: (options & 0x40) !== 0,
      };
    }
    case '31':
    case '32':
    case '33':
    case '34':
    case '35':
    case '36':
      // The presets of STN chips (OBDLink FRPM, STP): 31 and 32 raw with any length, the others ISO 15765 with eight bytes.
      return { wide: Number(number) % 2 === 0, kbitPerS: number < '35' ? 500 : 250, isoTp: number > '32', variableDlc: number < '33' };
    default:
      return undefined;
  }
}

export function protocolName(number: string, user: Readonly<Record<'B' | 'C', UserProtocol>>): string {
  if (number !== 'B' && number !== 'C') return NAMES[number] ?? 'AUTO';
  const { options, divisor } = user[number];
  return `USER${number === 'B' ? 1 : 2} (CAN ${(options & 0x80) === 0 ? 29 : 11}/${Math.round(500 / divisor)})`;
}

const OBD_FUNCTIONAL = 0x7df;
const OBD_FUNCTIONAL_29 = 0xdb33f1;

export function transmitId(settings: Settings, protocol: OpenProtocol): number {
  const { header, priority } = settings;
  if (!protocol.wide) return (header ?? OBD_FUNCTIONAL) & 0x7ff;
  const low = header ?? OBD_FUNCTIONAL_29;
  return low > 0xffffff ? low : priority * 0x1000000 + low;
}

/** Whether the receive filter lets an identifier through: CF, CM and CRA, or the ECUs of OBD-II where nothing is set. */
export function passesFilter(settings: Settings, id: number, monitoring: boolean): boolean {
  if (settings.filter === undefined && settings.mask === undefined) return monitoring || (id & 0x7f8) === 0x7e8;
  const mask = settings.mask ?? 0x7f8;
  return (id & mask) === ((settings.filter ?? 0x7e8) & mask);
}
