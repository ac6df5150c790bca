import { resolveEcu } from '../../coding/index.ts';
import { formatDid } from '../../core/index.ts';
import { listBlocks } from '../../job/index.ts';
import type { CommandSpec } from '../command.ts';
import { escapeText } from '../escape.ts';
import { ecuTitle, hexAddress, plural } from '../format.ts';
import { openTheCar } from '../open-car.ts';
import { table } from '../text.ts';

const SOURCES = {
  catalog: 'known from its coding data',
  archive: 'known from an earlier complete backup',
  scan: 'found by asking for each',
} as const;

export const blocks: CommandSpec = {
  name: 'blocks',
  summary: 'the coding blocks of an ECU',
  description: 'Where neither the coding data nor an earlier backup tell them, every identifier is asked for, which takes minutes.',
  arguments: [{ syntax: '<ecu>', help: 'by name or address' }],
  examples: ['kombi blocks KOMBI --link enet:', 'kombi blocks 60 --link mock:f06-sos --json'],
  run: async (context, input) => {
    const address = resolveEcu(input.required(0), await context.catalog());
    const car = await openTheCar(context);
    const listing = await listBlocks(car, address, { archive: await context.archive(), onProgress: (await context.progress()).tell });
    const style = await context.style();
    const rows = listing.blocks.map(({ did, length, name }) => [
      formatDid(did),
      length === undefined ? 'not readable' : plural(length, 'byte'),
      escapeText(name ?? ''),
    ]);
    return {
      result: {
        ecu: hexAddress(address),
        name: listing.ecu.name,
        source: listing.source,
        blocks: listing.blocks.map(({ did, length, name }) => ({
          did: formatDid(did),
          length: length ?? null,
          ...(name === undefined ? {} : { name }),
        })),
      },
      lines: [
        style.heading(`${ecuTitle(listing.ecu)} · ${plural(rows.length, 'block')}, ${SOURCES[listing.source]}`),
        ...table(rows, context.width, { indent: 2 }),
      ],
    };
  },
};
