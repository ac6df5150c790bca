import type { BackupContent, BackupDraft, BackupEcu, BackupOrigin, BackupVehicle } from '../backup.ts';
import { backupBlock, blockBytes } from '../backup-block.ts';

/** One block outside the archive: what an address holds, no matter how often it was read. */
export interface ExportedBlock {
  readonly did: string;
  readonly bytes: Uint8Array;
}

export interface ExportedEcu
  extends Pick<BackupEcu, 'address' | 'name' | 'serial' | 'hardware' | 'svk' | 'cafds' | 'unreadable' | 'troubleCodes'> {
  readonly blocks: readonly ExportedBlock[];
}

/** What leaves the archive and may come back. A format that cannot carry all of it leaves out. */
export interface Exported {
  readonly redacted: boolean;
  /** When the bytes were read. */
  readonly time?: string;
  readonly label?: string;
  readonly vehicle: BackupVehicle;
  readonly ecus: readonly ExportedEcu[];
}

/** Which part of a backup leaves; default: all of it. */
export interface ExportPart {
  /** ECU addresses, two hex digits. */
  readonly ecus?: ReadonlySet<string>;
  /** DIDs, four hex digits. */
  readonly blocks?: ReadonlySet<string>;
}

export function exportBackup(backup: BackupContent, part: ExportPart = {}): Exported {
  const { importedFrom, label, vehicle } = backup;
  const time = importedFrom === undefined ? backup.time : importedFrom.time;
  return {
    redacted: importedFrom?.redacted ?? false,
    ...(time === undefined ? {} : { time }),
    ...(label === undefined ? {} : { label }),
    vehicle,
    ecus: backup.ecus
      .filter(({ address }) => part.ecus?.has(address) ?? true)
      .map(({ address, name, serial, hardware, svk, cafds, blocks, unreadable, troubleCodes }) => ({
        address,
        name,
        serial,
        ...(hardware === undefined ? {} : { hardware }),
        svk,
        cafds,
        blocks: blocks.filter(({ did }) => part.blocks?.has(did) ?? true).map((block) => ({ did: block.did, bytes: blockBytes(block) })),
        unreadable,
        ...(troubleCodes === undefined ? {} : { troubleCodes }),
      }))
      .filter(({ blocks }) => part.blocks === undefined || blocks.length > 0),
  };
}

/** What {@link importedDraft} is told beside the file. */
export interface ImportOptions {
  readonly tool: BackupDraft['tool'];
  readonly format: BackupOrigin['format'];
  readonly sha256: string;
  readonly label?: string;
}

/** A backup to be saved. Read once at best and by somebody else, so never complete. */
export function importedDraft(exported: Exported, { tool, format, sha256, label = exported.label }: ImportOptions): BackupDraft {
  const { redacted, time, vehicle, ecus } = exported;
  return {
    vehicle,
    tool,
    adapter: { kind: 'import', firmware: null },
    voltage: { first: null, last: null },
    ...(label === undefined ? {} : { label }),
    importedFrom: { format, sha256, ...(time === undefined ? {} : { time }), redacted },
    complete: false,
    ecus: ecus.map((ecu) => ({
      ...ecu,
      complete: false,
      blocks: ecu.blocks.map((block) => backupBlock({ ...block, reads: 1 })),
    })),
  };
}
