import { describe, expect, it } from 'vitest';
import { codingRule, parseILevel, seriesFamily } from '../../../src/vehicle/index.ts';

const car = (series: string | undefined, current?: string, protocol?: 'kwp') => ({
  series,
  ...(current === undefined ? {} : { iLevels: { current } }),
  ...(protocol === undefined ? {} : { protocol }),
});

describe('the family of a series', () => {
  it.each([
    ['F06', 'F'],
    ['F006', 'F'],
    ['f48', 'F'],
    ['G31', 'G'],
    ['G031', 'G'],
    ['E61_', 'E'],
    ['E84', 'E'],
    ['I01', 'unknown'],
    ['U11', 'unknown'],
    ['K48', 'unknown'],
    ['X5 G20', 'unknown'],
    ['', 'unknown'],
    [undefined, 'unknown'],
  ] as const)('of %s is %s', (series, family) => expect(seriesFamily(series)).toBe(family));
});

describe('an I-level', () => {
  it('is taken apart', () => expect(parseILevel('S15A-17-11-540')).toEqual({ prefix: 'S15A', year: 17, month: 11, number: 540 }));
  it('that is none is none', () =>
    expect([undefined, '', 'F010', 'F010-1-2-3'].map(parseILevel)).toEqual([undefined, undefined, undefined, undefined]));
});

describe('the rule of coding', () => {
  it.each([
    ['an F-series car', car('F06', 'F010-15-03-505'), 'plain'],
    ['an F-series car without an I-level', car('F48'), 'plain'],
    ['a G-series car before 21-03', car('G31', 'S15A-17-11-540'), 'plain'],
    ['a G-series car of 21-02', car('G31', 'S15A-21-02-999'), 'plain'],
    ['a G-series car of 21-03', car('G31', 'S15A-21-03-501'), 'signed'],
    ['a G-series car of 22-01', car('G05', 'S18A-22-01-501'), 'signed'],
    ['a G-series car without an I-level', car('G05'), 'signed'],
    ['a car named F with the electronics of G', car('F95', 'S18A-23-07-505'), 'signed'],
    ['a car without a name, by its I-level', car(undefined, 'F020-16-07-500'), 'plain'],
    ['a car that tells nothing', car(undefined), 'unknown'],
    ['an electric I-series car', car('I01', 'I001-15-03-505'), 'unknown'],
    ['electronics before S15A', car(undefined, 'S14A-21-07-500'), 'unknown'],
    ['a car that speaks KWP2000', car('E61', undefined, 'kwp'), 'e-series'],
    ['a car whose order says E', car('E92'), 'e-series'],
  ] as const)('of %s', (_, told, rule) => expect(codingRule(told).rule).toBe(rule));

  it('gives its reason with what the car said', () => {
    expect(codingRule(car('G05', 'S18A-22-07-505')).reason).toBe(
      'G05 has I-level S18A-22-07-505: G-series coding data are signed from 21-03 on',
    );
    expect(codingRule(car('G05')).reason).toContain('not told');
    expect(codingRule(car('F95', 'S18A-23-07-505')).family).toBe('G');
  });
});
