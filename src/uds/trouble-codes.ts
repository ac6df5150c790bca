import { UnexpectedResponseError } from './errors.ts';
import { SERVICE } from './services.ts';

/** A trouble code as an ECU stores it. Its meaning is the ECU's own (bmw-diagnostics §9). */
export interface Dtc {
  /** Three bytes, such as 0xB7F341. */
  readonly code: number;
  /** ISO 14229-1 status bits. */
  readonly status: number;
}

/** Status bits of a trouble code (ISO 14229-1, published). */
export const DTC_STATUS = {
  testFailed: 0x01,
  testFailedThisOperationCycle: 0x02,
  pending: 0x04,
  confirmed: 0x08,
  testNotCompletedSinceLastClear: 0x10,
  testFailedSinceLastClear: 0x20,
  testNotCompletedThisOperationCycle: 0x40,
  warningIndicatorRequested: 0x80,
} as const;

const REPORT_BY_STATUS_MASK = 0x02;
const REPORT_SNAPSHOT = 0x04;
const REPORT_EXTENDED_DATA = 0x06;
const ALL_RECORDS = 0xff;
const FIRST_DTC_OFFSET = 3;
const DTC_BYTES = 4;
const RECORDS_OFFSET = 6;

/** `19 02 <mask>`: the codes of which a status bit of the mask is set; BMW asks with 0C, pending and confirmed. */
export function encodeReadDtcs(statusMask: number): Uint8Array {
  return Uint8Array.of(SERVICE.readDtcInformation, REPORT_BY_STATUS_MASK, statusMask);
}

/**
 * Decodes the answer to {@link encodeReadDtcs}.
 *
 * Shape   59 02 availability-mask; then 4 bytes per code: code u24, status
 * @throws {UnexpectedResponseError} when a record is cut short
 * @see source: bmw-diagnostics §5.5 (recorded)
 */
export function decodeDtcs(answer: Uint8Array): readonly Dtc[] {
  if ((answer.length - FIRST_DTC_OFFSET) % DTC_BYTES !== 0) throw new UnexpectedResponseError('A list of trouble codes', answer);
  const codes: Dtc[] = [];
  for (let offset = FIRST_DTC_OFFSET; offset < answer.length; offset += DTC_BYTES) codes.push(dtcAt(answer, offset));
  return codes;
}

/** `19 04 <code> FF`: all snapshots of a code. */
export function encodeReadDtcSnapshots(code: number): Uint8Array {
  return encodeReadDtc(REPORT_SNAPSHOT, code);
}

/** `19 06 <code> FF`: all extended data of a code. */
export function encodeReadDtcExtendedData(code: number): Uint8Array {
  return encodeReadDtc(REPORT_EXTENDED_DATA, code);
}

/**
 * Decodes the answer to either: the code, and its records as they are, because their layout is the ECU's own.
 *
 * Shape   59 04|06; code u24, status; records
 * @see source: bmw-diagnostics §5.5 (recorded)
 */
export function decodeDtcRecords(answer: Uint8Array): { readonly dtc: Dtc; readonly records: Uint8Array } {
  return { dtc: dtcAt(answer, RECORDS_OFFSET - DTC_BYTES), records: answer.subarray(RECORDS_OFFSET) };
}

/** `14 <group>`; FFFFFF is all groups. */
export function encodeClearDtcs(group = 0xffffff): Uint8Array {
  return Uint8Array.of(SERVICE.clearDiagnosticInformation, group >> 16, (group >> 8) & 0xff, group & 0xff);
}

function encodeReadDtc(report: number, code: number): Uint8Array {
  return Uint8Array.of(SERVICE.readDtcInformation, report, code >> 16, (code >> 8) & 0xff, code & 0xff, ALL_RECORDS);
}

function dtcAt(answer: Uint8Array, offset: number): Dtc {
  const [high = 0, middle = 0, low = 0, status = 0] = answer.subarray(offset, offset + DTC_BYTES);
  return { code: high * 0x10000 + middle * 0x100 + low, status };
}
