import type { BackupDraft, BackupEcu } from '../archive/index.ts';
import { formatEcuAddress, toHex } from '../core/index.ts';
import { type EcuIdentity, formatSvkEntry } from '../vehicle/index.ts';
import type { Car } from './car.ts';

/** Which car a backup is of, and what it was read through. */
export function headOfBackup({ identity, transport }: Car): Pick<BackupDraft, 'vehicle' | 'adapter'> {
  const { vin, vinSource, vehicleOrder, iLevels, series, model } = identity;
  const { adapter } = transport;
  return {
    vehicle: {
      vin,
      vinSource: `${formatEcuAddress(vinSource)}/F190`,
      ...(vehicleOrder === undefined ? {} : { fa: toHex(vehicleOrder) }),
      ...(iLevels === undefined ? {} : { iLevel: iLevels.current }),
      ...(series === undefined ? {} : { series }),
      ...(model === undefined ? {} : { model }),
    },
    adapter: { kind: adapter.kind, firmware: adapter.firmware ?? null },
  };
}

/** Which ECU it is. */
export function headOfEcu({ address, name, serial, svk }: EcuIdentity): Pick<BackupEcu, 'address' | 'name' | 'serial' | 'svk' | 'cafds'> {
  return {
    address: formatEcuAddress(address),
    name,
    serial: serial ?? null,
    svk: svk === undefined ? null : toHex(svk.raw),
    cafds: svk?.entries.filter((entry) => entry.processClass === 'CAFD').map(formatSvkEntry) ?? [],
  };
}

/** Volts as a backup keeps them: a tenth is what the figure is good for. */
export function savedVoltage(volts: number | undefined): number | null {
  return volts === undefined ? null : Math.round(volts * 10) / 10;
}
