import { checkAddress, parseAddress } from '../../coding/index.ts';
import { type ReadValue, readAddresses } from '../../job/read-addresses.ts';
import type { CommandSpec } from '../command.ts';
import type { Context } from '../context.ts';
import { escapeText } from '../escape.ts';
import { spacedHex } from '../format.ts';
import { hexRows } from '../hex-rows.ts';
import { byLayout } from '../messages-text.ts';
import { openTheCar } from '../open-car.ts';
import { wrap } from '../text.ts';

/** What still reads well on one line. */
const SHORT_BYTES = 8;
const SHOWN_IDS = 24;

export const read: CommandSpec = {
  name: 'read',
  summary: 'blocks, parameters, bytes and bits',
  description:
    'An address is <ecu>:<block>[/<parameter>][.<byte>[.<bit>]]; ECU by name or address, block in hex, byte and bit counted from 0.',
  arguments: [{ syntax: '<address...>', help: 'what to read' }],
  examples: ['kombi read KOMBI:3301 --link enet:', 'kombi read KOMBI:3301/CC_ACTIVIERUNG_5 60:3301.@25.3 --link mock:f06-sos --json'],
  run: async (context, input) => {
    const addresses = input.rest(0).map(parseAddress);
    const catalog = await context.catalog();
    for (const address of addresses) checkAddress(address, catalog);
    const car = await openTheCar(context);
    const values = await readAddresses(car, addresses);
    const style = await context.style();
    return {
      result: { values: values.map(valueResult) },
      lines: values.flatMap((value) => valueLines(value, context, style.heading)),
    };
  },
};

function valueResult({ target, value }: ReadValue) {
  const { layout, parameter } = target;
  return {
    address: target.address,
    canonical: target.canonical,
    hex: value.hex,
    ...(value.bit === undefined ? {} : { bit: value.bit }),
    ...(layout === undefined ? {} : { block: layout.name, evidence: layout.evidence }),
    ...(parameter === undefined ? {} : { parameter }),
    ...(value.hidden === undefined ? {} : { hidden: value.hidden }),
  };
}

function valueLines({ target, value }: ReadValue, { width }: Context, heading: (text: string) => string): string[] {
  const name = heading(escapeText(target.address));
  const bit = value.bit === undefined ? '' : `  bit ${target.bit} is ${value.bit}`;
  const short = value.hex.length <= SHORT_BYTES * 2;
  const lines = short ? wrap(`${name}  ${spacedHex(value.hex)}${bit}`, { width }) : [name, ...hexRows(value.hex, 2, width)];
  if (value.hidden === undefined || (value.bit !== undefined && value.hidden.length === 0)) return lines;
  const more = value.hidden.length > SHOWN_IDS ? ` and ${value.hidden.length - SHOWN_IDS} more` : '';
  const ids = value.hidden.length === 0 ? 'none' : `${value.hidden.slice(0, SHOWN_IDS).join(', ')}${more}`;
  return [
    ...lines,
    ...wrap(`${target.layout === undefined ? '' : byLayout(target.layout)}hidden messages: ${ids}`, { width, indent: 2, lead: '  ' }),
  ];
}
