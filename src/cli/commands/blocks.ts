import { resolveEcu } from '../../coding/index.ts';
import { formatDid, isKombiError, KombiError } from '../../core/index.ts';
import { type BlockListing, listBlocks, openSavedBlockLists } from '../../job/index.ts';
import type { CommandSpec } from '../command.ts';
import type { Context } from '../context.ts';
import { escapeText } from '../escape.ts';
import { ecuTitle, hexAddress, plural } from '../format.ts';
import { openTheCar } from '../open-car.ts';
import { table } from '../text.ts';

const SOURCES = {
  catalog: 'known from its coding data',
  archive: 'known from an earlier backup',
  scan: 'found by asking for each',
} as const;

export const blocks: CommandSpec = {
  name: 'blocks',
  summary: 'the coding blocks of an ECU, or of all',
  description:
    'Where neither the coding data nor an earlier backup tell them, every identifier is asked for that has held a block in a recorded car, 3000-35FF and 3700-37FF, which takes minutes over an ELM327; --full asks for all of 3000-3EFF.',
  arguments: [{ syntax: '[ecu]', help: 'by name or address' }],
  options: [
    { flags: '--all', help: 'every ECU of the car' },
    { flags: '--full', help: 'ask for every identifier from 3000 to 3EFF, whatever is known' },
  ],
  examples: ['kombi blocks KOMBI --link enet:', 'kombi blocks --all --link enet:', 'kombi blocks 60 --link mock:f06-sos --json'],
  run: async (context, input) => {
    const named = input.argument(0);
    const all = input.flag('all');
    if ((named === undefined) !== all) {
      throw new KombiError({
        code: 'usage.ecu',
        message: all ? 'Either one ECU or --all, not both' : 'Of which ECU?',
        hint: '`kombi blocks KOMBI` for one, `kombi blocks --all` for every ECU; `kombi info` lists them.',
      });
    }
    const address = named === undefined ? undefined : resolveEcu(named, await context.catalog());
    const car = await openTheCar(context);
    const saved = openSavedBlockLists(await context.archive(), car.identity.vin);
    const options = { saved, full: input.flag('full'), givesUp: true, onProgress: (await context.progress()).tell };
    if (address !== undefined) {
      const listing = await listBlocks(car, address, options);
      return { result: listingResult(listing), lines: await listingLines(context, listing) };
    }
    const listings: BlockListing[] = [];
    const silent: { address: string; name: string }[] = [];
    for (const { address, name, identity } of await car.survey(options.onProgress)) {
      try {
        if (identity !== undefined) listings.push(await listBlocks(car, address, options));
        else silent.push({ address: hexAddress(address), name });
      } catch (error) {
        if (!isKombiError(error, 'ecu')) throw error;
        silent.push({ address: hexAddress(address), name });
      }
    }
    const style = await context.style();
    const lines: string[] = [];
    for (const listing of listings) lines.push(...(await listingLines(context, listing)), '');
    if (silent.length > 0)
      lines.push(style.warning(`No answer from ${silent.map(({ address, name }) => `${escapeText(name)} ${address}`).join(', ')}.`), '');
    return { result: { ecus: listings.map(listingResult), silent }, lines: lines.slice(0, -1) };
  },
};

function listingResult({ ecu, source, ranges, end, blocks: listed }: BlockListing) {
  return {
    ecu: hexAddress(ecu.address),
    name: ecu.name,
    source,
    complete: end === 'whole',
    ...(ranges.length === 0 ? {} : { ranges: ranges.map(({ first, last }) => ({ first: formatDid(first), last: formatDid(last) })) }),
    blocks: listed.map(({ did, length, name, kind, holds, nrc }) => ({
      did: formatDid(did),
      length: length ?? null,
      ...(name === undefined ? {} : { name }),
      ...(kind === undefined || kind === 'data' ? {} : { kind }),
      ...(holds === undefined ? {} : { holds }),
      ...(nrc === undefined ? {} : { nrc: nrcText(nrc) }),
    })),
  };
}

async function listingLines(context: Context, { ecu, source, ranges, end, blocks: listed }: BlockListing): Promise<string[]> {
  const style = await context.style();
  const where = source === 'scan' ? ` in ${ranges.map(({ first, last }) => `${formatDid(first)}-${formatDid(last)}`).join(', ')}` : '';
  const rows = listed.map(({ did, length, name, holds, nrc }) => [
    formatDid(did),
    length === undefined ? `not readable${nrc === undefined ? '' : ` (${nrcText(nrc)})`}` : plural(length, 'byte'),
    escapeText([name, holds === undefined ? undefined : `${holds}, never written`].filter((part) => part !== undefined).join(' · ')),
  ]);
  return [
    style.heading(`${ecuTitle(ecu)} · ${plural(rows.length, 'block')}, ${SOURCES[source]}${end === 'whole' ? where : ''}`),
    ...table(rows, context.width, { indent: 2 }),
    ...(end === 'whole' ? [] : [style.warning(`  ${endText(end)}`)]),
  ];
}

function endText(end: Exclude<BlockListing['end'], 'whole'>): string {
  return end === 'gone'
    ? 'It stopped answering before every identifier was asked for: there may be more.'
    : `It refuses every identifier with ${nrcText(end.refusing)}: which blocks it has is not known.`;
}

function nrcText(nrc: number): string {
  return nrc.toString(16).toUpperCase().padStart(2, '0');
}
