import { toHex } from '../core/index.ts';
import type { Car } from '../job/index.ts';
import { codingRule, decodeVin, formatSvkEntry, type SvkEntry, type VehicleOrder } from '../vehicle/index.ts';
import { escapeText } from './escape.ts';
import { ecuTitle, hexAddress, plural, volts } from './format.ts';
import { gatewayOf, type InfoEcu, type LiveValues, listsAreTold, newestDateOf } from './info-result.ts';
import type { Style } from './style.ts';
import { displayWidth, table, wrap } from './text.ts';

export interface Look {
  readonly style: Style;
  readonly width: number;
}

/** All that is told. */
export interface Told {
  readonly car: Car;
  readonly live: LiveValues;
  readonly ecus: readonly InfoEcu[];
}

type Row = readonly [name: string, value: string | undefined];

/** What the last column of a table needs, so that it is worth having columns at all. */
const LEAST_LAST_COLUMN = 26;
const NO_VERSION = 0xff;
const STATUS_IN_ORDER = '0101';

/** What the car says of itself, a line each; what it does not say is left out, or called not told where that matters. */
export function headLines({ car, live, ecus }: Told, look: Look): string[] {
  const { identity, catalog, transport } = car;
  const { vin, order, iLevels, productionDate } = identity;
  const { manufacturer, serial, checkDigit } = decodeVin(vin);
  const gateway = gatewayOf(car, ecus);
  const { voltage, energyMode, mileageKm } = live;
  const newest = newestDateOf(ecus);
  return rows(
    [
      ['VIN', joined([manufacturer, `number ${serial}`, checkDigit === 'wrong' ? 'its check digit is wrong' : undefined])],
      ['Built to', productionDate && `the standard of ${monthOf(productionDate)}, by the criterion of the vehicle order`],
      ['Newest ECU', newest && `made ${newest}`],
      ['Order', order === undefined ? 'not told' : orderSummary(order, listsAreTold(identity))],
      ['', order?.damage && look.style.warning(`The vehicle order is damaged: ${escapeText(order.damage)}`)],
      ['I-level', iLevels === undefined ? 'not told' : levelsOf(iLevels)],
      ['Coding', escapeText(codingRule(identity).reason)],
      ['Gateway', gateway && ecuTitle({ address: gateway, name: catalog.ecuName(gateway) })],
      ['Link', escapeText(transport.description)],
      [
        'Voltage',
        voltage === undefined
          ? 'not told'
          : `${volts(voltage.volts)}, told by ${ecuTitle({ address: voltage.source, name: catalog.ecuName(voltage.source) })}`,
      ],
      ['Ignition', terminalsText(live)],
      ['Energy mode', energyMode && (energyMode.name ?? `unknown (${energyMode.value})`)],
      ['Mileage', mileageKm === undefined ? undefined : `${mileageKm} km`],
    ],
    look,
  );
}

function orderSummary(order: VehicleOrder, hasLists: boolean): string {
  const { series, typeKey, paint, upholstery, options, eWords, hoWords } = order;
  return joined([
    [series, typeKey].filter((part) => part !== undefined).join(' '),
    paint && `paint ${paint}`,
    upholstery && `upholstery ${upholstery}`,
    hasLists ? plural(options.length, 'option') : undefined,
    eWords.length > 0 ? plural(eWords.length, 'E-word') : undefined,
    hoWords.length > 0 ? plural(hoWords.length, 'HO-word') : undefined,
  ]);
}

/** The lists of the order, a line each. */
export function orderLines({ identity }: Car, look: Look): string[] {
  const { order } = identity;
  if (order === undefined) return ['The car does not tell its vehicle order.'];
  if (!listsAreTold(identity)) return wrap('An E-series car tells only the head of its vehicle order.', look);
  const list = (name: string, entries: readonly string[]): Row => [
    `${name} (${entries.length})`,
    entries.length === 0 ? 'none' : escapeText(entries.join(' ')),
  ];
  return rows(
    [
      ['Criterion', order.criterion ?? 'cannot be read'],
      list('Options', order.options),
      list('E-words', order.eWords),
      list('HO-words', order.hoWords),
    ],
    look,
  );
}

function levelsOf({ current, last, shipment }: NonNullable<Car['identity']['iLevels']>): string {
  return joined([current, last && `last ${last}`, shipment && `as shipped ${shipment}`]);
}

