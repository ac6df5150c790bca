import { describe, expect, it } from 'vitest';
import { nearestMatch } from '../../../src/catalog/index.ts';

const NAMES = ['KOMBI', 'ZGW', 'DME', 'CAS', 'CC_ACTIVIERUNG_5'];

describe('the nearest match', () => {
  it.each([
    ['KOMIB', 'KOMBI'],
    ['kombo', 'KOMBI'],
    ['KOMMBI', 'KOMBI'],
    ['KMBI', 'KOMBI'],
    ['CC_AKTIVIRUNG_5', 'CC_ACTIVIERUNG_5'],
    ['DMW', 'DME'],
  ])('of %s is %s', (word, match) => {
    expect(nearestMatch(word, NAMES)).toBe(match);
  });

  it.each(['XYZ', 'engine', ''])('of %j is nothing', (word) => {
    expect(nearestMatch(word, NAMES)).toBeUndefined();
  });
});
