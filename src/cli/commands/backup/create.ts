import { resolveEcu } from '../../../coding/index.ts';
import { backUp } from '../../../job/index.ts';
import { TOOL } from '../../carry-out-plan.ts';
import type { CommandSpec } from '../../command.ts';
import { escapeText } from '../../escape.ts';
import { carLine, ecuTitle, plural } from '../../format.ts';
import { keepReplayApart, openTheCar } from '../../open-car.ts';

export const create: CommandSpec = {
  name: 'create',
  summary: 'save every coding block, each read twice, and read the file back',
  options: [
    { flags: '--ecu <ecu>', help: 'only this ECU, by name or address; may be given several times', repeatable: true },
    { flags: '--label <text>', help: 'a name for the backup' },
  ],
  examples: ['kombi backup create --link enet:', 'kombi backup create --ecu KOMBI --label "before the dealer" --link mock:f06-sos'],
  run: async (context, input) => {
    keepReplayApart(context);
    const catalog = await context.catalog();
    const named = input.list('ecu').map((text) => resolveEcu(text, catalog));
    const car = await openTheCar(context);
    const style = await context.style();
    await context.show([style.heading(await carLine(car))]);
    const label = input.text('label');
    const saved = await backUp(car, await context.archive(), {
      ...(named.length > 0 ? { ecus: named } : {}),
      tool: TOOL,
      ...(label === undefined ? {} : { label }),
      onProgress: (await context.progress()).tell,
    });
    const { id, path, vin, ecus, blocks, complete } = saved;
    return {
      result: { id, path, vin, ecus: ecus.length, blocks, complete },
      lines: [
        `Backup  ${style.mark(id)}  ${plural(blocks, 'block')} of ${ecus.length === 1 ? ecus.map(ecuTitle).join('') : plural(ecus.length, 'ECU')}, read twice, read back from disk`,
        escapeText(path),
        ...(complete ? [] : [style.warning('Not complete: some ECU did not show all of its blocks. kombi backup show tells which.')]),
      ],
    };
  },
};
