import {
  type Did,
  type EcuAddress,
  FUNCTIONAL_ADDRESS,
  isKombiError,
  isVin,
  KombiError,
  printableAscii,
  readU16,
  toHex,
} from '../core/index.ts';
import { encodeReadDid, type UdsClient } from '../uds/index.ts';
import { decodeDate } from './date.ts';
import type { EcuDetails, EcuIdentity, ILevels, VehicleIdentity } from './identity.ts';
import { readIfTold } from './live-values.ts';
import { decodeSvk } from './svk.ts';
import { decodeVehicleOrder, productionDateOf, seriesName } from './vehicle-order.ts';
import { typeKeyOfVin } from './vin.ts';
import type { Asking, VinTold, WayToAsk } from './ways-to-ask.ts';

const GATEWAY = 0x10 as EcuAddress;
const BODY_CONTROLLER = 0x40 as EcuAddress;
const CLUSTER = 0x60 as EcuAddress;

// bmw-diagnostics §5.2 and §5.3: names published, bytes recorded on an F10 and a G31.
const VIN_DID = 0xf190 as Did;
const SVK_DID = 0xf101 as Did;
const SUPPLIER_DID = 0xf18a as Did;
const DATE_DID = 0xf18b as Did;
const SERIAL_DID = 0xf18c as Did;
const I_LEVEL_DID = 0x100b as Did;
const VEHICLE_ORDER_DID = 0x3f06 as Did;
/** The body controller's copy of the order. */
const ORDER_COPY_DID = 0x3f1c as Did;
const ECU_LIST_DID = 0x3f07 as Did;
/** `22 F150`, the SGBD index: every ECU answers it, so it finds them all. */
const SCAN_REQUEST = encodeReadDid(0xf150 as Did);

const SCAN_QUIET_MS = 500;
const I_LEVEL_BYTES = 8;
const SUPPLIER_BYTES = 3;

/** F- and G-series: DIDs over UDS. */
export const UDS_WAY: WayToAsk = {
  protocol: 'uds',

  async readVin(client, signal) {
    for (const source of [GATEWAY, BODY_CONTROLLER, CLUSTER]) {
      const told = await vinFrom(source, { client, signal });
      if (told !== undefined) return told;
    }
    return undefined;
  },

  readVinFrom: vinFrom,

  async readVehicle({ vin, source }: VinTold, { client, catalog, signal }: Asking): Promise<VehicleIdentity> {
    const raw = await readIfTold(client, source, source === BODY_CONTROLLER ? ORDER_COPY_DID : VEHICLE_ORDER_DID, signal);
    const levels = await readIfTold(client, source, I_LEVEL_DID, signal);
    const order = raw && decodeVehicleOrder(raw);
    const key = order?.typeKey ?? typeKeyOfVin(vin);
    const model = key === undefined ? undefined : catalog.model(key);
    return {
      vin,
      vinSource: source,
      protocol: 'uds',
      series: order?.series === undefined ? model?.series : seriesName(order.series),
      model: model?.model,
      typeKey: order?.typeKey ?? model?.typeKey,
      productionDate: order && productionDateOf(order),
      iLevels: levels && decodeILevels(levels),
      vehicleOrder: raw,
      order,
    };
  },

  async readEcu(address, { client, catalog, signal }): Promise<EcuIdentity> {
    const svk = await readSvk(client, address, signal);
    const serial = await readIfTold(client, address, SERIAL_DID, signal);
    return {
      address,
      name: catalog.ecuName(address),
      serial: serial && (serial.every((byte) => byte >= 0x20 && byte < 0x7f) ? printableAscii(serial) : toHex(serial)),
      svk: svk && decodeSvk(svk),
    };
  },

  async readEcuDetails(address, { client, signal }): Promise<EcuDetails> {
    const supplier = await readIfTold(client, address, SUPPLIER_DID, signal);
    const date = await readIfTold(client, address, DATE_DID, signal);
    return {
      supplier: supplier?.length === SUPPLIER_BYTES ? toHex(supplier) : undefined,
      date: date && decodeDate(date),
    };
  },

  async askAll(client, signal) {
    if (!client.transport.capabilities.functionalAddressing) return [];
    const answers = await client.functional(SCAN_REQUEST, { quietMs: SCAN_QUIET_MS, ...(signal === undefined ? {} : { signal }) });
    return ascending(answers.map((answer) => answer.source));
  },

  async askOne(address, { client, signal }, timeoutMs) {
    try {
      await client.request(address, SCAN_REQUEST, { signal, timeoutMs });
    } catch (error) {
      // A refusal proves as well that somebody is there.
      if (!isKombiError(error, 'uds')) throw error;
    }
  },

  async readEcuList({ client, signal }) {
    const list = await readIfTold(client, GATEWAY, ECU_LIST_DID, signal);
    return list && decodeEcuList(list);
  },
};

/**
 * The gateway's list of ECUs, DID 3F07.
 *
 * Shape   [0..1] count, u16; then an address each
 * @returns what is there of a cut list, in ascending order; undefined where not even the count is
 * @see source: bmw-diagnostics §5.2, 24 ECUs of a recorded G31 (recorded)
 */
export function decodeEcuList(data: Uint8Array): readonly EcuAddress[] | undefined {
  const count = readU16(data, 0);
  return count === undefined ? undefined : ascending([...data.subarray(2, 2 + count)] as EcuAddress[]);
}

function ascending(addresses: readonly EcuAddress[]): readonly EcuAddress[] {
  const ecus = new Set(addresses.filter((address) => address !== FUNCTIONAL_ADDRESS));
  return [...ecus].sort((left, right) => left - right);
}

/**
 * Three records of 8 bytes: four ASCII characters, year, month, number u16 (`F010-10-09-522`).
 *
 * @see source: bmw-diagnostics §5.3 (recorded; the order current, last, shipment is likely)
 */
export function decodeILevels(data: Uint8Array): ILevels | undefined {
  const [current, last, shipment] = [0, 1, 2].map((index) => {
    const record = data.subarray(index * I_LEVEL_BYTES, (index + 1) * I_LEVEL_BYTES);
    const number = readU16(record, 6);
    if (number === undefined) return undefined;
    const two = (value: number | undefined) => (value ?? 0).toString().padStart(2, '0');
    return `${printableAscii(record.subarray(0, 4))}-${two(record[4])}-${two(record[5])}-${number.toString().padStart(3, '0')}`;
  });
  return current === undefined ? undefined : { current, last, shipment };
}

async function readSvk(client: UdsClient, address: EcuAddress, signal?: AbortSignal): Promise<Uint8Array | undefined> {
  try {
    return await client.readDid(address, SVK_DID, signal === undefined ? {} : { signal });
  } catch (error) {
    // A refusal still proves that the ECU is there; only its silence must reach the caller.
    if (error instanceof KombiError && error.code.startsWith('uds.')) return undefined;
    throw error;
  }
}

async function vinFrom(source: EcuAddress, { client, signal }: Pick<Asking, 'client' | 'signal'>): Promise<VinTold | undefined> {
  const data = await readIfTold(client, source, VIN_DID, signal);
  const vin = data && printableAscii(data);
  return vin !== undefined && isVin(vin) ? { vin, source } : undefined;
}
