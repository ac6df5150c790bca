import { readU16 } from '../../core/index.ts';
import { ascii } from '../vehicle-data.ts';
import type { Ecu } from './ecu.ts';
import { NRC } from './nrc.ts';
import type { Outcome, Service } from './service.ts';
import { writeData } from './write-data.ts';

/** KWP2000 has one code for what it does not have and for what has a wrong format (`7F 22 12`, recorded on an E61). */
const UNKNOWN_OR_WRONG = NRC.subFunctionNotSupported;
const ALL_CODES = 0xffff;
/** Where every ECU of the mock car keeps its serial number; nobody asks for it by this identifier here. */
const SERIAL_NUMBER = 0xf18c;
/** Identifiers of ISO 14229's own, and the energy mode of later cars: an E-series ECU does not have them. */
const isOfLaterCars = (did: number) => did >= 0xf100 || did === 0x100a;

/**
 * What an E-series ECU of the mock car supports, sessions and keys not among it. Writes need no session, as in the one
 * that was recorded (E61, unit 40, `2E 3005`).
 *
 * @see bmw-diagnostics §7.5 (published) and the E61 recording (recorded)
 */
export const KWP_SERVICES: ReadonlyMap<number, Service> = new Map<number, Service>([
  [0x11, service(2, resetEcu)],
  [0x14, service(3, clearTroubleCodes)],
  [0x17, service(3, readTroubleCode)],
  [0x18, service(4, readTroubleCodes)],
  [0x1a, service(2, readIdentification)],
  [0x21, service(2, () => UNKNOWN_OR_WRONG)],
  [0x22, service(3, readData)],
  [0x2e, service(4, writeData)],
  [0x3e, service(1, () => Uint8Array.of(0x7e))],
]);

function service(minLength: number, carryOut: (ecu: Ecu, request: Uint8Array) => Outcome): Service {
  return { minLength, hasSubFunction: false, inDefaultSession: true, carryOut };
}

function resetEcu(ecu: Ecu, request: Uint8Array): Outcome {
  if (request.length !== 2) return UNKNOWN_OR_WRONG;
  ecu.reset('commanded');
  return Uint8Array.of(0x51, request[1] ?? 0);
}

/** `1A 80` the ident table, `1A 89` the serial number, `1A 90` the end of the VIN: their shape is recorded, their bytes are made up. */
function readIdentification(ecu: Ecu, request: Uint8Array): Outcome {
  const [, option = 0] = request;
  const serial = ecu.memory.read(SERIAL_NUMBER) ?? ecu.profile.serial;
  const { supplier, built } = ecu.profile;
  switch (request.length === 2 ? option : undefined) {
    case 0x80:
      return Uint8Array.of(
        0x5a,
        option,
        0x00,
        0x00,
        ...serial.subarray(0, 6),
        ...supplier,
        0x20,
        ...built,
        ...new Array<number>(14).fill(0),
      );
    case 0x89:
      return Uint8Array.of(0x5a, option, ...serial);
    case 0x90:
      return Uint8Array.of(0x5a, option, ...ascii(ecu.car.vin.slice(-7)));
    default:
      return UNKNOWN_OR_WRONG;
  }
}

function readData(ecu: Ecu, request: Uint8Array): Outcome {
  const did = readU16(request, 1) ?? 0;
  const data = request.length === 3 && !isOfLaterCars(did) ? ecu.read(did) : undefined;
  return data === undefined ? UNKNOWN_OR_WRONG : Uint8Array.of(0x62, did >> 8, did & 0xff, ...data);
}

/** `18 02 FF FF`: `58`, how many, and three bytes each. */
function readTroubleCodes(ecu: Ecu, request: Uint8Array): Outcome {
  if (request.length !== 4 || request[1] !== 0x02) return UNKNOWN_OR_WRONG;
  return Uint8Array.of(0x58, ecu.troubleCodes.length, ...ecu.troubleCodes.flatMap(head));
}

/** `17 <code>`: `57 00` for one that is not stored. */
function readTroubleCode(ecu: Ecu, request: Uint8Array): Outcome {
  const stored = ecu.troubleCodes.find(({ code }) => code === readU16(request, 1));
  return stored === undefined ? Uint8Array.of(0x57, 0x00) : Uint8Array.of(0x57, 0x01, ...head(stored), stored.occurrences);
}

/** `14 FF FF`, answered with the same group (recorded). */
function clearTroubleCodes(ecu: Ecu, request: Uint8Array): Outcome {
  if (request.length !== 3 || readU16(request, 1) !== ALL_CODES) return UNKNOWN_OR_WRONG;
  ecu.troubleCodes = [];
  ecu.car.changed();
  return Uint8Array.of(0x54, 0xff, 0xff);
}

function head({ code, status }: { readonly code: number; readonly status: number }): number[] {
  return [(code >> 8) & 0xff, code & 0xff, status];
}
