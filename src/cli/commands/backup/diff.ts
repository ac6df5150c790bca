import { type BackupContent, type BackupDifference, diffBackups } from '../../../archive/index.ts';
import { KombiError, toHex } from '../../../core/index.ts';
import { compareWithCar } from '../../../job/index.ts';
import type { CommandSpec } from '../../command.ts';
import type { Context } from '../../context.ts';
import { type ExplainedBlock, ecuDifferenceLines, explainBlock, type Sides } from '../../difference-text.ts';
import { openTheCar } from '../../open-car.ts';

export const diff: CommandSpec = {
  name: 'diff',
  summary: 'what differs between two backups, or between one and the car',
  description:
    'By ECU, block and byte, and by parameter and Check Control message where the layout is known. Ends with 0 whether they differ or not; --json tells by "equal". Against the car, the blocks of the backup are read again.',
  arguments: [
    { syntax: '<left>', help: 'the older one: id, beginning of it, or path' },
    { syntax: '[right]', help: 'the newer one; --car in place of it' },
  ],
  options: [{ flags: '--car', help: 'compare with what the car holds now' }],
  examples: ['kombi backup diff a3f9 b71c', 'kombi backup diff a3f9 --car --link enet:'],
  run: async (context, input) => {
    const other = input.argument(1);
    if ((other === undefined) !== input.flag('car')) {
      throw new KombiError({
        code: 'usage.backup',
        message: other === undefined ? 'Compared with what?' : 'Either a second backup or --car, not both',
        hint: 'Name a second backup, or say --car. `kombi backup list` shows the backups.',
      });
    }
    const archive = await context.archive();
    const left = await archive.loadBackup(input.required(0));
    const right = other === undefined ? undefined : await archive.loadBackup(other);
    const compared = right === undefined ? await withCar(context, left) : { difference: diffBackups(left, right), right };
    const sides: Sides = {
      left,
      right: compared.right,
      catalog: await context.catalog(),
      vin: left.vehicle.vin,
      language: context.language,
      names: right === undefined ? { left: 'the backup', right: 'the car' } : { left: 'the left one', right: 'the right one' },
    };
    const style = await context.style();
    const lines = compared.difference.ecus.flatMap((ecu) => ecuDifferenceLines(ecu, sides, { style, width: context.width }));
    return { result: explained(compared.difference, sides), lines: lines.length > 0 ? lines : ['They hold the same.'] };
  },
};

async function withCar(
  context: Context,
  left: BackupContent,
): Promise<{ difference: BackupDifference; right: Pick<BackupContent, 'ecus'> }> {
  const car = await openTheCar(context);
  const { difference, held } = await compareWithCar(car, left, (await context.progress()).tell);
  return { difference, right: { ecus: held } };
}

function explained({ equal, ecus }: BackupDifference, sides: Sides) {
  return {
    equal,
    ecus: ecus.map((ecu) => ({ ...ecu, blocks: ecu.blocks.map((block) => blockResult(explainBlock(ecu, block, sides))) })),
  };
}

function blockResult({ layout, ranges, effects, ...block }: ExplainedBlock) {
  const named = ranges.filter(({ parameter }) => parameter !== undefined);
  return {
    ...block,
    ...(named.length === 0 ? {} : { name: layout?.name }),
    ...(named.length === 0
      ? {}
      : { parameters: named.map(({ parameter, offset, left, right }) => ({ parameter, offset, left: toHex(left), right: toHex(right) })) }),
    ...(effects.length === 0
      ? {}
      : {
          effects: effects.map(({ messageId, becomes, label, evidence }) => ({ message: messageId, becomes, label: label.en, evidence })),
        }),
  };
}
