/**
 * What an import may call a car. Wider than a VIN by I, O and Q, because other programs write them into samples; such a
 * backup is kept in a folder named in hex, and no car will ever claim it.
 */
export const PLAIN_VIN = /^[A-Z0-9]{17}$/;

const PLACEHOLDER = 'X';
const TAIL_CHARACTERS = 7;

/** As long, and a VIN still: what reads VINs takes it for one. The same as in a redacted trace. */
export function redactedVin(vin: string): string {
  return PLACEHOLDER.repeat(vin.length);
}

/** The end of a VIN has digits in it, always. */
export function isRedactedVin(vin: string): boolean {
  return vin.endsWith(PLACEHOLDER.repeat(TAIL_CHARACTERS));
}
