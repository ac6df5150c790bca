import { type Did, readU16, readU32 } from '../core/index.ts';

/** A value that an ECU keeps of the moment when a fault came. */
export interface SnapshotValue {
  readonly did: Did;
  readonly data: Uint8Array;
}

export interface DtcSnapshot {
  /** 00, 01, …: which one, in the ECU's own counting. */
  readonly number: number;
  /** How many values it holds, by its own word; {@link values} are fewer where one of unknown length came first. */
  readonly count: number;
  readonly values: readonly SnapshotValue[];
}

/** Snapshots as far as their values' lengths are known. */
export interface DtcSnapshots {
  readonly snapshots: readonly DtcSnapshot[];
  /** From the first value of unknown length on: further values, and perhaps further snapshots. */
  readonly rest: Uint8Array;
}

/** One record of extended data: a byte whose meaning nobody has published. */
export interface ExtendedDataRecord {
  readonly number: number;
  readonly value: number;
}

/**
 * Snapshot values of which the length is known, bytes.
 *
 * @see source: bmw-diagnostics §5.5: 1700 km, 1701 time; 1750 and 1751 power state. Lengths recorded on a G31, equal in all
 *   of its ECUs that tell them
 */
const MILEAGE = 0x1700;
const VEHICLE_TIME = 0x1701;
const VALUE_BYTES: ReadonlyMap<number, number> = new Map([
  [MILEAGE, 3],
  [VEHICLE_TIME, 4],
  [0x1750, 1],
  [0x1751, 3],
]);
/** All ones: recorded where the ECU did not know the value itself. */
const NO_MILEAGE = 0xffffff;
const NO_TIME = 0xffffffff;

/**
 * Decodes the records behind `59 04 <code> <status>`.
 *
 * Shape   per snapshot: number u8, count of values u8, then DID u16 and data each. No length is told: behind a DID that
 *         is not known nothing can be told apart.
 * @see source: bmw-diagnostics §5.5; shape recorded on a G31 (ECUs 12, 29, 40, 56, 61, 63 and 76)
 */
export function decodeSnapshots(records: Uint8Array): DtcSnapshots {
  const snapshots: DtcSnapshot[] = [];
  let at = 0;
  while (at + 2 <= records.length) {
    const [number = 0, count = 0] = records.subarray(at, at + 2);
    const { values, end } = takeValues(records, at + 2, count);
    snapshots.push({ number, count, values });
    at = end;
    if (values.length < count) break;
  }
  return { snapshots, rest: records.subarray(at) };
}

/**
 * Decodes the records behind `59 06 <code> <status>`; undefined where they are not what was recorded.
 *
 * Shape   number u8, rising, and one byte each
 * @see source: recorded on a G31: `01 00 02 01`, `01 00 02 01 03 06`
 */
export function decodeExtendedData(records: Uint8Array): readonly ExtendedDataRecord[] | undefined {
  if (records.length % 2 !== 0) return undefined;
  const decoded: ExtendedDataRecord[] = [];
  for (let at = 0; at < records.length; at += 2) {
    const [number = 0, value = 0] = records.subarray(at, at + 2);
    if (number <= (decoded.at(-1)?.number ?? 0)) return undefined;
    decoded.push({ number, value });
  }
  return decoded;
}

/** Values one behind the other, until `most` are taken or one of unknown or cut length comes. */
export function takeValues(
  bytes: Uint8Array,
  from: number,
  most: number,
): { readonly values: readonly SnapshotValue[]; readonly end: number } {
  const values: SnapshotValue[] = [];
  let end = from;
  while (values.length < most) {
    const did = readU16(bytes, end);
    const length = did === undefined ? undefined : VALUE_BYTES.get(did);
    if (did === undefined || length === undefined || end + 2 + length > bytes.length) break;
    values.push({ did: did as Did, data: bytes.subarray(end + 2, end + 2 + length) });
    end += 2 + length;
  }
  return { values, end };
}

/** Kilometres; undefined where the ECU told none. */
export function snapshotMileageKm(values: readonly SnapshotValue[]): number | undefined {
  const data = values.find(({ did }) => did === MILEAGE)?.data;
  const km = data && readU32(Uint8Array.of(0, ...data), 0);
  return km === NO_MILEAGE ? undefined : km;
}

/** Seconds that the car's own clock has counted, not a date; undefined where the ECU told none. */
export function snapshotTimeS(values: readonly SnapshotValue[]): number | undefined {
  const data = values.find(({ did }) => did === VEHICLE_TIME)?.data;
  const seconds = data && readU32(data, 0);
  return seconds === NO_TIME ? undefined : seconds;
}
