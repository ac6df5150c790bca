import { describe, expect, it } from 'vitest';
import { concatBytes, copyBytes, equalBytes, fromHex, printableAscii, readU16, readU32, toHex } from '../../../src/core/index.ts';

describe('copyBytes', () => {
  it('copies a Node Buffer too, whose slice would be a view', () => {
    const original = Buffer.from([0xff, 0xff, 0xff]);
    const copy = copyBytes(original, 1);
    copy[0] = 0xf7;
    expect(toHex(original)).toBe('FFFFFF');
    expect(toHex(copy)).toBe('F7FF');
    expect(Buffer.isBuffer(copy)).toBe(false);
  });
});

describe('hex', () => {
  it.each(['', '00', 'FF F7 ff', 'DEADBEEF'])('reads "%s" and writes it back', (text) => {
    expect(toHex(fromHex(text))).toBe(text.replaceAll(' ', '').toUpperCase());
  });

  it.each([
    ['F', 'odd number'],
    ['FFF', 'odd number'],
    ['FG', 'not hex'],
    ['0x', 'not hex'],
  ])('refuses "%s": %s', (text, why) => {
    expect(() => fromHex(text)).toThrow(expect.objectContaining({ code: 'usage.hex', exit: 2, message: expect.stringContaining(why) }));
  });
});

describe('reading numbers', () => {
  it('says nothing where the bytes end before the number', () => {
    expect(readU16(Uint8Array.of(1, 2), 0)).toBe(0x0102);
    expect(readU16(Uint8Array.of(1), 0)).toBeUndefined();
    expect(readU32(fromHex('FFFFFFFF'), 0)).toBe(0xffffffff);
    expect(readU32(fromHex('FFFFFF'), 0)).toBeUndefined();
  });
});

describe('bytes for the screen', () => {
  it('lets no escape, bell or high byte through', () => {
    expect(printableAscii(fromHex('4F4B1B5B324A07C3'))).toBe('OK\\x1B[2J\\x07\\xC3');
  });
});

describe('comparing and joining', () => {
  it('takes length and content', () => {
    expect(equalBytes(fromHex('0102'), fromHex('0102'))).toBe(true);
    expect(equalBytes(fromHex('0102'), fromHex('010200'))).toBe(false);
    expect(equalBytes(fromHex('0102'), fromHex('0103'))).toBe(false);
    expect(toHex(concatBytes(fromHex('01'), new Uint8Array(), fromHex('0203')))).toBe('010203');
  });
});
