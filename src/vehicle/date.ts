import { toHex } from '../core/index.ts';

/**
 * A day as ECUs keep it.
 *
 * Shape   year of the century, month, day, each BCD
 * @returns `2017-06-16`; undefined where the first three bytes are no day. The century is taken to be this one.
 * @see source: bmw-diagnostics §5.2, F18B and F101 (recorded on an F10 and a G31)
 */
export function decodeDate(bytes: Uint8Array): string | undefined {
  const digits = /^(\d\d)(\d\d)(\d\d)$/.exec(toHex(bytes.subarray(0, 3)));
  if (digits === null) return undefined;
  const text = `20${digits[1]}-${digits[2]}-${digits[3]}`;
  const day = new Date(`${text}T00:00:00Z`);
  return Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== text ? undefined : text;
}
