import { readU16 } from '../core/index.ts';
import { UnexpectedResponseError } from './errors.ts';
import { KWP_SERVICE } from './services.ts';
import type { Dtc } from './trouble-codes.ts';

/**
 * What {@link encodeReadIdentification} asks for.
 *
 * @see source: bmw-diagnostics §7.5 (80, 90, 9B); 89 the supplier's serial number, as ECU descriptions of the E-series
 *   name it (published); 80, 89 and 90 recorded on an E61
 */
export const IDENTIFICATION = { identTable: 0x80, serialNumber: 0x89, shortVin: 0x90, codingIndex: 0x9b } as const;

const ALL_REQUESTED = 0x02;
const ALL_GROUPS = [0xff, 0xff] as const;
const COUNT_OFFSET = 1;
const FIRST_CODE_OFFSET = 2;
const CODE_BYTES = 3;
const IDENTIFICATION_OFFSET = 2;

/** `1A <option>`. */
export function encodeReadIdentification(option: number): Uint8Array {
  return Uint8Array.of(KWP_SERVICE.readEcuIdentification, option);
}

/** The data behind `5A <option>`, a view of the answer. */
export function decodeIdentification(answer: Uint8Array): Uint8Array {
  return answer.subarray(IDENTIFICATION_OFFSET);
}

/** `21 <local identifier>`. */
export function encodeReadLocalIdentifier(identifier: number): Uint8Array {
  return Uint8Array.of(KWP_SERVICE.readDataByLocalIdentifier, identifier);
}

/** `18 02 FF FF`: every stored trouble code, whatever its group. */
export function encodeReadKwpTroubleCodes(): Uint8Array {
  return Uint8Array.of(KWP_SERVICE.readTroubleCodesByStatus, ALL_REQUESTED, ...ALL_GROUPS);
}

/**
 * Decodes the answer to {@link encodeReadKwpTroubleCodes}.
 *
 * Shape   58 count; then 3 bytes per code: code u16, status
 * @returns codes of two bytes; their status bits are KWP2000's, not those of ISO 14229
 * @throws {UnexpectedResponseError} when the count and the bytes do not agree
 * @see source: the E61 recording: `58 00`, `58 01 9F F1 24`, `58 02 42 32 24 42 22 24` (recorded)
 */
export function decodeKwpTroubleCodes(answer: Uint8Array): readonly Dtc[] {
  const count = answer[COUNT_OFFSET] ?? 0;
  if (answer.length !== FIRST_CODE_OFFSET + count * CODE_BYTES) throw new UnexpectedResponseError('A list of trouble codes', answer);
  const codes: Dtc[] = [];
  for (let offset = FIRST_CODE_OFFSET; offset < answer.length; offset += CODE_BYTES) {
    const [high = 0, low = 0, status = 0] = answer.subarray(offset, offset + CODE_BYTES);
    codes.push({ code: high * 0x100 + low, status });
  }
  return codes;
}

/** `17 <code>`: all that the ECU keeps of one code; its records are the ECU's own. */
export function encodeReadKwpTroubleCode(code: number): Uint8Array {
  return Uint8Array.of(KWP_SERVICE.readStatusOfTroubleCodes, code >> 8, code & 0xff);
}

/**
 * Decodes the answer to {@link encodeReadKwpTroubleCode}; undefined where the ECU keeps nothing of this code.
 *
 * Shape   57 00; or 57 01, code u16, status, and what only its maker can read
 * @see source: the E61 recording: `57 00`, `57 01 9F F1 24 00 00 00 00` (recorded)
 */
export function decodeKwpTroubleCode(answer: Uint8Array, code: number): Uint8Array | undefined {
  return answer[COUNT_OFFSET] === 1 && readU16(answer, FIRST_CODE_OFFSET) === code
    ? answer.subarray(FIRST_CODE_OFFSET + CODE_BYTES)
    : undefined;
}

/** `14 FF FF`: all groups, in two bytes. */
export function encodeClearKwpTroubleCodes(): Uint8Array {
  return Uint8Array.of(KWP_SERVICE.clearDiagnosticInformation, ...ALL_GROUPS);
}
