import {
  type BlockLayout,
  type Catalog,
  type CodingData,
  layoutFits,
  nearestMatch,
  parameterNames,
  parameterRange,
} from '../catalog/index.ts';
import { type Did, type EcuAddress, type Evidence, ecuAddress, formatDid, formatEcuAddress, KombiError } from '../core/index.ts';
import { type AddressSyntax, formatAddress } from './address.ts';

/** The bytes of a block, or the bit of one byte, that an address means on this car. */
export interface Target {
  /** As typed. */
  readonly address: string;
  readonly syntax: AddressSyntax;
  /** The same for every way of writing it: `60:3301.@25.3`; a range of several bytes keeps its parameter: `60:3301/CC_ACTIVIERUNG_5`. */
  readonly canonical: string;
  readonly ecu: EcuAddress;
  readonly did: Did;
  readonly offset: number;
  readonly length: number;
  readonly bit: number | undefined;
  /** As the catalog spells it; undefined where the address names none. */
  readonly parameter: string | undefined;
  /** What is known of the block, whether the address uses it or not. */
  readonly layout: BlockLayout | undefined;
  /** How well it is known that the parameter lies there; undefined where the address names offsets and so relies on no fact. */
  readonly evidence: Evidence | undefined;
}

/** What an address is looked up in: the catalog, and the ECU as just read. */
export interface ResolveContext extends CodingData {
  readonly catalog: Catalog;
  readonly blockLength: number;
}

/**
 * The address of an ECU, by name, alias or two hex digits.
 *
 * @throws {KombiError} `usage.ecu` for a name that the catalog does not hold, with the nearest
 */
export function resolveEcu(text: string, catalog: Catalog): EcuAddress {
  if (/^[0-9a-f]{2}$/i.test(text)) return ecuAddress(Number.parseInt(text, 16));
  const known = catalog.ecuByName(text);
  if (known !== undefined) return known.address;
  const nearest = nearestMatch(
    text,
    catalog.ecus.flatMap(({ name, aliases }) => [name, ...aliases]),
  );
  throw new KombiError({
    code: 'usage.ecu',
    message: `No control unit is called "${text}"`,
    hint: nearest === undefined ? 'Use a name such as KOMBI, or the address in two hex digits, such as 60.' : `Did you mean ${nearest}?`,
  });
}

/**
 * Checks all that can be wrong with an address before any car is asked: the ECU's name, and parameter and byte against every layout
 * that any car may have.
 *
 * @throws {KombiError} `usage.ecu`, `usage.parameter`, `usage.byte`
 */
export function checkAddress(address: AddressSyntax, catalog: Catalog): EcuAddress {
  return lookUp(address, catalog).ecu;
}

/** {@link checkAddress}, with the bytes that the address names; undefined where only the car's block tells. */
export function lookUp(address: AddressSyntax, catalog: Catalog): { readonly ecu: EcuAddress; readonly length: number | undefined } {
  const ecu = resolveEcu(address.ecu, catalog);
  const { did, parameter, byte } = address;
  if (parameter === undefined) return { ecu, length: byte === undefined ? undefined : 1 };
  const lengthIn = (layout: BlockLayout) => parameterRange(layout, parameter)?.length ?? 0;
  const [widest] = catalog
    .layoutsOf(ecu)
    .filter(({ block }) => block === did)
    .sort((left, right) => lengthIn(right) - lengthIn(left));
  return { ecu, length: parameterSpan({ address, layout: widest, ecuName: catalog.ecuName(ecu) }).length };
}

/**
 * What an address means in a block of this length on an ECU with these coding data.
 *
 * @throws {KombiError} `usage.ecu`, `usage.parameter`, `usage.byte`; `coding.outside-block` where the car's block ends before,
 *   `coding.unknown-variant` where it is another than the known one, or the ECU does not tell what coding data it holds
 */
