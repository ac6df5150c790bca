import type { Archive, BackupContent, BackupEcu, JournalOperation, JournalSummary } from '../archive/index.ts';
import { type BlockChange, type EditSyntax, formatAddress, parseEdit } from '../coding/index.ts';
import {
  type Did,
  did,
  type EcuAddress,
  EXIT,
  ecuAddress,
  formatDid,
  formatEcuAddress,
  fromHex,
  KombiError,
  toHex,
} from '../core/index.ts';
import type { EcuIdentity } from '../vehicle/index.ts';
import { savedBlock } from './backup-car.ts';
import type { Car } from './car.ts';
import { findJob, isUndone } from './find-job.ts';
import { svkShaOf } from './kernel/fence.ts';
import type { Plan } from './plan.ts';
import { planBlock, sealPlan } from './plan-coding.ts';
import { readBehind } from './read-behind.ts';
import { type BlockAddress, readTwice } from './read-twice.ts';

/**
 * Plans to take back one job: the bits that it changed, and no others.
 *
 * @param jobId its txid or a unique beginning of it; default: the last job done on this car that is not undone yet
 * @throws {KombiError} `usage.job` (exit 2); `undo.nothing`, `undo.changed-since`, `undo.other-ecu` (exit 3)
 */
export async function planUndo(car: Car, archive: Archive, jobId?: string): Promise<Plan> {
  const job = await jobToUndo(car, archive, jobId);
  const { begin } = job;
  const ecus: EcuIdentity[] = [];
  for (const saved of begin.ecus) {
    const ecu = await car.ecu(ecuAddress(Number.parseInt(saved.address, 16)));
    if ((ecu.serial ?? '') !== saved.serial || svkShaOf(ecu) !== saved.svkSha) throw otherEcu(ecu, `job ${begin.txid}`);
    ecus.push(ecu);
  }
  const changes: BlockChange[] = [];
  for (const op of begin.ops) {
    const block = { ecu: ecuAddress(Number.parseInt(op.ecu, 16)), did: did(Number.parseInt(op.did, 16)) };
    const current = await readTwice(car.client, block, car.signal);
    const wanted = takenBack(block, current, op);
    const ecu = await car.ecu(block.ecu);
    const next = await readBehind(car, { ...block, bytes: current });
    changes.push(planBlock(car, ecu, { did: block.did, bytes: current, next, edits: editsBetween(block, current, wanted) }));
  }
  return sealPlan(car, { kind: 'undo', ecus, changes, undoes: begin.txid });
}

/** The block with the job's bits as they were, and all others as they are now. */
function takenBack(block: BlockAddress, current: Uint8Array, op: JournalOperation): Uint8Array {
  const [mask, old, written] = [fromHex(op.mask), fromHex(op.old), fromHex(op.new)];
  if (current.length !== written.length) throw changedSince(block);
  return current.map((byte, index) => {
    const bits = mask[index] ?? 0;
    const before = (old[index] ?? 0) & bits;
    const held = byte & bits;
    if (held !== ((written[index] ?? 0) & bits) && held !== before) throw changedSince(block, index);
    return (byte & ~bits) | before;
  });
}

function changedSince({ ecu, did: block }: BlockAddress, offset?: number): KombiError {
  const address = formatAddress({ ecu: formatEcuAddress(ecu), did: block, parameter: undefined, byte: offset, bit: undefined });
  return new KombiError({
    code: 'undo.changed-since',
    exit: EXIT.refused,
    message: `${address} was changed again since that job`,
    hint: 'Undo the later job first, or put the block back from a backup with `kombi restore`.',
  });
}

/** The byte edits that turn one content of a block into another of the same length. */
function editsBetween({ ecu, did: block }: BlockAddress, current: Uint8Array, wanted: Uint8Array): readonly EditSyntax[] {
  const edits: EditSyntax[] = [];
  for (let offset = 0; offset < current.length; offset += 1) {
    if (current[offset] === wanted[offset]) continue;
    const address = formatAddress({ ecu: formatEcuAddress(ecu), did: block, parameter: undefined, byte: offset, bit: undefined });
    edits.push(parseEdit(`${address}=${toHex(current.subarray(offset, offset + 1))}:${toHex(wanted.subarray(offset, offset + 1))}`));
  }
  return edits;
}

async function jobToUndo(car: Car, archive: Archive, jobId: string | undefined): Promise<JournalSummary> {
  const jobs = await archive.listJournals(car.identity.vin);
  if (jobId !== undefined) return findJob(jobs, jobId, car);
  const job = jobs.findLast((each) => each.state === 'COMMITTED' && each.begin.kind !== 'undo' && !isUndone(each, jobs));
  if (job === undefined) {
    throw new KombiError({
      code: 'undo.nothing',
      exit: EXIT.refused,
      message: `The archive holds no job on ${car.identity.vin} that could be undone`,
      hint: '`kombi history` lists the jobs; `kombi backup list` the backups to restore from.',
    });
  }
  return job;
}

export interface RestoreOptions {
  /** Blocks to put back; default: those of the job that the backup was made for. */
  readonly blocks?: readonly { readonly ecu: EcuAddress | undefined; readonly did: Did }[];
}

/**
 * Plans to put whole blocks of a backup back into the very ECUs they were read from.
 *
 * @throws {KombiError} `car.other`, `restore.other-ecu`, `restore.redacted`, `restore.unproven-origin`, `restore.no-blocks`,
 *   `backup.lacks-block`, `coding.*` (exit 3);
 *   `usage.backup` (exit 2); `archive.*` (exit 9, 10)
 */
