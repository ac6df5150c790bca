import { type Did, type EcuAddress, type Ignition, isKombiError, readU16, readU32 } from '../core/index.ts';
import type { UdsClient } from '../uds/index.ts';

const GATEWAY = 0x10 as EcuAddress;
const DME = 0x12 as EcuAddress;
const BODY_CONTROLLER = 0x40 as EcuAddress;
const CLUSTER = 0x60 as EcuAddress;

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
/** Energy mode, one byte (bmw-diagnostics §5.4, published; answers of a G31 recorded). */
const ENERGY_MODE = 0x100a as Did;
const ENERGY_MODES: Readonly<Record<number, EnergyMode['name']>> = { 0: 'none', 1: 'production', 2: 'transport', 3: 'flash' };
/** Mileage of the cluster, two u32 in km, of RAM and EEPROM (bmw-diagnostics §5.4, published). */
const MILEAGE = 0xd10d as Did;
/** The mileage that it shows, u32 in km (bmw-diagnostics §5.4, published; four bytes of a G31 recorded). */
const SHOWN_MILEAGE = 0xd122 as Did;

/** Whom to ask for values of the moment. */
export interface LiveAsking {
  readonly client: UdsClient;
  readonly signal?: AbortSignal | undefined;
  /** ECUs that are known to stay silent: not asked, because each silence costs seconds. */
  readonly silent?: ReadonlySet<EcuAddress>;
}

export interface VoltageReading {
  readonly volts: number;
  /** The ECU that told it. */
  readonly source: EcuAddress;
}

/** Supply voltage, from the first ECU that tells it; undefined where none does. */
export async function readVoltage(asking: LiveAsking): Promise<VoltageReading | undefined> {
  const engine = await tellOf(asking, DME, DME_VOLTAGE);
  const counts = engine && readU16(engine, 0);
  if (counts !== undefined) return { volts: counts * DME_VOLTS_PER_COUNT, source: DME };
  const body = await tellOf(asking, BODY_CONTROLLER, BODY_VOLTAGE);
  const tenths = body && readU16(body, 0);
  return tenths === undefined ? undefined : { volts: ((tenths << 16) >> 16) / 10, source: BODY_CONTROLLER };
}

/** Terminal 15, from the link where it knows, else from the body controller. A silence is "unknown", never "off". */
export async function readIgnition(asking: LiveAsking): Promise<Ignition> {
  const link = await asking.client.transport.ignition(asking.signal);
  return link === 'unknown' ? ignitionOf(await readTerminalStatus(asking)) : link;
}

export interface Terminals {
  readonly ignition: Ignition;
  /**
   * `starting`: terminal 50 is on. `off`: terminal 15 is off, and without it no engine runs (derived). That it runs is
   * told by no value that is published.
   */
  readonly engine: 'off' | 'starting' | 'unknown';
}

/** {@link readIgnition}, and what can be known of the engine. */
export async function readTerminals(asking: LiveAsking): Promise<Terminals> {
  const link = await asking.client.transport.ignition(asking.signal);
  const status = await readTerminalStatus(asking);
  const ignition = link === 'unknown' ? ignitionOf(status) : link;
  if (status === TERMINAL_50) return { ignition, engine: 'starting' };
  return { ignition, engine: ignition === 'off' ? 'off' : 'unknown' };
}

async function readTerminalStatus(asking: LiveAsking): Promise<number | undefined> {
  return (await tellOf(asking, BODY_CONTROLLER, TERMINAL_STATUS))?.[0];
}

function ignitionOf(status: number | undefined): Ignition {
  if (status === TERMINAL_15 || status === TERMINAL_50) return 'on';
  return status !== undefined && TERMINALS_OFF.has(status) ? 'off' : 'unknown';
}

export interface EnergyMode {
  readonly value: number;
  /** Undefined where the value has no published name. */
  readonly name: 'none' | 'production' | 'transport' | 'flash' | undefined;
  /** The ECU that told it. */
  readonly source: EcuAddress;
}

/** The energy mode, from the first ECU that tells it; undefined where none does. */
export async function readEnergyMode(asking: LiveAsking): Promise<EnergyMode | undefined> {
  for (const source of [GATEWAY, BODY_CONTROLLER, CLUSTER]) {
    const value = (await tellOf(asking, source, ENERGY_MODE))?.[0];
    if (value !== undefined) return { value, name: ENERGY_MODES[value], source };
  }
  return undefined;
}

/** Kilometres, from the cluster; undefined where it does not tell them. */
export async function readMileageKm(asking: LiveAsking): Promise<number | undefined> {
  for (const did of [MILEAGE, SHOWN_MILEAGE]) {
    const data = await tellOf(asking, CLUSTER, did);
    const km = data && readU32(data, 0);
    if (km !== undefined) return km;
  }
  return undefined;
}

async function tellOf({ client, signal, silent }: LiveAsking, ecu: EcuAddress, did: Did): Promise<Uint8Array | undefined> {
  return silent?.has(ecu) ? undefined : readIfTold(client, ecu, did, signal);
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
