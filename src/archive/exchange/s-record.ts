import { fromHex, toHex } from '../../core/index.ts';
import { UnsoundText } from '../strict-json.ts';

/** `S0` to `S9`, by the digit. */
export interface SRecord {
  readonly type: number;
  readonly address: number;
  readonly data: Uint8Array;
}

/** Bytes of address by type; S4 is reserved. @see source: Motorola S-record format, M68000 family manual (published) */
const ADDRESS_BYTES: Readonly<Record<number, number>> = { 0: 2, 1: 2, 2: 3, 3: 4, 5: 2, 6: 3, 7: 4, 8: 3, 9: 2 };
const LINE = /^S(\d)([0-9A-Fa-f]+)$/;
/** `S`, type and 256 bytes: the count is one byte. */
const MOST_CHARACTERS = 2 + 2 * 256;

/**
 * One line without its end.
 *
 * Shape   `S`, type, then in hex: count u8 of what follows, address (2 to 4 bytes by type), data, checksum
 * Units   bytes; the checksum is the ones' complement of the low byte of the sum of count, address and data
 */
export function encodeSRecord({ type, address, data }: SRecord): string {
  const addressBytes = ADDRESS_BYTES[type] ?? 0;
  const body = new Uint8Array(1 + addressBytes + data.length);
  body[0] = addressBytes + data.length + 1;
  for (let index = 0; index < addressBytes; index += 1) body[1 + index] = Math.floor(address / 0x100 ** (addressBytes - 1 - index)) & 0xff;
  body.set(data, 1 + addressBytes);
  return `S${type}${toHex(body)}${toHex(Uint8Array.of(checksum(body)))}`;
}

/** @throws {UnsoundText} naming the line */
export function decodeSRecords(text: string): readonly SRecord[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line, index) => {
    const wrong = (what: string) => new UnsoundText(`line ${index + 1}: ${what}`);
    const [, digit = '', hex = ''] = (line.length <= MOST_CHARACTERS && LINE.exec(line)) || [];
    const type = Number(digit);
    const addressBytes = ADDRESS_BYTES[type];
    if (hex === '' || hex.length % 2 > 0 || addressBytes === undefined) throw wrong('it is no S-record');
    const bytes = fromHex(hex);
    const body = bytes.subarray(0, -1);
    if (bytes[0] !== bytes.length - 1 || body.length < 1 + addressBytes) throw wrong('its count is not the one of its bytes');
    if (bytes.at(-1) !== checksum(body)) throw wrong('its checksum does not hold');
    let address = 0;
    for (const byte of body.subarray(1, 1 + addressBytes)) address = address * 0x100 + byte;
    return { type, address, data: body.slice(1 + addressBytes) };
  });
}

function checksum(body: Uint8Array): number {
  let sum = 0;
  for (const byte of body) sum += byte;
  return ~sum & 0xff;
}
