import { type BlockDifference, diffBackups } from '../../../archive/index.ts';
import type { CommandSpec } from '../../command.ts';
import { escapeText } from '../../escape.ts';
import { plural } from '../../format.ts';
import { wrap } from '../../text.ts';

export const diff: CommandSpec = {
  name: 'diff',
  summary: 'what differs between two backups',
  description: 'Ends with 0 whether they differ or not; --json tells by "equal".',
  arguments: [
    { syntax: '<left>', help: 'the older one: id, beginning of it, or path' },
    { syntax: '<right>', help: 'the newer one' },
  ],
  examples: ['kombi backup diff a3f9 b71c'],
  run: async (context, input) => {
    const archive = await context.archive();
    const difference = diffBackups(await archive.loadBackup(input.required(0)), await archive.loadBackup(input.required(1)));
    const lines = difference.ecus.flatMap((ecu) => {
      const title = `${escapeText(ecu.name ?? ecu.address)} ${ecu.address}`;
      if (ecu.kind !== 'both') return [`${title} ${SIDES[ecu.kind]}: ${plural(ecu.blocks.length, 'block')}`];
      return [
        `${title}${ecu.identity.length > 0 ? `, other ${ecu.identity.join(', ')}` : ''}`,
        ...ecu.blocks.flatMap((block) => wrap(blockText(block), { width: context.width, indent: 8, lead: `  ${block.did}` })),
      ];
    });
    return { result: difference, lines: lines.length > 0 ? lines : ['They hold the same.'] };
  },
};

const SIDES = { 'left-only': 'only in the left one', 'right-only': 'only in the right one' } as const;

function blockText({ kind, bytes }: BlockDifference): string {
  if (kind !== 'changed') return SIDES[kind];
  return bytes.map(({ offset, left, right }) => `@${hex(offset)} ${hex(left)}→${hex(right)}`).join('  ');
}

function hex(value: number | null): string {
  return value === null ? 'nothing' : value.toString(16).toUpperCase().padStart(2, '0');
}
