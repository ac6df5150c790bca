import { type Archive, blockBytes } from '../../archive/index.ts';
import { did, EXIT, ecuAddress, equalBytes, isKombiError, KombiError } from '../../core/index.ts';
import type { Car } from '../car.ts';
import type { OnProgress } from '../plan.ts';

/**
 * Compares what the car holds with the last complete backup of it.
 *
 * @returns how many blocks were compared
 * @throws {KombiError} `backup.none`, `backup.differs` (exit 3); `archive.*`, `link.*`
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
  const content = await archive.loadBackup(last.id);
  const different: string[] = [];
  let compared = 0;
  for (const ecu of content.ecus) {
    for (const [index, block] of ecu.blocks.entries()) {
      const address = ecuAddress(Number.parseInt(ecu.address, 16));
      onProgress({ step: 'verify', ecu: address, done: index, total: ecu.blocks.length });
      compared += 1;
      const held = await readIfShown(car, address, block.did);
      const place = `${ecu.name ?? ecu.address}:${block.did}`;
      if (held === undefined) different.push(`${place} cannot be read`);
      else if (!equalBytes(held, blockBytes(block))) different.push(`${place} differs`);
    }
  }
  if (different.length === 0) return compared;
  throw new KombiError({
    code: 'backup.differs',
    exit: EXIT.refused,
    message: `The car does not hold what its last complete backup holds:`,
    items: different,
    hint: `\`kombi backup list --vin ${vin}\` names the backup; \`kombi backup verify\` with --against-car shows the bytes.`,
  });
}

async function readIfShown(car: Car, ecu: ReturnType<typeof ecuAddress>, block: string): Promise<Uint8Array | undefined> {
  try {
    return await car.client.readDid(ecu, did(Number.parseInt(block, 16)), car.signal === undefined ? {} : { signal: car.signal });
  } catch (error) {
    if (isKombiError(error, 'uds') || isKombiError(error, 'ecu')) return undefined;
    throw error;
  }
}