export async function planRestore(car: Car, archive: Archive, backupId: string, options: RestoreOptions = {}): Promise<Plan> {
  const backup = await archive.loadBackup(backupId);
  if (backup.importedFrom?.redacted) throw redactedBackup(backupId);
  if (backup.vehicle.vin !== car.identity.vin) {
    throw new KombiError({
      code: 'car.other',
      message: `Backup ${backupId} was made from ${backup.vehicle.vin}; this car is ${car.identity.vin}`,
      hint: 'A backup goes back into the car it came from, and into no other.',
    });
  }
  const wanted = options.blocks ?? (await blocksOfJob(archive, backup));
  const ecus = new Map<EcuAddress, EcuIdentity>();
  const changes: BlockChange[] = [];
  for (const { ecu: address, did: block } of wanted) {
    const owner = address ?? onlyOwner(backup.ecus, block);
    const ecu = await car.ecu(owner);
    const saved = backup.ecus.find((candidate) => candidate.address === formatEcuAddress(owner));
    if (saved !== undefined && backup.importedFrom !== undefined && (saved.serial === null || saved.svk === null)) {
      throw unprovenOrigin(ecu, { backupId, saved, format: backup.importedFrom.format });
    }
    if (
      saved !== undefined &&
      (saved.serial !== (ecu.serial ?? null) || saved.svk !== (ecu.svk === undefined ? null : toHex(ecu.svk.raw)))
    ) {
      throw otherEcu(ecu, `backup ${backupId}`);
    }
    ecus.set(owner, ecu);
    const next = savedBlock(backup, owner, block);
    const old = await readTwice(car.client, { ecu: owner, did: block }, car.signal);
    if (old.length !== next.length) {
      throw new KombiError({
        code: 'coding.block-length',
        message: `${formatEcuAddress(owner)}:${formatDid(block)} has ${old.length} bytes in the car and ${next.length} in the backup`,
        hint: 'The coding data of this ECU are others than those of the backup; such a block is never written.',
      });
    }
    const edits = editsBetween({ ecu: owner, did: block }, old, next);
    const behind = await readBehind(car, { ecu: owner, did: block, bytes: old });
    changes.push(planBlock(car, ecu, { did: block, bytes: old, next: behind, edits }));
  }
  return sealPlan(car, { kind: 'restore', ecus: [...ecus.values()], changes });
}

/** The blocks of the job that a backup was made for. */
async function blocksOfJob(archive: Archive, backup: BackupContent): Promise<readonly BlockAddress[]> {
  const jobs = backup.txid === undefined ? [] : await archive.listJournals(backup.vehicle.vin);
  const job = jobs.find(({ begin }) => begin.txid === backup.txid);
  if (job === undefined) {
    throw new KombiError({
      code: 'usage.restore',
      message: 'No job came of this backup, so it does not say which blocks to put back',
      hint: 'Name them, such as --block KOMBI:3301. `kombi backup verify --against-car` shows what differs from the car.',
    });
  }
  return job.begin.ops.map((op) => ({ ecu: ecuAddress(Number.parseInt(op.ecu, 16)), did: did(Number.parseInt(op.did, 16)) }));
}

/** The one ECU of a backup that has a block. @throws {KombiError} `usage.restore` where there are several, or none */
function onlyOwner(ecus: readonly BackupEcu[], block: Did): EcuAddress {
  const owners = ecus.filter((ecu) => ecu.blocks.some((candidate) => candidate.did === formatDid(block)));
  const [owner] = owners;
  if (owner === undefined || owners.length > 1) {
    throw new KombiError({
      code: 'usage.restore',
      message:
        owner === undefined
          ? `The backup holds no block ${formatDid(block)}`
          : `${owners.length} ECUs of the backup have a block ${formatDid(block)}`,
      hint: `Name the ECU too, such as KOMBI:${formatDid(block)}.`,
    });
  }
  return ecuAddress(Number.parseInt(owner.address, 16));
}

function redactedBackup(backupId: string): KombiError {
  return new KombiError({
    code: 'restore.redacted',
    exit: EXIT.refused,
    message: `Backup ${backupId} was imported from a redacted file: its VIN, its serials and whatever held them are not those of a car`,
    hint: 'Nothing is ever restored from it. Take a backup that was read from this car: `kombi backup list`',
  });
}

/** What the program reads itself may lack both, and then the car does too; a file that lacks them has only left them out. */
function unprovenOrigin(
  ecu: EcuIdentity,
  { backupId, saved, format }: { readonly backupId: string; readonly saved: BackupEcu; readonly format: string },
): KombiError {
  const lacks = [...(saved.serial === null ? ['serial'] : []), ...(saved.svk === null ? ['SVK (software versions)'] : [])].join(' and ');
  return new KombiError({
    code: 'restore.unproven-origin',
    exit: EXIT.refused,
    message: `Backup ${backupId} was imported from ${format}, which lacks the ${lacks} of ${ecu.name}: that it is of this unit cannot be proved`,
    hint: 'Blocks only go back into the same unit with the same software. What differs can be coded byte by byte with `kombi code`.',
  });
}

function otherEcu(ecu: EcuIdentity, origin: string): KombiError {
  return new KombiError({
    code: 'restore.other-ecu',
    exit: EXIT.refused,
    message: `${ecu.name} is not the unit that ${origin} was made with: its serial or its SVK (software versions) differ`,
    hint: 'Blocks only go back into the same unit with the same software. `kombi backup show` tells what the backup holds.',
  });
}
