import type { CommandSpec } from '../../command.ts';
import { escapeText } from '../../escape.ts';
import { plural, toTheSecond } from '../../format.ts';
import { table } from '../../text.ts';

const SHOWN_ECUS = 3;

export const list: CommandSpec = {
  name: 'list',
  summary: 'the backups in the archive, oldest first',
  options: [{ flags: '--vin <vin>', help: 'only of this car' }],
  examples: ['kombi backup list', 'kombi backup list --vin WBA6C92010D000001 --json'],
  run: async (context, input) => {
    const archive = await context.archive();
    const backups = await archive.listBackups(input.text('vin')?.toUpperCase());
    const style = await context.style();
    const rows = backups.map((backup) => {
      const blocks = backup.ecus?.reduce((sum, ecu) => sum + ecu.blocks, 0) ?? 0;
      const names = backup.ecus?.map(({ name, address }) => escapeText(name ?? address)) ?? [];
      const ecus = names.length > SHOWN_ECUS ? plural(names.length, 'ECU') : names.join(', ');
      const label = backup.label === undefined ? '' : `, ${escapeText(backup.label)}`;
      const holds = `${plural(blocks, 'block')} of ${ecus}${backup.complete === false ? ', not complete' : ''}${label}`;
      const what = backup.state === 'intact' ? holds : style.failure(`${backup.state}: ${escapeText(backup.problem ?? '')}`);
      return [style.mark(backup.id), toTheSecond(backup.time), escapeText(backup.vin), what];
    });
    return {
      result: { backups },
      lines: rows.length > 0 ? table(rows, context.width) : [`No backups in ${escapeText(archive.directory)}`],
    };
  },
};
