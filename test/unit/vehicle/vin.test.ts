import { describe, expect, it } from 'vitest';
import type { Vin } from '../../../src/core/index.ts';
import { decodeVin, typeKeyOfVin } from '../../../src/vehicle/index.ts';

describe('a VIN', () => {
  it('tells the maker and the short number, and no model year', () => {
    expect(decodeVin('WBA6C92010D000001' as Vin)).toEqual({ manufacturer: 'BMW AG', serial: 'D000001', checkDigit: undefined });
    expect(decodeVin('XXX6C92010D000001' as Vin).manufacturer).toBeUndefined();
  });

  // The first two are what descriptions of the check digit give as examples.
  it.each([
    ['1M8GDM9AXKP042788', 'right'],
    ['11111111111111111', 'right'],
    ['5UXKR0C52G0000001', 'right'],
    ['1M8GDM9A1KP042788', 'wrong'],
    ['1M8GDM9AXKP042787', 'wrong'],
    ['5UXKR0C52G0000010', 'wrong'],
  ])('of North America has a check digit: in %s it is %s', (vin, checkDigit) => {
    expect(decodeVin(vin as Vin).checkDigit).toBe(checkDigit);
  });

  it('may have the type key in it where it is European', () => {
    expect(typeKeyOfVin('WBA6C92010D000001' as Vin)).toBe('6C92');
    expect(typeKeyOfVin('5UXKR0C52G0000001' as Vin)).toBeUndefined();
  });
});
