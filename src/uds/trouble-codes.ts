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
/** By the names of ISO 14229-1. */
export type DtcState = keyof typeof DTC_STATUS;

/** An ECU's codes, and which status bits it keeps at all: what it does not keep says nothing. */
export interface DtcList {
  readonly statusAvailability: number;
  readonly codes: readonly Dtc[];
}

const REPORT_BY_STATUS_MASK = 0x02;
const REPORT_SNAPSHOT = 0x04;
const REPORT_EXTENDED_DATA = 0x06;
const ALL_RECORDS = 0xff;
const AVAILABILITY_OFFSET = 2;
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
export function decodeDtcs(answer: Uint8Array): DtcList {
  const codes = decodeDtcTable(answer.subarray(FIRST_DTC_OFFSET));
  const statusAvailability = answer[AVAILABILITY_OFFSET];
  if (codes === undefined || statusAvailability === undefined) throw new UnexpectedResponseError('A list of trouble codes', answer);
  return { statusAvailability, codes };
}

/** Codes of 4 bytes each, as `19 02` and the info memory's list have them; undefined where one is cut short. */
export function decodeDtcTable(data: Uint8Array): readonly Dtc[] | undefined {
  if (data.length % DTC_BYTES !== 0) return undefined;
  const codes: Dtc[] = [];
  for (let offset = 0; offset < data.length; offset += DTC_BYTES) codes.push(dtcAt(data, offset));
  return codes;
}

/** The states that a status byte tells, of those that its ECU keeps; in the order of its bits. */
export function dtcStates(status: number, statusAvailability = 0xff): readonly DtcState[] {
  const kept = status & statusAvailability;
  return (Object.keys(DTC_STATUS) as DtcState[]).filter((state) => (kept & DTC_STATUS[state]) !== 0);
}

/** `B7F341`. */
export function formatDtc(code: number): string {
  return code.toString(16).toUpperCase().padStart(6, '0');
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