function terminalsText({ terminals: { ignition, engine } }: LiveValues): string {
  const motor = engine === 'unknown' ? 'whether the engine runs is not told' : `engine ${engine}`;
  return `${ignition === 'unknown' ? 'not told' : ignition}, ${motor}`;
}

/** `2015-03` as `03/2015`. */
function monthOf(date: string): string {
  return date.split('-').reverse().join('/');
}

/** How many ECUs there are, and which. */
export function ecuLines(ecus: readonly InfoEcu[], look: Look): string[] {
  if (ecus.length === 0) return ['No ECU was found.'];
  const silent = ecus.filter(({ identity }) => identity === undefined).length;
  const count = joined([plural(ecus.length, 'ECU'), silent === 0 ? undefined : look.style.warning(`${silent} silent`)]);
  return [count, ...tableOfEcus(ecus, look)];
}

/** One line an ECU where the terminal is wide enough for columns, else two columns of which the second wraps. */
function tableOfEcus(ecus: readonly InfoEcu[], look: Look): string[] {
  const wide = ecus.map((ecu) => wideRow(ecu, look));
  const leading = table(
    wide.map((row) => [...row.slice(0, -1), '']),
    Number.POSITIVE_INFINITY,
  );
  const needed = Math.max(...leading.map(displayWidth)) + LEAST_LAST_COLUMN;
  if (needed <= look.width) return table(wide, look.width);
  return table(
    ecus.map((ecu) => [ecuTitle(ecu), joined(wideRow(ecu, look).slice(2))]),
    look.width,
  );
}

function wideRow(ecu: InfoEcu, { style }: Look): readonly string[] {
  const { address, name, title, identity, details } = ecu;
  const start = [hexAddress(address), escapeText(name), escapeText(title ?? '')];
  if (identity === undefined) return [...start, '', '', '', style.warning(silenceOf(ecu))];
  const entries = identity.svk?.entries ?? [];
  const coding = entries.filter(isCodingData);
  const others = entries.length - coding.length;
  const rest = others === 0 ? [] : [coding.length === 0 ? plural(others, 'software unit') : `and ${plural(others, 'unit')} more`];
  return [
    ...start,
    escapeText(identity.serial ?? ''),
    details?.supplier === undefined ? '' : `supplier ${details.supplier}`,
    details?.date ?? '',
    [...coding.map(formatSvkEntry), ...rest].map(escapeText).join(' '),
  ];
}

function silenceOf({ by }: InfoEcu): string {
  return by.join() === 'list' ? 'silent: listed by the gateway, answers nothing' : 'silent: answered, but does not say who it is';
}

/** All of one ECU. */
export function oneEcuLines(ecu: InfoEcu, look: Look): string[] {
  const { style, width } = look;
  const { identity, details, title } = ecu;
  const svk = identity?.svk;
  const status = svk?.programmingStatus;
  const lines = [
    ...wrap(style.heading(joined([ecuTitle(ecu), title])), { width }),
    ...rows(
      [
        ['Serial', escapeText(identity?.serial ?? 'not told')],
        ['Supplier', details?.supplier],
        ['Date', details?.date],
        ['Programmed', svk && joined([svk.date, status && (status === STATUS_IN_ORDER ? 'in order' : `status ${status}`)])],
        ['Fingerprint', svk?.fingerprint],
      ],
      look,
    ),
    '',
  ];
  if (svk === undefined) return [...lines, ...wrap('It does not tell its SVK (hardware, software and coding data).', look)];
  if (svk.entries.length === 0) return [...lines, ...rows([['As told', toHex(svk.raw, ' ')]], look)];
  const software = svk.entries.map((entry) => [formatSvkEntry(entry), entryNote(entry)].map(escapeText));
  const cut = svk.complete ? [] : [style.warning('The SVK is cut: it names more than it holds.')];
  return [...lines, ...table(software, width), ...cut.flatMap((text) => wrap(text, { width }))];
}

function entryNote({ processClass, version }: SvkEntry): string {
  if (version.every((part) => part === NO_VERSION)) return 'no version';
  return processClass === 'CAFD' ? 'coding data' : '';
}

function isCodingData({ processClass }: SvkEntry): boolean {
  return processClass === 'CAFD';
}

function rows(all: readonly Row[], { style, width }: Look): string[] {
  const told = all.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[style.quiet(name), value]]));
  return table(told, width);
}

function joined(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(' · ');
}
