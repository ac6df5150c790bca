import { type Did, type EcuAddress, type Ignition, isKombiError, readU16 } from '../core/index.ts';
import type { UdsClient } from '../uds/index.ts';

const DME = 0x12 as EcuAddress;
const BODY_CONTROLLER = 0x40 as EcuAddress;

/** DME supply voltage, u16 × 0.015 V (bmw-diagnostics §5.4, published). */
const DME_VOLTAGE = 0x460a as Did;
const DME_VOLTS_PER_COUNT = 0.015;
/** FEM/BDC terminal 30 voltage, s16 / 10 V (bmw-diagnostics §5.4, published). */
const BODY_VOLTAGE = 0xdad6 as Did;
/** CAS/FEM/BDC terminal status, one byte (bmw-diagnostics §5.4, published). */
const TERMINAL_STATUS = 0xdc56 as Did;
const TERMINAL_15 = 0x0a;
const TERMINAL_50 = 0x0d;
const TERMINALS_OFF: ReadonlySet<number> = new Set([0x02, 0x04, 0x06, 0x08]);

/** Supply voltage in volts, from the first ECU that tells it; undefined where none does. */
export async function readVoltage(client: UdsClient, signal?: AbortSignal): Promise<number | undefined> {
  const engine = await readIfTold(client, DME, DME_VOLTAGE, signal);
  const counts = engine && readU16(engine, 0);
  if (counts !== undefined) return counts * DME_VOLTS_PER_COUNT;
  const body = await readIfTold(client, BODY_CONTROLLER, BODY_VOLTAGE, signal);
  const tenths = body && readU16(body, 0);
  return tenths === undefined ? undefined : ((tenths << 16) >> 16) / 10;
}

/** Terminal 15, from the link where it knows, else from the body controller. A silence is "unknown", never "off". */
export async function readIgnition(client: UdsClient, signal?: AbortSignal): Promise<Ignition> {
  const link = await client.transport.ignition(signal);
  if (link !== 'unknown') return link;
  const status = (await readIfTold(client, BODY_CONTROLLER, TERMINAL_STATUS, signal))?.[0];
  if (status === TERMINAL_15 || status === TERMINAL_50) return 'on';
  return status !== undefined && TERMINALS_OFF.has(status) ? 'off' : 'unknown';
}

/** The bytes of a DID, or undefined where the ECU is not there or does not have it. Link errors pass. */
export async function readIfTold(client: UdsClient, ecu: EcuAddress, did: Did, signal?: AbortSignal): Promise<Uint8Array | undefined> {
  try {
    return await client.readDid(ecu, did, signal === undefined ? {} : { signal });
  } catch (error) {
    if (isKombiError(error, 'uds') || isKombiError(error, 'ecu')) return undefined;
    throw error;
  }
}
