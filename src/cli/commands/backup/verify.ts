import { type BackupContent, blockBytes } from '../../../archive/index.ts';
import { did, EXIT, ecuAddress, equalBytes, isKombiError, KombiError, toHex } from '../../../core/index.ts';
import type { Car } from '../../../job/index.ts';
import type { CommandSpec } from '../../command.ts';
import type { Context } from '../../context.ts';
import { escapeText } from '../../escape.ts';
import { plural } from '../../format.ts';
import { openTheCar } from '../../open-car.ts';

interface Problem {
  readonly path: string;
  readonly problem: string;
}

export const verify: CommandSpec = {
  name: 'verify',
  summary: 'check backups byte for byte, or one against the car',
  description: 'Ends with 9 where a file is damaged, with 3 where the car holds other bytes than the backup.',
  arguments: [{ syntax: '[backup]', help: 'its id or the beginning of it, or its path; the whole archive unless given' }],
  options: [
    { flags: '--all', help: 'check every file of the archive' },
    { flags: '--against-car', help: 'compare the backup with what the car holds now' },
    { flags: '--rebuild', help: 'derive MANIFEST.sha256 again from the files' },
  ],
  examples: ['kombi backup verify --all', 'kombi backup verify a3f9 --against-car --link enet:'],
  run: async (context, input) => {
    const name = input.argument(0);
    const againstCar = input.flag('againstCar');
    if (againstCar && name === undefined) {
      throw new KombiError({
        code: 'usage.backup',
        message: 'Which backup is to be compared with the car?',
        hint: '`kombi backup list` shows them.',
      });
    }
    const archive = await context.archive();
    const content = name === undefined ? undefined : await archive.loadBackup(name);
    if (content === undefined || input.flag('all') || input.flag('rebuild')) {
      const report = await archive.verifyAll({ rebuild: input.flag('rebuild') });
      if (report.problems.length > 0) throw damaged(report.problems);
      if (content === undefined) return { result: report, lines: [`${plural(report.checked, 'file')} checked, all intact.`] };
    }
    if (!againstCar || content === undefined || name === undefined) {
      return { result: { checked: 1, problems: [] }, lines: [`Backup ${escapeText(name ?? '')} is intact.`] };
    }
    const compared = await compare(context, content, name);
    return {
      result: { checked: 1, problems: [], againstCar: { equal: true, blocks: compared } },
      lines: [`The car holds what backup ${escapeText(name)} holds: ${plural(compared, 'block')}, byte for byte.`],
    };
  },
};

function damaged(problems: readonly Problem[]): KombiError {
  return new KombiError({
    code: 'archive.damaged',
    message: `${plural(problems.length, 'file')} of the archive cannot be trusted:`,
    items: problems.map(({ path, problem }) => `${path}: ${problem}`),
    hint: 'Nothing is restored from these. Take a new backup, and fetch the files from a copy of the archive if there is one.',
  });
}

/** @returns how many blocks were compared; throws where one differs */
async function compare(context: Context, content: BackupContent, name: string): Promise<number> {
  const car = await openTheCar(context);
  if (car.identity.vin !== content.vehicle.vin) {
    throw new KombiError({
      code: 'car.other',
      message: `Backup ${name} was made from ${content.vehicle.vin}; this car is ${car.identity.vin}`,
    });
  }
  const different: string[] = [];
  let compared = 0;
  for (const ecu of content.ecus) {
    for (const block of ecu.blocks) {
      compared += 1;
      const place = `${ecu.name ?? ecu.address}:${block.did}`;
      const held = await readBlock(car, ecu.address, block.did);
      if (held === undefined) different.push(`${place} cannot be read`);
      else if (!equalBytes(held, blockBytes(block))) different.push(`${place} differs: ${differingBytes(held, blockBytes(block))}`);
    }
  }
  if (different.length === 0) return compared;
  throw new KombiError({
    code: 'backup.differs',
    exit: EXIT.refused,
    message: `The car does not hold what backup ${name} holds:`,
    items: different,
    hint: `To put a block back: \`kombi restore ${name} --block <ecu>:<block>\``,
  });
}

async function readBlock(car: Car, ecu: string, block: string): Promise<Uint8Array | undefined> {
  try {
    return await car.client.readDid(ecuAddress(Number.parseInt(ecu, 16)), did(Number.parseInt(block, 16)));
  } catch (error) {
    if (isKombiError(error, 'uds') || isKombiError(error, 'ecu')) return undefined;
    throw error;
  }
}

function differingBytes(held: Uint8Array, saved: Uint8Array): string {
  const offsets: string[] = [];
  for (let at = 0; at < Math.max(held.length, saved.length); at += 1) {
    const [now, then] = [toHex(held.subarray(at, at + 1)), toHex(saved.subarray(at, at + 1))];
    if (now !== then) offsets.push(`@${at.toString(16).toUpperCase().padStart(2, '0')} ${then || 'nothing'}→${now || 'nothing'}`);
  }
  return offsets.join(' ');
}
