import { did as asDid, type Did } from '../core/index.ts';
import { decodeExtendedData, type ExtendedDataRecord, type SnapshotValue, takeValues } from './dtc-records.ts';
import { type Dtc, decodeDtcTable } from './trouble-codes.ts';

/**
 * The info memory: events that an ECU notes and that are no faults. `22 2000` lists them, `22 2000+n` gives the n-th.
 *
 * @see source: bmw-diagnostics §5.5 (descriptions of ECUs); shapes recorded on a G31. Descriptions from 2018 on also name
 *   `19 17`, for which no selection of a memory is published: it is not sent
 */
export const INFO_MEMORY_LIST: Did = asDid(0x2000);
/** `20FF` would be the last: what the list has beyond is not asked for. */
const MOST_ENTRIES = 0xff;
const FIRST_VALUE_OFFSET = 6;

export interface InfoEntry {
  readonly dtc: Dtc;
  /** One list of values for each time that the event was noted, as far as their lengths are known. */
  readonly snapshots: readonly (readonly SnapshotValue[])[];
  /** Undefined where a value of unknown length stands in front of it. */
  readonly extendedData: readonly ExtendedDataRecord[] | undefined;
  /** From the first value of unknown length on. */
  readonly rest: Uint8Array;
}

/** The codes behind `62 2000`; undefined where the ECU keeps something else there. */
export function decodeInfoList(data: Uint8Array): readonly Dtc[] | undefined {
  return decodeDtcTable(data);
}

/** The DID of the n-th entry of the list, counted from 0; undefined beyond the last that has one. */
export function infoEntryDid(index: number): Did | undefined {
  return index < MOST_ENTRIES ? asDid(INFO_MEMORY_LIST + 1 + index) : undefined;
}

/**
 * Decodes the data behind `62 2001` and following; undefined where they are too short to be an entry.
 *
 * Shape   [0] unknown; [1..3] code; [4] status; [5] number of snapshots; then the snapshots' values, DID u16 and data
 *         each, without a head of their own: one ends where its first DID comes again; then extended data
 * @see source: recorded on a G31 (ECUs 01, 10, 12, 18, 21, 22, 29, 40, 5D, 63 and 76)
 */
export function decodeInfoEntry(data: Uint8Array): InfoEntry | undefined {
  const [dtc] = decodeDtcTable(data.subarray(1, 5)) ?? [];
  const count = data[FIRST_VALUE_OFFSET - 1];
  if (dtc === undefined || count === undefined) return undefined;
  const { values, end } = takeValues(data, FIRST_VALUE_OFFSET, data.length);
  const snapshots: SnapshotValue[][] = [];
  for (const value of values) {
    const current = snapshots.at(-1);
    if (current === undefined || value.did === current[0]?.did) snapshots.push([value]);
    else current.push(value);
  }
  const rest = data.subarray(end);
  const extendedData = snapshots.length === count ? decodeExtendedData(rest) : undefined;
  return { dtc, snapshots, extendedData, rest: extendedData === undefined ? rest : new Uint8Array(0) };
}
