import { expect, it } from 'vitest';
import { trendPercent } from './leftovers.ts';

it.each([
  ['nothing that only swings', [100, 110, 90, 90, 110, 100], 0],
  ['what grows steadily', [100, 105, 110, 115, 120], 20],
  ['what grows behind its swings', [100, 120, 108, 130, 108, 128, 120, 140], 25],
  ['what shrinks', [200, 190, 180], -10],
])('takes for growth %s', (_, values, percent) => {
  expect(trendPercent(values)).toBe(percent);
});
