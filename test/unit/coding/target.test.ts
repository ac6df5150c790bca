import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../../src/catalog/index.ts';
import { checkAddress, decodeTarget, parseAddress, resolveAddress, resolveEcu } from '../../../src/coding/index.ts';
import { ecuAddress } from '../../../src/core/index.ts';
import { allShown, catalog, F06, MASK_BYTES, UNKNOWN } from './car.ts';

function resolve(text: string, car = F06, blockLength = MASK_BYTES) {
  return resolveAddress(parseAddress(text), { catalog, ...car, blockLength });
}

describe('the ECU of an address', () => {
  it.each([
    ['KOMBI', 0x60],
    ['kombi', 0x60],
    ['60', 0x60],
    ['ecall', 0x61],
    ['0C', 0x0c],
  ])('%s', (text, address) => {
    expect(resolveEcu(text, catalog)).toBe(address);
  });

  it('that is unknown is refused with the nearest', () => {
    expect(() => resolveEcu('KOMIB', catalog)).toThrow(
      expect.objectContaining({ code: 'usage.ecu', exit: 2, message: expect.stringContaining('"KOMIB"'), hint: 'Did you mean KOMBI?' }),
    );
    expect(() => resolveEcu('XYZZY', catalog)).toThrow(expect.objectContaining({ code: 'usage.ecu', hint: expect.stringContaining('60') }));
  });
});

describe('an address on a car', () => {
  it.each([
    ['KOMBI:3301/CC_ACTIVIERUNG_5.5.3', { offset: 0x25, length: 1, bit: 3, canonical: '60:3301.@25.3', evidence: 'synthetic' }],
    ['kombi:3301/cc_aktivierung_5.5.3', { offset: 0x25, length: 1, bit: 3, canonical: '60:3301.@25.3', parameter: 'CC_ACTIVIERUNG_5' }],
    ['60:3301.37.3', { offset: 0x25, length: 1, bit: 3, canonical: '60:3301.@25.3', evidence: undefined }],
    ['60:3301.@25', { offset: 0x25, length: 1, bit: undefined, canonical: '60:3301.@25' }],
    ['KOMBI:3301/CC_AKTIVIERUNG_40', { offset: 312, length: 8, canonical: '60:3301/CC_ACTIVIERUNG_40', parameter: 'CC_ACTIVIERUNG_40' }],
    ['KOMBI:3301', { offset: 0, length: MASK_BYTES, canonical: '60:3301', evidence: undefined }],
  ])('%s', (text, target) => {
    expect(resolve(text)).toMatchObject({ address: text, ...target });
  });

  it('says where its knowledge of an unknown car is a hypothesis', () => {
    expect(resolve('KOMBI:3301/CC_ACTIVIERUNG_5.5', UNKNOWN).evidence).toBe('hypothesis');
    expect(resolve('KOMBI:3301.@25', UNKNOWN).evidence).toBeUndefined();
  });

  it.each([
    ['KOMBI:3301/CC_ACTIVIERUNG_5.8', 'usage.byte', 'byte 8 of 8', 'count from 0 to 7'],
    ['KOMBI:3301/CC_ACTIVIERUNG_41', 'usage.parameter', '"CC_ACTIVIERUNG_41"', 'CC_ACTIVIERUNG_1'],
    ['KOMBI:3301/CC_ACTIVIERUNG_0', 'usage.parameter', '"CC_ACTIVIERUNG_0"', 'CC_ACTIVIERUNG_1'],
    ['KOMBI:3301/CC_ACTIVERUNG_5', 'usage.parameter', '"CC_ACTIVERUNG_5"', 'CC_ACTIVIERUNG_5?'],
    ['KOMBI:3003/SOMETHING', 'usage.parameter', '"SOMETHING"', 'KOMBI:3003.@25'],
  ])('%s is wrong by its words, with and without a car', (text, code, ...parts) => {
    const refused = (act: () => unknown) => {
      let error: unknown;
      try {
        act();
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toMatchObject({ code, exit: 2, vehicle: 'untouched' });
      for (const part of parts) expect(`${String(error)} ${(error as { hint: string }).hint}`).toContain(part);
    };
    refused(() => resolve(text));
    refused(() => checkAddress(parseAddress(text), catalog));
  });

  it('with right words passes before any car is asked, whatever that car then holds', () => {
    expect(checkAddress(parseAddress('KOMBI:3001/CC_ACTIVIERUNG_5.5'), catalog)).toBe(0x60);
    expect(checkAddress(parseAddress('KOMBI:3999.5'), catalog)).toBe(0x60);
    expect(() => resolve('KOMBI:3001/CC_ACTIVIERUNG_5.5', F06)).toThrow(expect.objectContaining({ code: 'usage.parameter' }));
  });

  it('is right by its words where any layout of the block has its parameter', () => {
    const [layout] = catalog.layoutsOf(ecuAddress(0x60)).filter(({ mask }) => mask !== undefined);
    const layouts = [{ ...layout, mask: undefined }, layout, { ...layout, mask: undefined }];
    const other = { ecuName: () => 'KOMBI', layoutsOf: () => layouts } as unknown as Catalog;
    expect(checkAddress(parseAddress('60:3301/CC_ACTIVIERUNG_5.7'), other)).toBe(0x60);
  });

  it.each([['60:3301.@140', MASK_BYTES, '320 bytes']])('%s lies outside a block of %i bytes', (text, blockLength, part) => {
    expect(() => resolve(text, F06, blockLength)).toThrow(
      expect.objectContaining({ code: 'coding.outside-block', exit: 3, message: expect.stringContaining(part) }),
    );
  });

  it('has no name in a block that is shorter than its layout: an unknown variant', () => {
    expect(() => resolve('KOMBI:3301/CC_ACTIVIERUNG_5.5', F06, MASK_BYTES - 1)).toThrow(
      expect.objectContaining({ code: 'coding.unknown-variant', exit: 3, message: expect.stringContaining('319 bytes') }),
    );
    expect(resolve('60:3301.@25', F06, MASK_BYTES - 1).layout).toBeUndefined();
  });
});

describe('what an address holds', () => {
  const bytes = allShown();
  bytes[0x25] = 0xd7;
  // Hidden messages on both sides, which belong to other addresses.
  bytes[0x1f] = 0xfe;
  bytes[0x28] = 0xfe;

  it.each([
    ['KOMBI:3301/CC_ACTIVIERUNG_5', { hex: 'FFFFFFFFFFD7FFFF', bit: undefined, hidden: [299, 301] }],
    ['KOMBI:3301/CC_ACTIVIERUNG_5.5', { hex: 'D7', bit: undefined, hidden: [299, 301] }],
    ['KOMBI:3301/CC_ACTIVIERUNG_5.5.3', { hex: 'D7', bit: 0, hidden: [299] }],
    ['60:3301.@25.2', { hex: 'D7', bit: 1, hidden: [] }],
    ['60:3301.@24', { hex: 'FF', bit: undefined, hidden: [] }],
  ])('%s', (text, value) => {
    expect(decodeTarget(bytes, resolve(text))).toEqual(value);
  });

  it('means nothing where no layout explains the block', () => {
    expect(decodeTarget(Uint8Array.of(1, 2, 3), resolve('KOMBI:3003.1', F06, 3))).toEqual({ hex: '02', bit: undefined, hidden: undefined });
  });
});
