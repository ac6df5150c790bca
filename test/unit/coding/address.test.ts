import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from '../../../src/coding/index.ts';
import { did } from '../../../src/core/index.ts';

const KOMBI = { ecu: 'KOMBI', did: did(0x3301), parameter: undefined, byte: undefined, bit: undefined };

describe('an address', () => {
  it.each([
    ['KOMBI:3301', KOMBI],
    ['KOMBI:3301/CC_ACTIVIERUNG_5', { ...KOMBI, parameter: 'CC_ACTIVIERUNG_5' }],
    ['KOMBI:3301/CC_ACTIVIERUNG_5.5', { ...KOMBI, parameter: 'CC_ACTIVIERUNG_5', byte: 5 }],
    ['KOMBI:3301/CC_ACTIVIERUNG_5.5.3', { ...KOMBI, parameter: 'CC_ACTIVIERUNG_5', byte: 5, bit: 3 }],
    ['60:3301.@25', { ...KOMBI, ecu: '60', byte: 0x25 }],
    ['60:3301.@25.3', { ...KOMBI, ecu: '60', byte: 0x25, bit: 3 }],
    ['60:3301.25', { ...KOMBI, ecu: '60', byte: 25 }],
    ['kombi:300a.7.0', { ...KOMBI, ecu: 'kombi', did: did(0x300a), byte: 7, bit: 0 }],
  ])('%s is taken apart', (text, parts) => {
    expect(parseAddress(text)).toEqual({ text, ...parts });
  });

  it.each([
    ['KOMBI', 'no colon'],
    [':3301', 'names no ECU'],
    ['KOM BI:3301', 'ECU "KOM BI"'],
    ['KOMBI:', 'block ""'],
    ['KOMBI:330', 'block "330"'],
    ['KOMBI:33O1', 'block "33O1"'],
    ['KOMBI:33011', 'block "33011"'],
    ['KOMBI:3301/', 'parameter ""'],
    ['KOMBI:3301/A/B', 'parameter "A/B"'],
    ['KOMBI:3301.5A', 'byte "5A"'],
    ['KOMBI:3301.', 'byte ""'],
    ['KOMBI:3301.-1', 'byte "-1"'],
    ['KOMBI:3301.@', 'byte "@"'],
    ['KOMBI:3301.@2G', 'byte "@2G"'],
    ['KOMBI:3301/CC_ACTIVIERUNG_5.@5', 'inside a parameter'],
    ['KOMBI:3301.5.x', 'bit "x"'],
    ['KOMBI:3301.5.3.1', 'after the bit'],
  ])('%s is refused, naming the part', (text, part) => {
    expect(() => parseAddress(text)).toThrow(
      expect.objectContaining({
        code: 'usage.address',
        exit: 2,
        message: expect.stringContaining(part),
        hint: expect.stringContaining('KOMBI:3301/'),
      }),
    );
  });

  it('has no bit 8', () => {
    expect(() => parseAddress('KOMBI:3301/CC_ACTIVIERUNG_5.5.8')).toThrow(
      expect.objectContaining({
        code: 'usage.bit',
        exit: 2,
        message: expect.stringContaining('bit 8'),
        hint: expect.stringContaining('0 to 7'),
      }),
    );
  });

  it.each(['KOMBI:3301', '60:3301/X', '60:3301/X.5', '60:3301/X.5.3', '60:3301.@05', '60:3301.@13F.7'])(
    '%s is written as it was read',
    (text) => {
      expect(formatAddress(parseAddress(text))).toBe(text);
    },
  );
});
