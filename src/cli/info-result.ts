import { type EcuAddress, toHex } from '../core/index.ts';
import type { Car, SurveyedEcu } from '../job/index.ts';
import {
  codingRule,
  decodeVin,
  type EcuDetails,
  type EnergyMode,
  formatSvkEntry,
  type Terminals,
  type VehicleIdentity,
  type VehicleOrder,
  type VoltageReading,
} from '../vehicle/index.ts';
import { hexAddress } from './format.ts';

/** What the car says of its present state. Undefined: nobody tells. */
export interface LiveValues {
  readonly voltage: VoltageReading | undefined;
  readonly terminals: Terminals;
  readonly energyMode: EnergyMode | undefined;
  readonly mileageKm: number | undefined;
}

/** An ECU as `kombi info` shows it. */
export interface InfoEcu extends SurveyedEcu {
  readonly title: string | undefined;
  readonly details: EcuDetails | undefined;
}

/** For programs: null where the car does not say. */
export function infoResult(car: Car, live: LiveValues, ecus: readonly InfoEcu[]) {
  const { identity, catalog, transport } = car;
  const { vin, series, model, typeKey, productionDate, iLevels, order, vinSource, protocol } = identity;
  const { rule, family, reason } = codingRule(identity);
  const { voltage, terminals, energyMode, mileageKm } = live;
  const gateway = gatewayOf(car, ecus);
  return {
    vin,
    vinSource: hexAddress(vinSource),
    series: series ?? null,
    family: family === 'unknown' ? null : family,
    model: model ?? null,
    typeKey: typeKey ?? null,
    manufacturer: decodeVin(vin).manufacturer ?? null,
    productionDate: productionDate ?? null,
    newestEcu: newestDateOf(ecus) ?? null,
    iLevel: iLevels?.current ?? null,
    iLevels: iLevels === undefined ? null : { ...iLevels, last: iLevels.last ?? null, shipment: iLevels.shipment ?? null },
    order: order === undefined ? null : orderResult(order, listsAreTold(identity)),
    coding: { rule, reason },
    protocol,
    gateway: gateway === undefined ? null : { address: hexAddress(gateway), name: catalog.ecuName(gateway) },
    voltage: voltage === undefined ? null : Math.round(voltage.volts * 10) / 10,
    voltageSource: voltage === undefined ? null : hexAddress(voltage.source),
    ignition: terminals.ignition === 'unknown' ? null : terminals.ignition,
    engine: terminals.engine === 'unknown' ? null : terminals.engine,
    energyMode: energyMode === undefined ? null : { value: energyMode.value, name: energyMode.name ?? null },
    mileageKm: mileageKm ?? null,
    link: transport.description,
    ecus: ecus.map(ecuResult),
  };
}

const GATEWAY = 0x10;

/** The address of the central gateway, where it has answered. */
export function gatewayOf({ identity }: Car, ecus: readonly InfoEcu[]): EcuAddress | undefined {
  if (identity.vinSource === GATEWAY) return identity.vinSource;
  return ecus.find((ecu) => ecu.address === GATEWAY && ecu.identity !== undefined)?.address;
}

/** When the newest of several ECUs was made, `2017-06-20`: a car that has all its own was not built before. */
export function newestDateOf(ecus: readonly InfoEcu[]): string | undefined {
  if (ecus.length < 2) return undefined;
  return ecus
    .flatMap(({ details }) => details?.date ?? [])
    .toSorted()
    .at(-1);
}

/** Whether the lists of the order are known, empty or not: E-series cars tell only its head. */
export function listsAreTold({ protocol }: VehicleIdentity): boolean {
  return protocol === 'uds';
}

function orderResult(order: VehicleOrder, hasLists: boolean) {
  const { criterion, series, typeKey, paint, upholstery, options, eWords, hoWords, damage } = order;
  return {
    criterion: criterion ?? null,
    series: series ?? null,
    type: typeKey ?? null,
    paint: paint ?? null,
    upholstery: upholstery ?? null,
    options: hasLists ? options : null,
    eWords: hasLists ? eWords : null,
    hoWords: hasLists ? hoWords : null,
    damage: damage ?? null,
  };
}

function ecuResult({ address, name, title, by, identity, details }: InfoEcu) {
  const svk = identity?.svk;
  const software = svk?.entries.map(formatSvkEntry) ?? [];
  return {
    address: hexAddress(address),
    name,
    title: title ?? null,
    serial: identity?.serial ?? null,
    supplier: details?.supplier ?? null,
    date: details?.date ?? null,
    cafds: software.filter((entry) => entry.startsWith('CAFD_')),
    software,
    svk:
      svk === undefined
        ? null
        : {
            programmingStatus: svk.programmingStatus ?? null,
            date: svk.date ?? null,
            fingerprint: svk.fingerprint ?? null,
            complete: svk.complete,
            raw: toHex(svk.raw),
          },
    found: by,
    silent: identity === undefined,
  };
}
