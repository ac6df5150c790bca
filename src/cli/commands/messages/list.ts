import type { Catalog, FoundMessage, MessageTexts } from '../../../catalog/index.ts';
import { resolveEcu } from '../../../coding/index.ts';
import { formatDid, KombiError } from '../../../core/index.ts';
import { readMessageMask } from '../../../job/index.ts';
import type { CommandSpec, Outcome } from '../../command.ts';
import type { Context } from '../../context.ts';
import { ecuTitle, plural } from '../../format.ts';
import { byLayout, messageResult, messageTable } from '../../messages-text.ts';
import { openTheCar } from '../../open-car.ts';
import { loadOwnTexts, TEXTS_OPTION } from '../../own-texts.ts';
import { wrap } from '../../text.ts';

export const list: CommandSpec = {
  name: 'list',
  summary: 'the messages that have a label here; with --ecu, which of them this car hides',
  description:
    'With --ecu the masks of the cluster are read and decoded. Which bit is which message holds for masks of eight bytes a group.',
  options: [
    { flags: '--ecu <ecu>', help: 'the cluster, KOMBI: which messages it hides now' },
    { flags: '--shown', help: 'with --ecu: those that it shows instead' },
    TEXTS_OPTION,
  ],
  examples: ['kombi messages list --lang de', 'kombi messages list --ecu KOMBI --link enet:'],
  run: async (context, input) => {
    const texts = await loadOwnTexts(context, input);
    const catalog = await context.catalog();
    const ecu = input.text('ecu');
    if (ecu !== undefined) return listOfCar(context, { catalog, texts, ecu, shown: input.flag('shown') });
    if (input.flag('shown')) {
      throw new KombiError({ code: 'usage.option', message: '--shown is of a car, and none is asked', hint: 'Add --ecu KOMBI.' });
    }
    const all = catalog.messages.map((message) => ({ id: message.id, message }));
    return { result: { messages: all.map((each) => messageResult(each, texts, context)) }, lines: messageTable(all, texts, context) };
  },
};

interface OfCar {
  readonly catalog: Catalog;
  readonly texts: MessageTexts;
  readonly ecu: string;
  readonly shown: boolean;
}

async function listOfCar(context: Context, { catalog, texts, ecu, shown }: OfCar): Promise<Outcome> {
  const address = resolveEcu(ecu, catalog);
  if (!catalog.checkControlLayouts().some((layout) => layout.ecu === address)) {
    throw new KombiError({
      code: 'usage.ecu',
      message: `${catalog.ecuName(address)} keeps no Check Control masks that are known`,
      hint: 'The cluster does: --ecu KOMBI.',
    });
  }
  const { layout, hidden, count } = await readMessageMask(await openTheCar(context));
  const ids = shown ? Array.from({ length: count }, (_, id) => id).filter((id) => !hidden.includes(id)) : hidden;
  const messages: readonly FoundMessage[] = ids.map((id) => ({ id, message: catalog.message(id) }));
  const named = messages.filter(({ id, message }) => message !== undefined || texts.has(id));
  const others = messages.filter((each) => !named.includes(each)).map(({ id }) => id);
  const block = `${ecuTitle({ name: catalog.ecuName(layout.ecu), address: layout.ecu })} · block ${formatDid(layout.block)}`;
  const says = `${byLayout(layout)}${plural(ids.length, 'message')} of ${count} ${shown ? 'shown' : 'hidden'}`;
  return {
    result: {
      messages: messages.map((each) => ({ ...messageResult(each, texts, context), shown })),
      block: formatDid(layout.block),
      evidence: layout.evidence,
      count,
    },
    lines: [
      ...wrap(`${block}: ${says}`, { width: context.width }),
      ...messageTable(named, texts, context),
      ...(others.length === 0 ? [] : wrap(`Unknown messages: ${ranges(others)}`, { width: context.width })),
    ],
  };
}

/** `8, 62-64`. */
function ranges(ids: readonly number[]): string {
  const runs: [first: number, last: number][] = [];
  for (const id of ids) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] === id - 1) run[1] = id;
    else runs.push([id, id]);
  }
  return runs.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join(', ');
}
