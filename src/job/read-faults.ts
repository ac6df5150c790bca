import type { TroubleCode } from '../catalog/index.ts';
import { type Did, type EcuAddress, isKombiError } from '../core/index.ts';
import {
  DTC_STATUS,
  decodeDtcRecords,
  decodeDtcs,
  decodeInfoEntry,
  decodeInfoList,
  decodeKwpTroubleCode,
  decodeKwpTroubleCodes,
  encodeReadDtcExtendedData,
  encodeReadDtcSnapshots,
  encodeReadDtcs,
  encodeReadKwpTroubleCode,
  encodeReadKwpTroubleCodes,
  formatDtc,
  INFO_MEMORY_LIST,
  type InfoEntry,
  infoEntryDid,
  NegativeResponseError,
} from '../uds/index.ts';
import type { Car } from './car.ts';

/** Confirmed and pending trouble codes, as recorded testers ask for them (bmw-diagnostics §5.5). */
const STATUS_MASK = DTC_STATUS.pending | DTC_STATUS.confirmed;

/** A trouble code in an ECU. */
export interface StoredFault {
  readonly ecu: EcuAddress;
  /** Six hex digits; four on an E-series car. */
  readonly code: string;
  /** ISO 14229-1 status bits, of which the ECU keeps those of {@link statusAvailability}. */
  readonly status: number;
  readonly statusAvailability: number;
  /** Undefined: nobody published what it means on this ECU. */
  readonly meaning: TroubleCode | undefined;
  /** Undefined: not asked for. */
  readonly details: FaultDetails | undefined;
}

/** What an ECU keeps of a fault beside its code, as it came: what nobody can decode is kept all the same. */
export interface FaultDetails {
  /** The records behind `59 04 <code> <status>`; undefined where the ECU refuses. */
  readonly snapshots: Uint8Array | undefined;
  /** The records behind `59 06 <code> <status>`; undefined where the ECU refuses. */
  readonly extendedData: Uint8Array | undefined;
  /** Of an E-series ECU, which has neither: what stands behind `57 01 <code> <status>`. */
  readonly kwpRecord?: Uint8Array | undefined;
}

/** An event in an ECU's info memory: no fault. */
export interface StoredInfo {
  readonly code: string;
  readonly status: number;
  /** What the ECU keeps of it, hex decoded as far as known; undefined where not asked for or refused. */
  readonly entry: InfoEntry | undefined;
}

export interface EcuFaults {
  readonly ecu: EcuAddress;
  readonly faults: readonly StoredFault[];
  /** Undefined: the ECU has no info memory that we can read, or it was not asked for. */
  readonly info: readonly StoredInfo[] | undefined;
}

export interface ReadFaultsOptions {
  /** Snapshots and extended data of each code too: two more requests for each. */
  readonly details?: boolean;
  /** The info memory too: one more request, and with details one for each of its entries. */
  readonly info?: boolean;
  /** Fails where an ECU falls silent over details or info memory; else they count as not told, and the codes stay. */
  readonly complete?: boolean;
  /** Goes on though somebody stops the program: what was just changed has to be read. */
  readonly unstoppable?: boolean;
}

/**
 * The trouble codes of one ECU, decoded by (address, code).
 *
 * @throws {KombiError} `ecu.*`, `uds.*` where it does not tell its codes; `link.*`
 */
export async function readFaults(car: Car, ecu: EcuAddress, options: ReadFaultsOptions = {}): Promise<EcuFaults> {
  const { details = false, info = false, complete = false, unstoppable = false } = options;
  const at: Place = { car, ecu, complete, signal: unstoppable ? undefined : car.signal };
  if (car.identity.protocol === 'kwp') return readKwpFaults(at, details);
  const { codes, statusAvailability } = decodeDtcs(await car.client.read(ecu, encodeReadDtcs(STATUS_MASK), { signal: at.signal }));
  const faults: StoredFault[] = [];
  for (const dtc of codes) {
    const code = formatDtc(dtc.code);
    faults.push({
      ecu,
      code,
      status: dtc.status,
      statusAvailability,
      meaning: car.catalog.troubleCode(ecu, code),
      details: details ? await readDetails(at, dtc.code) : undefined,
    });
  }
  return { ecu, faults, info: info ? await readInfoMemory(at, details) : undefined };
}

/**
 * Of an E-series ECU. Its status bits are KWP2000's, so none of ISO 14229's is read into them; what it keeps beside is its own.
 *
 * @throws {KombiError} `ecu.*`, `uds.*` where it does not tell its codes; `link.*`
 */
async function readKwpFaults(at: Place, details: boolean): Promise<EcuFaults> {
  const { car, ecu, signal } = at;
  const codes = decodeKwpTroubleCodes(await car.client.read(ecu, encodeReadKwpTroubleCodes(), { signal }));
  const faults: StoredFault[] = [];
  for (const { code, status } of codes) {
    faults.push({
      ecu,
      code: code.toString(16).toUpperCase().padStart(4, '0'),
      status,
      statusAvailability: 0,
      meaning: undefined,
      details: details ? await readKwpDetails(at, code) : undefined,
    });
  }
  return { ecu, faults, info: undefined };
}

async function readKwpDetails(at: Place, code: number): Promise<FaultDetails> {
  const answer = await ifTold(at, () => at.car.client.read(at.ecu, encodeReadKwpTroubleCode(code), { signal: at.signal }));
  return { snapshots: undefined, extendedData: undefined, kwpRecord: answer && decodeKwpTroubleCode(answer, code) };
}

interface Place {
  readonly car: Car;
  readonly ecu: EcuAddress;
  readonly complete: boolean;
  readonly signal: AbortSignal | undefined;
}

async function readDetails(at: Place, code: number): Promise<FaultDetails> {
  return {
    snapshots: await recordsIfTold(at, encodeReadDtcSnapshots(code)),
    extendedData: await recordsIfTold(at, encodeReadDtcExtendedData(code)),
  };
}

async function readInfoMemory(at: Place, details: boolean): Promise<readonly StoredInfo[] | undefined> {
  const list = await didIfTold(at, INFO_MEMORY_LIST);
  const codes = list && decodeInfoList(list);
  if (codes === undefined) return undefined;
  const info: StoredInfo[] = [];
  for (const [index, dtc] of codes.entries()) {
    const entry = details ? await readInfoEntry(at, infoEntryDid(index)) : undefined;
    // The list may have grown between two requests: an entry of another code is not this one's.
    info.push({ code: formatDtc(dtc.code), status: dtc.status, entry: entry?.dtc.code === dtc.code ? entry : undefined });
  }
  return info;
}

async function readInfoEntry(at: Place, did: Did | undefined): Promise<InfoEntry | undefined> {
  if (did === undefined) return undefined;
  const data = await didIfTold(at, did);
  return data && decodeInfoEntry(data);
}

async function recordsIfTold(at: Place, request: Uint8Array): Promise<Uint8Array | undefined> {
  const answer = await ifTold(at, () => at.car.client.read(at.ecu, request, { signal: at.signal }));
  return answer && decodeDtcRecords(answer).records;
}

function didIfTold(at: Place, did: Did): Promise<Uint8Array | undefined> {
  return ifTold(at, () => at.car.client.readDid(at.ecu, did, { signal: at.signal }));
}

async function ifTold<Value>({ complete }: Place, read: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof NegativeResponseError) return undefined;
    if (!complete && (isKombiError(error, 'ecu') || isKombiError(error, 'uds'))) return undefined;
    throw error;
  }
}
