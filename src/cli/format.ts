import { type EcuAddress, formatEcuAddress } from '../core/index.ts';
import type { Car } from '../job/index.ts';
import type { EcuIdentity, VehicleIdentity } from '../vehicle/index.ts';
import { escapeText } from './escape.ts';

/** `KOMBI 60`; the address alone where nobody knows a name. */
export function ecuTitle({ name, address }: Pick<EcuIdentity, 'name' | 'address'>): string {
  const hex = formatEcuAddress(address);
  return name === hex ? hex : `${escapeText(name)} ${hex}`;
}

export function hexAddress(address: EcuAddress): string {
  return formatEcuAddress(address);
}

export function volts(voltage: number): string {
  return `${voltage.toFixed(1)} V`;
}

/** `WBA6C92010D000001 · 640d Gran Coupé (F06) · ENET · 13.4 V`: what is not known is left out. */
export async function carLine(car: Car): Promise<string> {
  return carHeading(car, await car.voltage());
}

/** {@link carLine} with a voltage that has been read. */
export function carHeading(car: Car, voltage: number | undefined): string {
  const parts = [car.identity.vin, carName(car.identity), car.transport.adapter.kind, voltage === undefined ? undefined : volts(voltage)];
  return parts
    .filter((part) => part !== undefined)
    .map(escapeText)
    .join(' · ');
}

function carName({ model, series }: VehicleIdentity): string | undefined {
  if (model === undefined) return series;
  return series === undefined ? model : `${model} (${series})`;
}

/** `FF FF F7`. */
export function spacedHex(hex: string): string {
  return hex.replace(/..(?=.)/g, '$& ');
}

export function plural(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

/** `2026-11-20T14:27:31Z`, of an ISO time with or without its fraction. */
export function toTheSecond(time: string): string {
  return escapeText(time).replace(/\.\d+(?=Z$)/, '');
}
