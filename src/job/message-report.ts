import { type Did, type EcuAddress, isKombiError, readU16 } from '../core/index.ts';
import { readIfTold } from '../vehicle/index.ts';
import type { Car } from './car.ts';
import { readFaults, type StoredFault } from './read-faults.ts';

const CLUSTER = 0x60 as EcuAddress;
const EMERGENCY_CALL_UNIT = 0x61 as EcuAddress;

/** Check Control messages that the cluster stored, with mileage (bmw-diagnostics §5.4, published; record of 4 bytes likely). */
const STORED_MESSAGES = 0xd10b as Did;
const STORED_RECORD_BYTES = 4;
const KM_PER_COUNT = 8;
/** Active messages; read as u16 ids (bmw-diagnostics §5.4: hypothesis, so "seen" may be said of it, never "not raised"). */
const ACTIVE_MESSAGES = 0x2521 as Did;
const EMPTY_IDS: ReadonlySet<number> = new Set([0x0000, 0xffff]);

export interface StoredMessage {
  readonly id: number;
  readonly mileageKm: number;
}

export interface MessageMemory {
  /** Undefined where the cluster does not tell. */
  readonly stored: readonly StoredMessage[] | undefined;
  readonly active: readonly number[] | undefined;
}

/** What the cluster itself stores of Check Control messages. */
export async function readMessages(car: Car): Promise<MessageMemory> {
  const stored = await readIfTold(car.client, CLUSTER, STORED_MESSAGES, car.signal);
  const active = await readIfTold(car.client, CLUSTER, ACTIVE_MESSAGES, car.signal);
  return { stored: stored && decodeStoredMessages(stored), active: active && decodeActiveMessages(active) };
}

export function decodeStoredMessages(data: Uint8Array): readonly StoredMessage[] {
  const messages: StoredMessage[] = [];
  for (let offset = 0; offset + STORED_RECORD_BYTES <= data.length; offset += STORED_RECORD_BYTES) {
    const id = readU16(data, offset) ?? 0;
    if (!EMPTY_IDS.has(id)) messages.push({ id, mileageKm: (readU16(data, offset + 2) ?? 0) * KM_PER_COUNT });
  }
  return messages;
}

export function decodeActiveMessages(data: Uint8Array): readonly number[] {
  const ids: number[] = [];
  for (let offset = 0; offset + 2 <= data.length; offset += 2) {
    const id = readU16(data, offset) ?? 0;
    if (!EMPTY_IDS.has(id)) ids.push(id);
  }
  return ids;
}

/** What the car itself stores of one message. */
export interface MessageReport {
  readonly id: number;
  /** Seen among the stored messages. */
  readonly stored: StoredMessage | undefined;
  /** Seen among the active ones; false says only that it was not seen there. */
  readonly seenActive: boolean;
  /** Whether the cluster told anything at all. */
  readonly told: boolean;
  /** Where it was not seen: what was of the same subject, ascending. */
  readonly seenInstead: readonly number[];
  /** Of the emergency-call unit, for its messages. Undefined: not asked, or it does not answer. */
  readonly faults: readonly StoredFault[] | undefined;
}

/** Asks the car about the messages that a plan hides or shows. */
export async function reportMessages(car: Car, ids: readonly number[]): Promise<readonly MessageReport[]> {
  if (ids.length === 0) return [];
  const memory = await readMessages(car);
  const subjectOf = (id: number) => car.catalog.message(id)?.subject;
  const asksUnit = ids.some((id) => subjectOf(id) === 'emergency-call');
  const faults = asksUnit ? await readFaultsIfTold(car, EMERGENCY_CALL_UNIT) : undefined;
  const seen = seenMessages(memory);
  return ids.map((id) => ({
    id,
    stored: memory.stored?.find((message) => message.id === id),
    seenActive: memory.active?.includes(id) ?? false,
    told: memory.stored !== undefined || memory.active !== undefined,
    seenInstead: seen.includes(id) ? [] : seen.filter((other) => subjectOf(id) !== undefined && subjectOf(other) === subjectOf(id)),
    faults: subjectOf(id) === 'emergency-call' ? faults : undefined,
  }));
}

/** Every message of a cluster's memory once, ascending. */
export function seenMessages({ active, stored }: MessageMemory): readonly number[] {
  return [...new Set([...(active ?? []), ...(stored ?? []).map(({ id }) => id)])].sort((left, right) => left - right);
}

/** Trouble codes of an ECU; undefined where it refuses or is silent. Link errors pass. */
export async function readFaultsIfTold(car: Car, ecu: EcuAddress): Promise<readonly StoredFault[] | undefined> {
  try {
    return (await readFaults(car, ecu)).faults;
  } catch (error) {
    if (isKombiError(error, 'uds') || isKombiError(error, 'ecu')) return undefined;
    throw error;
  }
}
