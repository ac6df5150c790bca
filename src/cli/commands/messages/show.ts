import { open } from 'node:fs/promises';
import { type CheckControlMessage, type CheckControlPosition, checkControlId, checkControlPosition } from '../../../catalog/index.ts';
import { messageAddress } from '../../../coding/index.ts';
import { formatDid, KombiError, messageOf } from '../../../core/index.ts';
import { type Car, findMessageBlock, readAddresses, reportMessages, reportVariant } from '../../../job/index.ts';
import type { CommandSpec } from '../../command.ts';
import type { Context } from '../../context.ts';
import { escapeText } from '../../escape.ts';
import { byLayout, messageLabel, messageResult, messageTable, ownText } from '../../messages-text.ts';
import { linkAskedFor, openTheCar } from '../../open-car.ts';
import { loadOwnTexts, TEXTS_OPTION } from '../../own-texts.ts';
import { parseMessageId } from '../../parse-message-id.ts';
import { reportTexts } from '../../plan-text.ts';
import { wrap } from '../../text.ts';

export const show: CommandSpec = {
  name: 'show',
  summary: 'where the bit of a message lies; with a link, what this car does with it',
  arguments: [{ syntax: '<id>', help: 'its CC-ID' }],
  options: [
    { flags: '--report <file>', help: 'write down, without the VIN, which blocks the cluster holds and how they look' },
    TEXTS_OPTION,
  ],
  examples: [
    'kombi messages show 299',
    'kombi messages show 299 --link enet:',
    'kombi messages show 299 --report cluster.json --link enet:',
  ],
  run: async (context, input) => {
    const id = parseMessageId(input.required(0));
    const texts = await loadOwnTexts(context, input);
    const catalog = await context.catalog();
    const message = catalog.message(id);
    const position = checkControlPosition(id);
    const groups = Math.max(...catalog.checkControlLayouts().map(({ mask }) => mask?.groups ?? 0));
    const neighbours = idsOfByte(position).flatMap((other) => (other === id ? [] : [{ id: other, message: catalog.message(other) }]));
    const report = input.text('report');
    const here = linkAskedFor(context) === undefined && report === undefined ? undefined : await askCar(context, id, report);
    const style = await context.style();
    const text = ownText(id, texts, context);
    const { group, byte, bit } = position;
    const lines = [
      style.heading(`Message ${id}: ${escapeText(messageLabel(message, context))}`),
      ...(text === undefined ? [] : [`Your text: ${escapeText(text)}`]),
      standing(id, message),
      `group ${group}, byte ${byte}, bit ${bit}`,
      ...(group > groups ? [`No mask that is known reaches so far: they end with group ${groups}.`] : []),
      ...(here === undefined ? ['With --link: which block holds it in a car, and whether it is shown.'] : here.texts),
    ];
    return {
      result: {
        ...messageResult({ id, message }, texts, context),
        ...position,
        withinKnownMasks: group <= groups,
        neighbours: neighbours.map((each) => ({ id: each.id, label: messageLabel(each.message, context) })),
        ...here?.result,
      },
      lines: [
        ...lines.flatMap((line) => wrap(line, { width: context.width })),
        'The other bits of that byte:',
        ...messageTable(neighbours, texts, context),
      ],
    };
  },
};

function idsOfByte({ group, byte }: CheckControlPosition): readonly number[] {
  return Array.from({ length: 8 }, (_, bit) => checkControlId({ group, byte, bit }));
}

/** What it is about, how serious it is, and whether consent is enough to hide it. */
function standing(id: number, message: CheckControlMessage | undefined): string {
  if (message === undefined) return `It is on no public list. It is hidden only where it is named: --hide-dangerous ${id}`;
  const about = `about: ${message.subject}, severity: ${message.severity}`;
  return message.dangerous ? `${about}. It warns of danger, and is hidden only where it is named: --hide-dangerous ${id}` : about;
}

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
