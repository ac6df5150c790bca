import { type Did, E_SERIES_FUNCTIONAL_ADDRESS, type EcuAddress, isKombiError, isVin, printableAscii, toHex } from '../../core/index.ts';
import {
  decodeIdentification,
  encodeReadDid,
  encodeReadIdentification,
  encodeReadKwpTroubleCodes,
  IDENTIFICATION,
  type UdsClient,
} from '../../uds/index.ts';
import type { EcuDetails, EcuIdentity, VehicleIdentity } from '../identity.ts';
import { readIfTold } from '../live-values.ts';
import { decodeVehicleOrder, productionDateOf, seriesName } from '../vehicle-order.ts';
import type { Asking, VinTold, WayToAsk } from '../ways-to-ask.ts';

const CAR_ACCESS = 0x40 as EcuAddress;

/** All 17 characters of the VIN (the E61 recording: recorded; of other E-series cars not known). */
const VIN_DID = 0x1010 as Did;
/** The head of the vehicle order (the E61 recording: recorded; its reading derived, see {@link decodeOrderHead}). */
const ORDER_HEAD_DID = 0x3f00 as Did;
/** Index of the coding data; 25 ECUs of an E61 answered it, or refused it, when all were asked (recorded). */
const CODING_INDEX_DID = 0x3fff as Did;

const SCAN_QUIET_MS = 500;
const ORDER_VERSION = 0x02;
const UDS_ORDER_VERSION = 0x03;
const ORDER_HEAD_BYTES = 16;

/**
 * E-series: KWP2000 on D-CAN. An ECU's ident table (`1A 80`) takes the place of its SVK: it tells part numbers and
 * software, in bytes whose layout the ECU descriptions differ in, so they are kept as they are.
 *
 * @see source: bmw-diagnostics §7.5 (published) and the E61 recording (recorded)
 */
export const KWP_WAY: WayToAsk = {
  protocol: 'kwp',

  async readVin(client, signal) {
    const data = await readIfTold(client, CAR_ACCESS, VIN_DID, signal);
    const vin = data && printableAscii(data);
    return vin !== undefined && isVin(vin) ? { vin, source: CAR_ACCESS } : undefined;
  },

  readVinFrom: (_source, { client, signal }) => KWP_WAY.readVin(client, signal),

  async readVehicle({ vin, source }: VinTold, { client, catalog, signal }: Asking): Promise<VehicleIdentity> {
    const head = await readIfTold(client, source, ORDER_HEAD_DID, signal);
    const order = head && decodeOrderHead(head);
    const model = order?.typeKey === undefined ? undefined : catalog.model(order.typeKey);
    return {
      vin,
      vinSource: source,
      protocol: 'kwp',
      series: order?.series === undefined ? model?.series : seriesName(order.series.replace(/_$/, '')),
      model: model?.model,
      typeKey: order?.typeKey,
      productionDate: order && productionDateOf(order),
      iLevels: undefined,
      vehicleOrder: head,
      order,
    };
  },

  async readEcu(address, { client, catalog, signal }): Promise<EcuIdentity> {
    const ident = await readIdentification(client, { address, option: IDENTIFICATION.identTable, signal, present: true });
    const serial = await readIdentification(client, { address, option: IDENTIFICATION.serialNumber, signal });
    return {
      address,
      name: catalog.ecuName(address),
      serial: serial && (serial.every((byte) => byte >= 0x20 && byte < 0x7f) ? printableAscii(serial) : toHex(serial)),
      svk: ident && { raw: ident, programmingStatus: undefined, date: undefined, fingerprint: undefined, entries: [], complete: true },
    };
  },

  // Where the ident table keeps supplier and date differs from ECU to ECU.
  readEcuDetails: () => Promise.resolve<EcuDetails>({ supplier: undefined, date: undefined }),

  /** Two questions, because an adapter hears only short answers to a question to all, and none is short on every ECU. */
  async askAll(client, signal) {
    if (!client.transport.capabilities.functionalAddressing) return [];
    const found = new Set<EcuAddress>();
    for (const request of [encodeReadDid(CODING_INDEX_DID), encodeReadKwpTroubleCodes()]) {
      const options = { target: E_SERIES_FUNCTIONAL_ADDRESS, quietMs: SCAN_QUIET_MS, ...(signal === undefined ? {} : { signal }) };
      for (const { source } of await client.functional(request, options)) found.add(source);
    }
    found.delete(E_SERIES_FUNCTIONAL_ADDRESS);
    return [...found].sort((left, right) => left - right);
  },

  async askOne(address, { client, signal }) {
    try {
      await client.request(address, encodeReadDid(CODING_INDEX_DID), { signal });
    } catch (error) {
      // A refusal proves as well that somebody is there.
      if (!isKombiError(error, 'uds')) throw error;
    }
  },

  readEcuList: () => Promise.resolve(undefined),
};

/** The last seven characters of the VIN, as the car access unit of an E-series car tells them; undefined where it does not. */
export async function readShortVin(client: UdsClient, signal?: AbortSignal): Promise<string | undefined> {
  const data = await readIdentification(client, { address: CAR_ACCESS, option: IDENTIFICATION.shortVin, signal });
  return data && printableAscii(data);
}

/** Whether an ECU answers as those of the E-series do. */
export async function speaksKwp(client: UdsClient, address: EcuAddress, signal?: AbortSignal): Promise<boolean> {
  return (await readIdentification(client, { address, option: IDENTIFICATION.identTable, signal })) !== undefined;
}

interface IdentificationOptions {
  readonly address: EcuAddress;
  readonly option: number;
  readonly signal: AbortSignal | undefined;
  /** Only a refusal may be "not told"; silence must reach the caller. */
  readonly present?: boolean;
}

async function readIdentification(client: UdsClient, options: IdentificationOptions): Promise<Uint8Array | undefined> {
  const { address, option, signal, present = false } = options;
  try {
    return decodeIdentification(await client.read(address, encodeReadIdentification(option), { signal }));
  } catch (error) {
    if (isKombiError(error, 'uds') || (!present && isKombiError(error, 'ecu'))) return undefined;
    throw error;
  }
}

/**
 * Decodes what the car access unit of an E-series car keeps of the vehicle order in 3F00.
 *
 * Shape   [0] version 02; then 6-bit characters as in the orders of later cars: criterion, series, type, paint, upholstery
 * @see source: derived: the E61 recording reads `0307 E61_ PX11 …` so, which agrees with the type key in its VIN
 */
export function decodeOrderHead(data: Uint8Array): ReturnType<typeof decodeVehicleOrder> {
  if (data.length !== ORDER_HEAD_BYTES || data[0] !== ORDER_VERSION) return undefined;
  return decodeVehicleOrder(Uint8Array.of(0, ORDER_HEAD_BYTES, UDS_ORDER_VERSION, ...data.subarray(1)));
}
