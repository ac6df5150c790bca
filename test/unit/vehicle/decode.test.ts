import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../src/core/index.ts';
import { cafdsOf, decodeDate, decodeEcuList, decodeILevels, decodeSvk, formatSvkEntry } from '../../../src/vehicle/index.ts';

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

  it('tells how, when and by whom it was programmed', () => {
    expect(decodeSvk(GATEWAY)).toMatchObject({
      programmingStatus: '0101',
      date: '2010-10-25',
      fingerprint: '8B000900000000000000',
      complete: true,
    });
  });

  it('takes what is there of a cut answer, and says that there is more', () => {
    expect(decodeSvk(GATEWAY.subarray(0, 30))).toMatchObject({ entries: [{ id: '00000452' }], complete: false });
    expect(decodeSvk(GATEWAY.subarray(0, 16))).toMatchObject({ date: '2010-10-25', fingerprint: undefined, complete: false });
    expect(decodeSvk(new Uint8Array())).toMatchObject({ entries: [], programmingStatus: undefined, date: undefined, complete: false });
  });
});

describe('a day of an ECU', () => {
  it.each([
    ['170616', '2017-06-16'],
    ['200229', '2020-02-29'],
  ])('%s is %s', (hex, day) => {
    expect(decodeDate(fromHex(hex))).toBe(day);
  });

  it.each(['', '1706', '170016', '170230', '1A0616', 'FFFFFF', '000000'])('is not guessed from "%s"', (hex) => {
    expect(decodeDate(fromHex(hex))).toBeUndefined();
  });
});

describe('the gateway’s list of ECUs', () => {
  it('is a count and their addresses', () => {
    expect(decodeEcuList(fromHex('0003 606110'))).toEqual([0x10, 0x60, 0x61]);
  });

  it.each([
    ['cut', '0018 0108', [0x01, 0x08]],
    ['longer than it says', '0001 0108', [0x01]],
    ['naming one twice, and all', '0003 6060DF', [0x60]],
    ['empty', '0000', []],
    ['no list', '00', undefined],
  ])('is taken as far as it goes where it is %s', (_, hex, ecus) => {
    expect(decodeEcuList(fromHex(hex))).toEqual(ecus);
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
