import { type Did, did, formatDid, KombiError } from '../core/index.ts';

/** An address as a person writes it, taken apart but not yet looked up: what it means depends on catalog and car. */
export interface AddressSyntax {
  /** As typed. */
  readonly text: string;
  /** A name or two hex digits, as typed. */
  readonly ecu: string;
  readonly did: Did;
  readonly parameter: string | undefined;
  /** Counts from 0, inside the parameter where one is named, else inside the block. */
  readonly byte: number | undefined;
  /** 0 is the lowest. */
  readonly bit: number | undefined;
}

const EXAMPLE = 'KOMBI:3301/CC_ACTIVIERUNG_5.5.3';
const HINT = `Write <ecu>:<block>[/<parameter>][.<byte>[.<bit>]], such as ${EXAMPLE} or 60:3301.@25.`;
const BITS_PER_BYTE = 8;

/**
 * Shape   `<ecu>:<block>[/<parameter>][.<byte>[.<bit>]]`; without a parameter the byte may be `@` and its offset in the block
 * Units   ECU (where it is no name), block and `@` offset in hex; byte and bit decimal
 *
 * @throws {KombiError} `usage.address`, or `usage.bit` where the bit is above 7
 */
export function parseAddress(text: string): AddressSyntax {
  const wrong = (problem: string) => new KombiError({ code: 'usage.address', message: `The address "${text}" ${problem}`, hint: HINT });
  const colon = text.indexOf(':');
  if (colon < 0) throw wrong('has no colon between ECU and block');
  const ecu = text.slice(0, colon);
  if (!/^\w+$/.test(ecu)) throw wrong(ecu === '' ? 'names no ECU' : `has the ECU "${ecu}", which is neither a name nor two hex digits`);
  const [path = '', byteText, bitText, ...rest] = text.slice(colon + 1).split('.');
  const slash = path.indexOf('/');
  const block = slash < 0 ? path : path.slice(0, slash);
  if (!/^[0-9a-f]{4}$/i.test(block)) throw wrong(`has the block "${block}", which is not four hex digits such as 3301`);
  const parameter = slash < 0 ? undefined : path.slice(slash + 1);
  if (parameter !== undefined && !/^[^\s/=:@]+$/.test(parameter)) throw wrong(`has the parameter "${parameter}", which is not a name`);
  if (rest.length > 0) throw wrong('has something after the bit');
  const byte = byteText === undefined ? undefined : parseByte(byteText, parameter, wrong);
  const bit = bitText === undefined ? undefined : parseBit(bitText, text, wrong);
  return { text, ecu, did: did(Number.parseInt(block, 16)), parameter, byte, bit };
}

function parseByte(text: string, parameter: string | undefined, wrong: (problem: string) => KombiError): number {
  if (/^\d{1,5}$/.test(text)) return Number(text);
  if (!/^@[0-9a-f]{1,4}$/i.test(text))
    throw wrong(`has the byte "${text}", which is neither a decimal number such as 5 nor a hex offset such as @25`);
  if (parameter !== undefined) throw wrong(`has the offset "${text}" inside a parameter: @ counts from the start of the block`);
  return Number.parseInt(text.slice(1), 16);
}

function parseBit(text: string, address: string, wrong: (problem: string) => KombiError): number {
  if (!/^\d{1,5}$/.test(text)) throw wrong(`has the bit "${text}", which is not a decimal number such as 3`);
  const bit = Number(text);
  if (bit < BITS_PER_BYTE) return bit;
  throw new KombiError({
    code: 'usage.bit',
    message: `The address "${address}" has bit ${bit}: the bits of a byte count from 0 to 7, and 0 is the lowest`,
    hint: `Write a bit from 0 to 7, such as ${EXAMPLE}.`,
  });
}

/** The text of an address; {@link parseAddress} reads it back. Bytes of a block are written as `@` offsets. */
export function formatAddress({ ecu, did, parameter, byte, bit }: Omit<AddressSyntax, 'text'>): string {
  let text = `${ecu}:${formatDid(did)}`;
  if (parameter !== undefined) text += `/${parameter}`;
  if (byte === undefined) return text;
  text += parameter === undefined ? `.@${byte.toString(16).toUpperCase().padStart(2, '0')}` : `.${byte}`;
  return bit === undefined ? text : `${text}.${bit}`;
}
