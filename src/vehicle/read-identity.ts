import type { Catalog } from '../catalog/index.ts';
import {
  type Did,
  type EcuAddress,
  FUNCTIONAL_ADDRESS,
  isVin,
  KombiError,
  printableAscii,
  readU16,
  toHex,
  type Vin,
} from '../core/index.ts';
import { encodeReadDid, type UdsClient } from '../uds/index.ts';
import type { EcuIdentity, ILevels, VehicleIdentity } from './identity.ts';
import { readIfTold } from './live-values.ts';
import { decodeSvk } from './svk.ts';
import { decodeVehicleOrderHead, seriesName } from './vehicle-order.ts';

const GATEWAY = 0x10 as EcuAddress;
const BODY_CONTROLLER = 0x40 as EcuAddress;
const CLUSTER = 0x60 as EcuAddress;

// bmw-diagnostics §5.2 and §5.3: names published, bytes recorded on an F10 and a G31.
const VIN_DID = 0xf190 as Did;
const SVK_DID = 0xf101 as Did;
const SERIAL_DID = 0xf18c as Did;
const I_LEVEL_DID = 0x100b as Did;
const VEHICLE_ORDER_DID = 0x3f06 as Did;
/** `22 F150`, the SGBD index: every ECU answers it, so it finds them all. */
const SCAN_REQUEST = encodeReadDid(0xf150 as Did);

const SCAN_QUIET_MS = 500;
const I_LEVEL_BYTES = 8;

/**
 * The VIN, from the gateway, else the body controller, else the cluster.
 *
 * @throws {KombiError} `car.no-vin` (exit 3) where none of them tells a valid one
 */
export async function readVin(client: UdsClient, signal?: AbortSignal): Promise<{ vin: Vin; source: EcuAddress }> {
  for (const source of [GATEWAY, BODY_CONTROLLER, CLUSTER]) {
    const data = await readIfTold(client, source, VIN_DID, signal);
    const vin = data && printableAscii(data);
    if (vin !== undefined && isVin(vin)) return { vin, source };
  }
  throw new KombiError({
    code: 'car.no-vin',
    message: 'The car does not tell its VIN: neither the gateway (10), nor the body controller (40), nor the cluster (60) answers with one',
    hint: 'Switch the ignition on, wait ten seconds and try again. If the link is right, `kombi adapters` shows what it sees.',
  });
}

/** VIN, series, type and I-levels. Only the VIN is a must. */
export async function readVehicleIdentity(client: UdsClient, catalog: Catalog, signal?: AbortSignal): Promise<VehicleIdentity> {
  const { vin, source } = await readVin(client, signal);
  const order = await readIfTold(client, source, VEHICLE_ORDER_DID, signal);
  const levels = await readIfTold(client, source, I_LEVEL_DID, signal);
  const head = order && decodeVehicleOrderHead(order);
  return {
    vin,
    vinSource: source,
    series: head && seriesName(head.series),
    model: head && catalog.model(head.typeKey)?.model,
    typeKey: head?.typeKey,
    iLevels: levels && decodeILevels(levels),
    vehicleOrder: order,
  };
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

/** Serial and SVK of one ECU. @throws {KombiError} `ecu.*` where it does not answer at all */
export async function readEcuIdentity(
  client: UdsClient,
  catalog: Catalog,
  address: EcuAddress,
  signal?: AbortSignal,
): Promise<EcuIdentity> {
  const svk = await readSvk(client, address, signal);
  const serial = await readIfTold(client, address, SERIAL_DID, signal);
  return {
    address,
    name: catalog.ecuName(address),
    serial: serial && (serial.every((byte) => byte >= 0x20 && byte < 0x7f) ? printableAscii(serial) : toHex(serial)),
    svk: svk && decodeSvk(svk),
  };
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

/** Addresses of all ECUs that answer a functional request, in ascending order. */
export async function scanEcus(client: UdsClient, signal?: AbortSignal): Promise<readonly EcuAddress[]> {
  if (!client.transport.capabilities.functionalAddressing) {
    throw new KombiError({ code: 'link.no-functional', message: `${client.transport.description} cannot ask all ECUs at once` });
  }
  const answers = await client.functional(SCAN_REQUEST, { quietMs: SCAN_QUIET_MS, ...(signal === undefined ? {} : { signal }) });
  const found = new Set(answers.map((answer) => answer.source).filter((source) => source !== FUNCTIONAL_ADDRESS));
  return [...found].sort((left, right) => left - right);
}
