import type { Archive, BlockDifference, EcuDifference } from '../../archive/index.ts';
import { EXIT, KombiError } from '../../core/index.ts';
import type { Car } from '../car.ts';
import { compareWithCar } from '../compare-car.ts';
import type { OnProgress } from '../plan.ts';

/**
 * Compares what the car holds with the last complete backup of it.
 *
 * @returns how many blocks were compared
 * @throws {KombiError} `backup.none`, `backup.differs`, `car.changed` (exit 3); `archive.*`, `link.*`
 */
export async function compareWithLastBackup(car: Car, archive: Archive, onProgress: OnProgress): Promise<number> {
  const { vin } = car.identity;
  const last = (await archive.listBackups(vin)).findLast(({ state, complete }) => state === 'intact' && complete === true);
  if (last === undefined) {
    throw new KombiError({
      code: 'backup.none',
      exit: EXIT.refused,
      message: `There is no complete backup of ${vin} to compare the car with`,
      hint: 'Let the batch do backup first.',
    });
  }
  const { difference, blocks } = await compareWithCar(car, await archive.loadBackup(last.id), onProgress);
  if (difference.ecus.length === 0) return blocks;
  throw new KombiError({
    code: 'backup.differs',
    exit: EXIT.refused,
    message: 'The car does not hold what its last complete backup holds:',
    items: difference.ecus.flatMap(itemsOf),
    hint: `\`kombi backup list --vin ${vin}\` names the backup; \`kombi backup verify\` with its id and --against-car shows the bytes.`,
  });
}

function itemsOf({ name, address, kind, identity, blocks }: EcuDifference): string[] {
  const title = name === null || name === address ? address : `${name} ${address}`;
  if (kind !== 'both') return [`${title} does not answer`];
  const unit = identity.length === 0 ? [] : [`${title} is another unit or has other software: ${identity.join(', ')}`];
  return [...unit, ...blocks.map((block) => `${title}:${block.did} ${wordOf(block)}`)];
}

function wordOf({ kind, unreadable }: BlockDifference): string {
  if (kind === 'changed') return 'differs';
  return unreadable === undefined ? 'cannot be read' : `cannot be read (${unreadable})`;
}
