import type { Archive, BackupContent, BackupEcu, BackupTroubleCode, SavedBackup } from '../archive/index.ts';
import { type EcuAddress, ecuAddress, fromHex, toHex } from '../core/index.ts';
import type { EcuIdentity } from '../vehicle/index.ts';
import type { ToolIdentity } from './backup-car.ts';
import { headOfBackup, headOfEcu, savedVoltage } from './backup-heads.ts';
import type { Car } from './car.ts';
import type { StoredFault } from './read-faults.ts';

/** The trouble codes of one ECU, and which ECU it is. */
export interface FaultsOfEcu {
  readonly identity: EcuIdentity;
  readonly faults: readonly StoredFault[];
}

/**
 * Puts trouble codes durably into the archive, as a backup that holds no blocks. Returns when it was read back.
 *
 * @throws {KombiError} `archive.*`
 */
export async function saveFaults(
  car: Car,
  archive: Archive,
  { ecus, tool, label }: { readonly ecus: readonly FaultsOfEcu[]; readonly tool: ToolIdentity; readonly label: string },
): Promise<SavedBackup> {
  const volts = savedVoltage(await car.voltage());
  return await archive.saveBackup({
    ...headOfBackup(car),
    ecus: ecus.map(backupEcu),
    complete: false,
    voltage: { first: volts, last: volts },
    tool: { ...tool },
    label,
  });
}

/** Without blocks, and so not complete: nobody may take it for the list of what the ECU holds. */
function backupEcu({ identity, faults }: FaultsOfEcu): BackupEcu {
  return {
    ...headOfEcu(identity),
    complete: false,
    blocks: [],
    unreadable: [],
    troubleCodes: faults.map(savedFault),
  };
}

function savedFault({ code, status, details }: StoredFault): BackupTroubleCode {
  return {
    code,
    status: toHex(Uint8Array.of(status)),
    ...(details?.snapshots === undefined ? {} : { snapshots: toHex(details.snapshots) }),
    ...(details?.extendedData === undefined ? {} : { extendedData: toHex(details.extendedData) }),
    ...(details?.kwpRecord === undefined ? {} : { kwpRecord: toHex(details.kwpRecord) }),
  };
}

/** The trouble codes that a backup holds, by ECU; an ECU that was not asked for any is not in it. */
export function faultsInBackup(car: Car, backup: BackupContent): ReadonlyMap<EcuAddress, readonly StoredFault[]> {
  const saved = new Map<EcuAddress, readonly StoredFault[]>();
  for (const { address, troubleCodes } of backup.ecus) {
    if (troubleCodes === undefined) continue;
    const ecu = ecuAddress(Number.parseInt(address, 16));
    saved.set(
      ecu,
      troubleCodes.map(({ code, status, snapshots, extendedData, kwpRecord }) => ({
        ecu,
        code,
        status: Number.parseInt(status, 16),
        statusAvailability: code.length === 4 ? 0 : 0xff,
        meaning: car.catalog.troubleCode(ecu, code),
        details: {
          snapshots: snapshots === undefined ? undefined : fromHex(snapshots),
          extendedData: extendedData === undefined ? undefined : fromHex(extendedData),
          kwpRecord: kwpRecord === undefined ? undefined : fromHex(kwpRecord),
        },
      })),
    );
  }
  return saved;
}
