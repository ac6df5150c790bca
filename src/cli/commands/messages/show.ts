import { checkControlPosition } from '../../../catalog/index.ts';
import { messageAddress } from '../../../coding/index.ts';
import { formatDid } from '../../../core/index.ts';
import { findMessageBlock, readAddresses, reportMessages } from '../../../job/index.ts';
import type { CommandSpec } from '../../command.ts';
import type { Context } from '../../context.ts';
import { escapeText } from '../../escape.ts';
import { byLayout, messageLabel, parseMessageId } from '../../messages-text.ts';
import { linkAskedFor, openTheCar } from '../../open-car.ts';
import { reportTexts } from '../../plan-text.ts';
import { wrap } from '../../text.ts';

export const show: CommandSpec = {
  name: 'show',
  summary: 'where the bit of a message lies; with a link, what this car does with it',
  arguments: [{ syntax: '<id>', help: 'its CC-ID' }],
  examples: ['kombi messages show 299', 'kombi messages show 299 --link enet:'],
  run: async (context, input) => {
    const id = parseMessageId(input.required(0));
    const label = messageLabel((await context.catalog()).message(id), context);
    const { group, byte, bit } = checkControlPosition(id);
    const groups = Math.max(...(await context.catalog()).checkControlLayouts().map(({ mask }) => mask?.groups ?? 0));
    const here = linkAskedFor(context) === undefined ? undefined : await askCar(context, id);
    const style = await context.style();
    const lines = [
      style.heading(`Message ${id}: ${escapeText(label)}`),
      `group ${group}, byte ${byte}, bit ${bit}`,
      ...(group > groups ? [`No mask that is known reaches so far: they end with group ${groups}.`] : []),
      ...(here === undefined ? ['With --link: which block holds it in a car, and whether it is shown.'] : here.texts),
    ];
    return {
      result: { id, label, group, byte, bit, withinKnownMasks: group <= groups, ...here?.result },
      lines: lines.flatMap((line) => wrap(line, { width: context.width })),
    };
  },
};

async function askCar(context: Context, id: number) {
  const car = await openTheCar(context);
  const layout = await findMessageBlock(car);
  const [read] = await readAddresses(car, [messageAddress(id, layout, car.catalog)]);
  const reports = await reportMessages(car, [id]);
  const [report] = reports;
  const shown = read?.value.bit === layout.mask?.shownWhen;
  return {
    result: {
      block: formatDid(layout.block),
      address: read?.target.address,
      shown,
      evidence: layout.evidence,
      active: report?.seenActive,
      stored: report?.stored !== undefined,
    },
    texts: [
      `${escapeText(read?.target.address ?? '')} is ${read?.value.bit}: ${byLayout(layout)}this car ${shown ? 'shows' : 'does not show'} it`,
      ...reportTexts(reports),
    ],
  };
}
