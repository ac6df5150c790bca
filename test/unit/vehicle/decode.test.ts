import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../src/core/index.ts';
import { cafdsOf, decodeILevels, decodeSvk, decodeVehicleOrderHead, formatSvkEntry, seriesName } from '../../../src/vehicle/index.ts';

describe('SVK', () => {
  // The gateway of a recorded F10 (bmw-diagnostics §5.2).
  const GATEWAY = fromHex('0101 0004 101025 8B000900000000000000 0600000452020B1E 0800000453020B3C 0800000454020504 010000034800C400');

  it('names the entries of a recorded gateway', () => {
    expect(decodeSvk(GATEWAY).entries.map(formatSvkEntry)).toEqual([
      'BTLD_00000452_002_011_030',
      'SWFL_00000453_002_011_060',
      'SWFL_00000454_002_005_004',
      'HWEL_00000348_000_196_000',
    ]);
  });

  it('finds the coding description, leaves out empty entries and keeps unknown classes as numbers', () => {
    const svk = decodeSvk(fromHex('0101 0003 991231 00000000000000000000 050000266007034B 0000000000000000 EE00000001000000'));
    expect(cafdsOf(svk)).toEqual(['00002660']);
    expect(svk.entries.map(formatSvkEntry)).toEqual(['CAFD_00002660_007_003_075', 'EE_00000001_000_000_000']);
  });

  it('takes what is there of a cut answer', () => {
    expect(decodeSvk(GATEWAY.subarray(0, 30)).entries).toHaveLength(1);
    expect(decodeSvk(new Uint8Array()).entries).toEqual([]);
  });
});

describe('vehicle order', () => {
  it('gives series and type key', () => {
    const head = bitsOf('0315F0066C920300LCSW');
    const order = Uint8Array.of(0, head.length + 1, 0x03, ...head, 0x00, 0x14);
    expect(decodeVehicleOrderHead(order)).toEqual({ series: 'F006', typeKey: '6C92' });
  });

  it.each(['', '0002', '000203', '00050300000000'])('is not guessed from %s', (hex) => {
    expect(decodeVehicleOrderHead(fromHex(hex))).toBeUndefined();
  });

  it.each([
    ['F006', 'F06'],
    ['F010', 'F10'],
    ['S15A', 'S15A'],
  ])('%s is called %s', (series, name) => {
    expect(seriesName(series)).toBe(name);
  });
});

describe('I-levels', () => {
  it('reads the records of a recorded F10', () => {
    const record = '46303130 0A09 020A';
    expect(decodeILevels(fromHex(`${record} ${record} ${record}`))).toEqual({
      current: 'F010-10-09-522',
      last: 'F010-10-09-522',
      shipment: 'F010-10-09-522',
    });
  });

  it('says nothing of a cut answer', () => {
    expect(decodeILevels(fromHex('46303130'))).toBeUndefined();
  });
});

/** Six bits a character: two for its row of ASCII, four for its column. */
function bitsOf(text: string): Uint8Array {
  const bits = [...text].map((character) => {
    const code = character.charCodeAt(0);
    return ((code >> 4) - 2).toString(2).padStart(2, '0') + (code & 0x0f).toString(2).padStart(4, '0');
  });
  const whole = bits.join('').padEnd(Math.ceil((text.length * 6) / 8) * 8, '0');
  return Uint8Array.from({ length: whole.length / 8 }, (_, index) => Number.parseInt(whole.slice(index * 8, index * 8 + 8), 2));
}