export function resolveAddress(address: AddressSyntax, context: ResolveContext): Target {
  const { catalog, cafds, vin, blockLength } = context;
  const ecu = resolveEcu(address.ecu, catalog);
  const believed = catalog.layout({ ecu, block: address.did, cafds, vin });
  const layout = believed !== undefined && layoutFits(believed, blockLength) ? believed : undefined;
  if (address.parameter !== undefined && believed !== undefined && layout === undefined) {
    throw unknownVariant(believed, catalog.ecuName(ecu), blockLength);
  }
  if (address.parameter !== undefined && believed === undefined && cafds.length === 0)
    throw codingDataNotTold(address, catalog.ecuName(ecu));
  const place = { address, layout, ecuName: catalog.ecuName(ecu) };
  const span = address.parameter === undefined ? blockSpan(address, blockLength) : parameterSpan(place);
  if (span.offset + span.length > blockLength) throw outsideBlock(place, blockLength);
  const byte = span.length === 1 && (address.byte !== undefined || span.parameter !== undefined) ? span.offset : undefined;
  return {
    address: address.text,
    syntax: address,
    canonical: formatAddress({
      ecu: formatEcuAddress(ecu),
      did: address.did,
      parameter: byte === undefined ? span.parameter : undefined,
      byte,
      bit: address.bit,
    }),
    ecu,
    did: address.did,
    offset: span.offset,
    length: span.length,
    bit: address.bit,
    parameter: span.parameter,
    layout,
    evidence: span.parameter === undefined ? undefined : layout?.evidence,
  };
}

interface Span {
  readonly offset: number;
  readonly length: number;
  readonly parameter: string | undefined;
}

/** An address and what it is looked up in. */
interface Place {
  readonly address: AddressSyntax;
  readonly layout: BlockLayout | undefined;
  readonly ecuName: string;
}

function blockSpan({ byte }: AddressSyntax, blockLength: number): Span {
  return { offset: byte ?? 0, length: byte === undefined ? blockLength : 1, parameter: undefined };
}

function parameterSpan({ address, layout, ecuName }: Place): Span {
  if (layout === undefined) throw noLayout(address, ecuName);
  const { parameter = '', byte } = address;
  const range = parameterRange(layout, parameter);
  if (range === undefined) {
    const names = parameterNames(layout);
    const nearest = nearestMatch(parameter, names);
    const known = names.length > 3 ? `${names[0]} to ${names.at(-1)}` : names.join(', ');
    throw new KombiError({
      code: 'usage.parameter',
      message: `Block ${formatDid(address.did)} ${layout.name} of ${ecuName} has no parameter "${parameter}"`,
      hint: nearest === undefined ? `Known are ${known}.` : `Did you mean ${nearest}? Known are ${known}.`,
    });
  }
  if (byte === undefined) return { offset: range.offset, length: range.length, parameter: range.name };
  if (byte >= range.length) {
    throw new KombiError({
      code: 'usage.byte',
      message: `"${address.text}": byte ${byte} of ${range.length}: the bytes of ${range.name} count from 0 to ${range.length - 1}`,
      hint: `The last byte is ${formatAddress({ ...address, byte: range.length - 1, bit: undefined })}.`,
    });
  }
  return { offset: range.offset + byte, length: 1, parameter: range.name };
}

function unknownVariant({ block, name }: BlockLayout, ecuName: string, blockLength: number): KombiError {
  return new KombiError({
    code: 'coding.unknown-variant',
    message: `Block ${formatDid(block)} of ${ecuName} has ${blockLength} bytes in this car, fewer than the known layout ${name}: an unknown variant`,
    hint: 'Where its parameters lie is not known. Nothing of it can be named; a byte can be read by its offset, such as .@25.',
  });
}

/** Without coding data nothing says which layout an ECU has, not even as a guess. */
function codingDataNotTold(address: AddressSyntax, ecuName: string): KombiError {
  return new KombiError({
    code: 'coding.unknown-variant',
    message: `${ecuName} does not tell which coding data (CAFD) it holds, so where "${address.parameter}" lies in its block ${formatDid(address.did)} is not known`,
    hint: `Switch the ignition on, wait ten seconds and try again, or name the byte by its offset in the block, such as ${address.ecu}:${formatDid(address.did)}.@25.`,
  });
}

function noLayout(address: AddressSyntax, ecuName: string): KombiError {
  return new KombiError({
    code: 'usage.parameter',
    message: `The parameters of block ${formatDid(address.did)} of ${ecuName} are not known, so "${address.parameter}" cannot be found`,
    hint: `Name the byte by its offset in the block, such as ${address.ecu}:${formatDid(address.did)}.@25.`,
  });
}

function outsideBlock({ address, ecuName }: Place, blockLength: number): KombiError {
  return new KombiError({
    code: 'coding.outside-block',
    message: `"${address.text}" lies outside block ${formatDid(address.did)} of ${ecuName}, which has ${blockLength} bytes in this car`,
    hint: `The bytes of this block count from 0 to ${blockLength - 1} in decimal.`,
  });
}
