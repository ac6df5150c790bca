import type { BackupContent, EcuDifference } from '../../../archive/index.ts';
import { EXIT, KombiError } from '../../../core/index.ts';
import { compareWithCar } from '../../../job/index.ts';
import type { CommandSpec } from '../../command.ts';
import type { Context } from '../../context.ts';
import { blockText, type ExplainedBlock, effectText, explainBlock, type Sides } from '../../difference-text.ts';
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
  const { difference, held, blocks } = await compareWithCar(car, content, (await context.progress()).tell);
  if (difference.ecus.length === 0) return blocks;
  const sides: Sides = {
    left: content,
    right: { ecus: held },
    catalog: await context.catalog(),
    vin: content.vehicle.vin,
    language: context.language,
    names: { left: 'the backup', right: 'the car' },
  };
  throw new KombiError({
    code: 'backup.differs',
    exit: EXIT.refused,
    message: `The car does not hold what backup ${name} holds:`,
    items: difference.ecus.flatMap((ecu) => differenceItems(ecu, sides)),
    hint: `To put a block back: \`kombi restore ${name} --block <ecu>:<block>\``,
  });
}

function differenceItems(ecu: EcuDifference, sides: Sides): string[] {
  const title = ecu.name ?? ecu.address;
  if (ecu.kind !== 'both') return [`${title} ${ecu.address} does not answer: ${plural(ecu.blocks.length, 'block')} not compared`];
  const unit =
    ecu.identity.length === 0 ? [] : [`${title} ${ecu.address} is another unit or has other software: ${ecu.identity.join(', ')}`];
  return [...unit, ...ecu.blocks.map((block) => `${title}:${block.did} ${blockItem(explainBlock(ecu, block, sides), sides)}`)];
}

function blockItem(block: ExplainedBlock, sides: Sides): string {
  if (block.kind !== 'changed') return `cannot be read${block.unreadable === undefined ? '' : ` (${block.unreadable})`}`;
  const parameters = [...new Set(block.ranges.flatMap(({ parameter }) => parameter ?? []))];
  const meaning = [...parameters, ...block.effects.map((effect) => effectText(effect, sides.language))];
  return `differs: ${blockText(block, sides)}${meaning.length === 0 ? '' : ` (${meaning.join('; ')})`}`;
}
