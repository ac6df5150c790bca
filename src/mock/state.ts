import * as z from 'zod';
import { fromHex, KombiError, lazily, toHex } from '../core/index.ts';
import type { Car } from './car.ts';
import type { Ecu } from './ecu/ecu.ts';
import type { EcuPart, TroubleCode } from './profile.ts';

const schemas = lazily(() => {
  const hexTable = z.record(z.string().regex(/^[0-9A-F]{4}$/), z.string().regex(/^([0-9A-F]{2})*$/));

  const ecuState = z.strictObject({
    blocks: hexTable.optional(),
    dids: hexTable.optional(),
    coded: z.boolean().optional(),
    troubleCodes: z
      .array(
        z.strictObject({
          code: z.number(),
          status: z.number(),
          km: z.number(),
          seconds: z.number(),
          occurrences: z.number(),
          present: z.boolean(),
          returns: z.literal('at-once').optional(),
          snapshotValues: hexTable.optional(),
          note: z.string().optional(),
        }),
      )
      .optional(),
    messages: z
      .strictObject({ raised: z.array(z.number()), stored: z.array(z.strictObject({ id: z.number(), km: z.number() })) })
      .optional(),
    clock: z.string().optional(),
    session: z.string().optional(),
    energyMode: z.number().optional(),
    unstored: hexTable.optional(),
    received: z.number().optional(),
  });

  const carState = z.strictObject({
    format: z.literal('kombi/mock-car@1'),
    profile: z.string(),
    vin: z.string(),
    ecus: z.record(z.string().regex(/^[0-9A-F]{2}$/), ecuState),
    /** Absent: none. */
    events: z.array(z.string()).optional(),
  });

  return { carState, ecuState };
});
type Schemas = ReturnType<typeof schemas>;

export const carStateSchema = (): Schemas['carState'] => schemas().carState;

/** All of a car that survives a reset, as plain data: per ECU the parts that its profile lists so. */
export type CarState = z.output<Schemas['carState']>;
export type EcuState = z.output<Schemas['ecuState']>;
/** All that a reset loses. */
export type VolatileState = Readonly<Record<string, EcuState>>;

export function exportCarState(car: Car): CarState {
  const ecus = partsOf(car, car.profile.survivesReset);
  const events = car.events.length === 0 ? {} : { events: [...car.events] };
  return { format: 'kombi/mock-car@1', profile: car.profile.name, vin: car.vin, ecus, ...events };
}

export function volatileCarState(car: Car): VolatileState {
  return partsOf(car, car.profile.volatile);
}

/** @throws {KombiError} `usage.state` when the state is another kind of car's */
export function importCarState(car: Car, state: CarState): void {
  const unknown = Object.keys(state.ecus).find((text) => !car.ecus.has(Number.parseInt(text, 16)));
  if (state.profile !== car.profile.name || unknown !== undefined) {
    throw new KombiError({
      code: 'usage.state',
      message: `The state of a "${state.profile}" does not fit the mock car "${car.profile.name}"`,
      hint: 'Use the profile that the state was saved from, or another state file.',
    });
  }
  car.vin = state.vin;
  car.events.splice(0, car.events.length, ...(state.events ?? []));
  for (const [text, parts] of Object.entries(state.ecus)) {
    const ecu = car.ecus.get(Number.parseInt(text, 16));
    if (ecu === undefined) continue;
    ecu.memory.restore(bytesByDid({ ...parts.blocks, ...parts.dids }));
    ecu.coded = parts.coded ?? ecu.coded;
    ecu.troubleCodes = parts.troubleCodes?.map(storedTroubleCode) ?? ecu.troubleCodes;
    ecu.messages = parts.messages ?? ecu.messages;
  }
}

function storedTroubleCode({ snapshotValues, ...code }: NonNullable<EcuState['troubleCodes']>[number]): TroubleCode {
  return snapshotValues === undefined ? code : { ...code, snapshotValues: new Map(bytesByDid(snapshotValues)) };
}

function bytesByDid(values: Readonly<Record<string, string>>): readonly (readonly [number, Uint8Array])[] {
  return Object.entries(values).map(([did, hex]) => [Number.parseInt(did, 16), fromHex(hex)]);
}

function partsOf(car: Car, parts: readonly EcuPart[]): Record<string, EcuState> {
  return Object.fromEntries(
    [...car.ecus.values()].map((ecu) => [hex(ecu.address, 2), Object.fromEntries(parts.map((part) => [part, PARTS[part](ecu)]))]),
  );
}

const PARTS: { readonly [Part in EcuPart]: (ecu: Ecu) => EcuState[Part] } = {
  blocks: (ecu) => table([...ecu.memory.entries()].filter(([did]) => ecu.profile.blocks.has(did))),
  dids: (ecu) => table([...ecu.memory.entries()].filter(([did]) => !ecu.profile.blocks.has(did))),
  coded: (ecu) => ecu.coded,
  troubleCodes: (ecu) =>
    ecu.troubleCodes.map(({ snapshotValues, ...code }) =>
      snapshotValues === undefined ? code : { ...code, snapshotValues: table(snapshotValues) },
    ),
  messages: (ecu) => ({ raised: [...ecu.messages.raised], stored: [...ecu.messages.stored] }),
  clock: (ecu) => ecu.clock?.toString() ?? 'none',
  session: (ecu) => hex(ecu.session, 2),
  energyMode: (ecu) => ecu.energyMode,
  unstored: (ecu) => table(ecu.memory.unstored()),
  received: (ecu) => ecu.received,
};

function table(entries: Iterable<readonly [number, Uint8Array]>): Record<string, string> {
  return Object.fromEntries([...entries].map(([did, bytes]) => [hex(did, 4), toHex(bytes)]));
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}

/** JSON with every object's keys in order, so that equal states are equal texts. */
export function canonicalJson(value: unknown, indent = 0): string {
  return JSON.stringify(
    value,
    (_key, item: unknown) =>
      item !== null && typeof item === 'object' && !Array.isArray(item)
        ? Object.fromEntries(Object.entries(item).sort(([left], [right]) => (left < right ? -1 : 1)))
        : item,
    indent,
  );
}
