import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex } from '../../../src/core/index.ts';
import { encodeVehicleOrder } from '../../../src/mock/vehicle-data.ts';
import { decodeVehicleOrder, productionDateOf, seriesName } from '../../../src/vehicle/index.ts';

const G31 = new URL('../../../../shared/data/recordings/g31-coding.txt', import.meta.url);

const ORDER = {
  date: '0910',
  series: 'F010',
  type: 'FP31',
  paint: '0A17',
  upholstery: 'K8DF',
  options: ['1CA', '205', '8KA'],
  eWords: ['A090'],
  hoWords: ['PN01', 'RD02'],
};

/** As an order of this length, without a signature. */
function orderOf(bits: string): Uint8Array {
  const whole = bits.match(/.{1,8}/g) ?? [];
  const stream = whole.map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2));
  return Uint8Array.of(0, stream.length + 1, 0x03, ...stream);
}

/** Six bits a character: two for its row of ASCII, four for its column. */
function characters(text: string): string {
  return [...text].map((character) => (character.charCodeAt(0) - 0x20).toString(2).padStart(6, '0')).join('');
}

const HEAD = characters('0910F010FP310A17K8DF');

describe('a vehicle order', () => {
  it('gives what was ordered, list by list', () => {
    const bits = `${HEAD}1000${characters('1CA205')}000100${characters('A090')}001100${characters('PN01')}00`;
    expect(decodeVehicleOrder(orderOf(bits))).toEqual({
      criterion: '0910',
      series: 'F010',
      typeKey: 'FP31',
      paint: '0A17',
      upholstery: 'K8DF',
      options: ['1CA', '205'],
      eWords: ['A090'],
      hoWords: ['PN01'],
      damage: undefined,
    });
  });

  it('is read back as the mock car writes it, whatever was ordered', () => {
    const text = (length: number) =>
      fc.string({ unit: fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'), minLength: length, maxLength: length });
    const order = fc.record({
      date: text(4),
      series: text(4),
      type: text(4),
      paint: text(4),
      upholstery: text(4),
      options: fc.array(text(3), { maxLength: 60 }),
      eWords: fc.array(text(4), { maxLength: 5 }),
      hoWords: fc.array(text(4), { maxLength: 5 }),
    });
    fc.assert(
      fc.property(order, ({ date, type, ...rest }) => {
        const decoded = decodeVehicleOrder(encodeVehicleOrder({ date, type, ...rest }));
        expect(decoded).toEqual({ ...rest, criterion: date, typeKey: type, damage: undefined });
      }),
    );
  });

  it('tells of every cut that it is cut, and keeps what stands in front of it', () => {
    const whole = encodeVehicleOrder(ORDER);
    const said = 2 + (whole[1] ?? 0);
    for (let length = 3; length < said; length += 1) {
      const order = decodeVehicleOrder(whole.subarray(0, length));
      if (order === undefined) expect(length).toBeLessThan(9);
      else {
        expect(order).toMatchObject({ series: 'F010', damage: expect.stringMatching(/cut/) });
        expect(ORDER.options.slice(0, order.options.length)).toEqual(order.options);
      }
    }
    expect(decodeVehicleOrder(whole.subarray(0, 9))?.series).toBe('F010');
    expect(decodeVehicleOrder(whole.subarray(0, 3 + 15 + 4))?.options).toEqual(['1CA']);
    // The signature behind it is no part of it.
    expect(decodeVehicleOrder(whole.subarray(0, said))).toEqual(decodeVehicleOrder(whole));
  });

  it.each([
    ['a list of an unknown kind', `${HEAD}1000${characters('1CA')}000010${characters('205')}`, ['1CA'], /unknown kind \(0010\)/],
    ['a list that does not end', `${HEAD}1000${characters('1CA205')}`, ['1CA', '205'], /no end|cannot be read/],
    ['an entry of other characters', `${HEAD}1000${characters('1CA')}010000${'0'.repeat(12)}`, ['1CA'], /cannot be read/],
    ['a head of other characters', `${HEAD.slice(0, -6)}0000001000${characters('1CA')}00`, ['1CA'], /head/],
  ])('says so of %s, and gives the rest', (_, bits, options, damage) => {
    expect(decodeVehicleOrder(orderOf(bits))).toMatchObject({
      series: 'F010',
      typeKey: 'FP31',
      options,
      damage: expect.stringMatching(damage),
    });
  });

  it.each(['', '0002', '000203', '00050300000000', '000504545454FF'])('is not guessed from "%s"', (hex) => {
    expect(decodeVehicleOrder(fromHex(hex))).toBeUndefined();
  });

  it.skipIf(!existsSync(G31))('of the recorded G31 is read whole (skipped where the recording is not there)', () => {
    const line = readFileSync(G31, 'latin1')
      .split('\n')
      .find((text) => text.startsWith('83 10 F1 22 3F 06'));
    const telegram = fromHex((line ?? '').split(':')[1]?.trim() ?? '');
    const order = decodeVehicleOrder(concatBytes(telegram.subarray(7, -1)));
    expect(order).toMatchObject({
      criterion: '0317',
      series: 'G031',
      typeKey: 'JM71',
      paint: '0300',
      upholstery: 'BYAT',
      eWords: ['A090'],
      hoWords: [],
      damage: undefined,
    });
    expect(order?.options).toHaveLength(46);
    expect(order?.options.slice(0, 3)).toEqual(['1CA', '1CB', '205']);
    expect(order?.options.at(-1)).toBe('9BD');
    expect(order && productionDateOf(order)).toBe('2017-03');
  });
});

describe('the month of an order', () => {
  const monthOf = (criterion: string) => {
    const order = decodeVehicleOrder(encodeVehicleOrder({ ...ORDER, date: criterion }));
    return order && productionDateOf(order);
  };

  it('is that of its criterion', () => {
    expect(monthOf('0910')).toBe('2010-09');
    expect(monthOf('1215')).toBe('2015-12');
  });

  it.each(['0015', '1315', 'AB15', '03AA'])('is not guessed from %s', (criterion) => {
    expect(monthOf(criterion)).toBeUndefined();
  });
});

describe('a series', () => {
  it.each([
    ['F006', 'F06'],
    ['F010', 'F10'],
    ['S15A', 'S15A'],
  ])('%s is called %s', (series, name) => {
    expect(seriesName(series)).toBe(name);
  });
});
