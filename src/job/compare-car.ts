import { type BackupContent, type BackupDifference, type BackupEcu, backupBlock, blockBytes, diffBackups } from '../archive/index.ts';
import { type Did, did, EXIT, ecuAddress, equalBytes, KombiError, toHex } from '../core/index.ts';
import { formatSvkEntry, type SvkEntry } from '../vehicle/index.ts';
import { type BlockReader, createBlockReader } from './block-reader.ts';
import type { Car } from './car.ts';
import type { OnProgress } from './plan.ts';
import { assertStillThere } from './same-car.ts';

export interface CarComparison {
  /** From the backup, left, to the car, right. An ECU that does not answer is in it as one that only the backup has. */
  readonly difference: BackupDifference;
  /** The same blocks as the car has them now. */
  readonly held: readonly BackupEcu[];
  /** Blocks of the backup that were read again. */
  readonly blocks: number;
}

/**
 * Reads every block of a backup again and compares. What differs is read once more: a misread is no difference.
 *
 * @throws {KombiError} `car.other`, `car.changed` (exit 3), `link.*`
 */
export async function compareWithCar(car: Car, backup: BackupContent, onProgress: OnProgress = () => undefined): Promise<CarComparison> {
  if (car.identity.vin !== backup.vehicle.vin) {
    throw new KombiError({
      code: 'car.other',
      exit: EXIT.refused,
      message: `The backup was made from ${backup.vehicle.vin}; this car is ${car.identity.vin}`,
      hint: 'Compare a backup with the car that it came from.',
    });
  }
  const held: BackupEcu[] = [];
  for (const [index, saved] of backup.ecus.entries()) {
    const ofCar = { ecu: index + 1, ecus: backup.ecus.length };
    const ecu = await readAgain(car, saved, (progress) => onProgress({ ...progress, ofCar }));
    if (ecu !== undefined) held.push(ecu);
  }
  await assertStillThere(car);
  return {
    // Where the backup has nothing of an ECU, there is nothing to compare.
    difference: diffBackups({ ecus: backup.ecus.filter(({ blocks }) => blocks.length > 0) }, { ecus: held }),
    held,
    blocks: backup.ecus.reduce((sum, { blocks }) => sum + blocks.length, 0),
  };
}

/** The blocks that a backup holds of an ECU, as the car has them now; undefined where the ECU does not answer. */
async function readAgain(car: Car, saved: BackupEcu, onProgress: OnProgress): Promise<BackupEcu | undefined> {
  if (saved.blocks.length === 0) return undefined;
  const address = ecuAddress(Number.parseInt(saved.address, 16));
  const identity = await car.ecuIfItAnswers(address);
  await car.assertSame();
  if (identity === undefined) return undefined;
  const reader = createBlockReader(car, address);
  const blocks: BackupEcu['blocks'][number][] = [];
  const unreadable: BackupEcu['unreadable'][number][] = [];
  for (const [done, block] of saved.blocks.entries()) {
    onProgress({ step: 'verify', ecu: address, done, total: saved.blocks.length });
    const held = await heldNow(reader, did(Number.parseInt(block.did, 16)), blockBytes(block));
    if (held instanceof Uint8Array) blocks.push(backupBlock({ did: block.did, bytes: held, reads: 1 }));
    else unreadable.push({ did: block.did, nrc: held });
  }
  return {
    address: saved.address,
    name: identity.name,
    // What an imported backup does not say of the unit is no difference.
    serial: saved.serial === null ? null : (identity.serial ?? null),
    svk: saved.svk === null || identity.svk === undefined ? null : toHex(identity.svk.raw),
    cafds: saved.svk === null ? saved.cafds : (identity.svk?.entries.filter(isCafd).map(formatSvkEntry) ?? []),
    complete: unreadable.length === 0,
    blocks,
    unreadable,
  };
}

function isCafd({ processClass }: SvkEntry): boolean {
  return processClass === 'CAFD';
}

/** The bytes, or why there are none: an NRC in hex, `silent` or `unstable`. */
async function heldNow(reader: BlockReader, block: Did, saved: Uint8Array): Promise<Uint8Array | string> {
  const first = await reader.read(block);
  if (first.kind === 'bytes' && equalBytes(first.bytes, saved)) return first.bytes;
  const second = await reader.read(block);
  if (second.kind === 'absent' || second.kind === 'refused') return toHex(Uint8Array.of(second.nrc));
  if (second.kind !== 'bytes') return 'silent';
  if (equalBytes(second.bytes, saved) || (first.kind === 'bytes' && equalBytes(first.bytes, second.bytes))) return second.bytes;
  return 'unstable';
}
