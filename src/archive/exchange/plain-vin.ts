/**
 * What an import may call a car. Wider than a VIN by I, O and Q, because other programs write them into samples; such a
 * backup is kept in a folder named in hex, and no car will ever claim it.
 */
export const PLAIN_VIN = /^[A-Z0-9]{17}$/;

const REDACTED_TAIL = 'XXXXXXX';

/** The part of a VIN that stays says model and year, and is common to thousands of cars. */
export function redactedVin(vin: string): string {
  return vin.length === 17 ? vin.slice(0, -REDACTED_TAIL.length) + REDACTED_TAIL : 'X'.repeat(vin.length);
}

export function isRedactedVin(vin: string): boolean {
  return vin.endsWith(REDACTED_TAIL);
}
