import { type EcuAddress, isKombiError, messageOf, toHex } from '../../../core/index.ts';
import { type Car, type EcuFaults, readFaults, type StoredInfo } from '../../../job/index.ts';
import {
  type DtcSnapshots,
  decodeExtendedData,
  decodeSnapshots,
  dtcStates,
  type SnapshotValue,
  snapshotMileageKm,
  snapshotTimeS,
} from '../../../uds/index.ts';
import type { EcuIdentity } from '../../../vehicle/index.ts';
import type { Outcome } from '../../command.ts';
import type { Context } from '../../context.ts';
import { escapeText } from '../../escape.ts';
import { type EcuFault, faultLines, infoLines, isPresent, meaningText, noneText } from '../../faults-text.ts';
import { ecuTitle, hexAddress } from '../../format.ts';
import { openTheCar } from '../../open-car.ts';
import { wrap } from '../../text.ts';

/** The trouble codes of one ECU. */
export interface ReadEcu extends EcuFaults {
  readonly identity: EcuIdentity;
}

/** What was read of several ECUs, and which of them did not tell. */
export interface Reading {
  readonly ecus: readonly ReadEcu[];
  readonly unread: readonly { readonly ecu: string; readonly name: string; readonly code: string; readonly message: string }[];
}

export async function readFaultsOf(context: Context, only: EcuAddress | undefined, details: boolean): Promise<Outcome> {
  const { ecus, unread } = await readAll(context, await openTheCar(context), { only, details });
  const told = (text: string) => wrap(text, { width: context.width });
  const found = faultsIn(ecus);
  const info = ecus.flatMap(({ identity, info }) => (info ?? []).map((entry) => infoResult(identity, entry)));
  return {
    result: { faults: found.map((fault) => faultResult(fault, context)), info, unread },
    lines: [
      ...(found.length > 0 ? await faultLines(context, found) : told(noneText(unread, context))),
      ...infoLines(ecus, { context, whole: only !== undefined }),
    ],
  };
}

export function faultsIn(ecus: readonly ReadEcu[]): readonly EcuFault[] {
  return ecus.flatMap(({ identity, faults }) => faults.map((fault) => ({ ...fault, identity })));
}

/** Of many ECUs, one that refuses or is silent is told and passed over; asked for alone, its refusal is the answer. */
export async function readAll(
  context: Context,
  car: Car,
  { only, details, info = true }: { readonly only: EcuAddress | undefined; readonly details: boolean; readonly info?: boolean },
): Promise<Reading> {
  const { tell } = await context.progress();
  const ecus: ReadEcu[] = [];
  const unread: Reading['unread'][number][] = [];
  const pass = async (ecu: { readonly address: EcuAddress; readonly name: string }, code: string, message: string) => {
    await context.say(`${ecuTitle(ecu)} does not tell its trouble codes: ${escapeText(message)}`);
    unread.push({ ecu: hexAddress(ecu.address), name: ecu.name, code, message });
  };
  const found = only === undefined ? await car.survey(tell) : [await oneEcu(car, only)];
  for (const [done, { address, name, identity }] of found.entries()) {
    tell({ step: 'faults', ecu: address, done, total: found.length });
    if (identity === undefined) {
      await pass({ address, name }, 'ecu.no-response', 'it is silent');
      continue;
    }
    try {
      ecus.push({ ...(await readFaults(car, address, { details, info })), identity });
    } catch (error) {
      if (only !== undefined || !(isKombiError(error, 'uds') || isKombiError(error, 'ecu'))) throw error;
      await pass(identity, error.code, messageOf(error));
    }
    await car.assertSame();
  }
  return { ecus, unread };
}

async function oneEcu(car: Car, address: EcuAddress) {
  const identity = await car.ecu(address);
  return { address, name: identity.name, identity };
}

export function faultResult(fault: EcuFault, { language }: Context) {
  const { identity, code, status, statusAvailability, meaning, details } = fault;
  const text = meaningText(fault, language);
  return {
    ecu: hexAddress(identity.address),
    name: identity.name,
    code,
    status: toHex(Uint8Array.of(status)),
    statusAvailability: toHex(Uint8Array.of(statusAvailability)),
    states: dtcStates(status, statusAvailability),
    present: isPresent(fault),
    ...(meaning === undefined ? {} : { text, evidence: meaning.evidence, source: meaning.source }),
    ...(details?.snapshots === undefined ? {} : { snapshots: snapshotsResult(decodeSnapshots(details.snapshots), details.snapshots) }),
    ...(details?.extendedData === undefined ? {} : { extendedData: extendedResult(details.extendedData) }),
    ...(details?.kwpRecord === undefined ? {} : { record: toHex(details.kwpRecord) }),
  };
}

function snapshotsResult({ snapshots, rest }: DtcSnapshots, raw: Uint8Array) {
  return {
    hex: toHex(raw),
    records: snapshots.map(({ number, count, values }) => ({ number, count, ...valuesResult(values) })),
    ...(rest.length === 0 ? {} : { rest: toHex(rest) }),
  };
}

function extendedResult(raw: Uint8Array) {
  const records = decodeExtendedData(raw);
  return { hex: toHex(raw), ...(records === undefined ? {} : { records }) };
}

function infoResult(identity: EcuIdentity, { code, status, entry }: StoredInfo) {
  return {
    ecu: hexAddress(identity.address),
    name: identity.name,
    code,
    status: toHex(Uint8Array.of(status)),
    ...(entry === undefined
      ? {}
      : {
          snapshots: entry.snapshots.map(valuesResult),
          ...(entry.extendedData === undefined ? {} : { extendedData: entry.extendedData }),
          ...(entry.rest.length === 0 ? {} : { rest: toHex(entry.rest) }),
        }),
  };
}

function valuesResult(values: readonly SnapshotValue[]) {
  const mileageKm = snapshotMileageKm(values);
  const timeS = snapshotTimeS(values);
  return {
    ...(mileageKm === undefined ? {} : { mileageKm }),
    ...(timeS === undefined ? {} : { timeS }),
    values: values.map(({ did, data }) => ({ did: did.toString(16).toUpperCase().padStart(4, '0'), hex: toHex(data) })),
  };
}
