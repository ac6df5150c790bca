import { open } from 'node:fs/promises';
import { checkControlPosition } from '../../../catalog/index.ts';
import { messageAddress } from '../../../coding/index.ts';
import { formatDid, KombiError, messageOf } from '../../../core/index.ts';
import { type Car, findMessageBlock, readAddresses, reportMessages, reportVariant } from '../../../job/index.ts';
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
  options: [{ flags: '--report <file>', help: 'write down, without the VIN, which blocks the cluster holds and how they look' }],
  examples: [
    'kombi messages show 299',
    'kombi messages show 299 --link enet:',
    'kombi messages show 299 --report cluster.json --link enet:',
  ],
  run: async (context, input) => {
    const id = parseMessageId(input.required(0));
    const label = messageLabel((await context.catalog()).message(id), context);
    const { group, byte, bit } = checkControlPosition(id);
    const groups = Math.max(...(await context.catalog()).checkControlLayouts().map(({ mask }) => mask?.groups ?? 0));
    const report = input.text('report');
    const here = linkAskedFor(context) === undefined && report === undefined ? undefined : await askCar(context, id, report);
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

async function askCar(context: Context, id: number, report: string | undefined) {
  const car = await openTheCar(context);
  // Before the block is looked for: where it is not found, the report is what is wanted.
  if (report !== undefined) await writeReport(context, car, report);
  const layout = await findMessageBlock(car);
  const [read] = await readAddresses(car, [messageAddress(id, layout, car.catalog)]);
  const reports = await reportMessages(car, [id]);
  const [told] = reports;
  const shown = read?.value.bit === layout.mask?.shownWhen;
  return {
    result: {
      block: formatDid(layout.block),
      address: read?.target.address,
      shown,
      evidence: layout.evidence,
      active: told?.seenActive,
      stored: told?.stored !== undefined,
      ...(report === undefined ? {} : { report }),
    },
    texts: [
      `${escapeText(read?.target.address ?? '')} is ${read?.value.bit}: ${byLayout(layout)}this car ${shown ? 'shows' : 'does not show'} it`,
      ...reportTexts(reports),
    ],
  };
}

/** @throws {KombiError} `usage.file` (exit 2) for one that is there already or cannot be made */
async function writeReport(context: Context, car: Car, path: string): Promise<void> {
  const file = await open(path, 'wx').catch((error: unknown) => {
    throw new KombiError({
      code: 'usage.file',
      message: `${path} cannot be made: ${messageOf(error)}`,
      hint: 'Name a file that is not there yet.',
    });
  });
  try {
    const report = await reportVariant(car, { onProgress: (await context.progress()).tell });
    await file.writeFile(`${JSON.stringify(report, null, 2)}\n`);
  } finally {
    await file.close();
  }
  await context.say(`Written to ${escapeText(path)}: what the cluster holds, without the VIN.`);
}
