import { expect, it } from 'vitest';
import { growthOf, trendOf } from './growth.ts';
import type { Holdings } from './leftovers.ts';

const JOBS = 10_000;
const MEASUREMENTS = 100;

it.each([
  ['nothing that only swings', [100, 110, 90, 90, 110, 100], 0],
  ['what grows steadily', [100, 105, 110, 115, 120], 20],
  ['what grows behind its swings', [100, 120, 108, 130, 108, 128, 120, 140], 25],
  ['what shrinks', [200, 190, 180], -10],
])('takes for growth %s', (_, values, percent) => {
  expect(trendOf(values).percent).toBe(percent);
});

it.each([
  ['nothing that swings as programs do', {}, []],
  ['nothing that a program takes once, while V8 compiles', { heldBytes: (job: number) => Math.min(job, 4000) * 500 }, []],
  ['200 bytes that every job leaves behind', { heldBytes: (job: number) => job * 200 }, ['each job left 190 bytes behind']],
  ['memory that grows for ever outside of what V8 counts', { rssBytes: (job: number) => job * 1000 }, ['memory grew by 4.1 %']],
  ['a file that stays open', { fileDescriptors: (job: number) => (job > 9000 ? 1 : 0) }, ['1 more files are open']],
])('judges %s', (_, grown, violations) => {
  const measured = Array.from({ length: MEASUREMENTS }, (_, index) => holdingsAfter((index + 1) * (JOBS / MEASUREMENTS), grown));
  expect(growthOf(measured, JOBS).violations).toEqual(violations);
});

it('judges a handle and a timer that stay', () => {
  const measured = Array.from({ length: 10 }, (_, index) => ({ ...holdingsAfter(index, {}), resources: index < 9 ? {} : { Timeout: 1 } }));
  expect(growthOf(measured, 10).violations).toEqual(['handles and timers: {} became {"Timeout":1}']);
});

type Grown = { readonly [Figure in 'heldBytes' | 'rssBytes' | 'fileDescriptors']?: (job: number) => number };

/** As measured of one process: by 0.2 MB up and down in what it holds, and by 1 MB in its memory. */
function holdingsAfter(job: number, { heldBytes, rssBytes, fileDescriptors }: Grown): Holdings {
  const swing = Math.sin(job);
  return {
    heldBytes: 26_000_000 + swing * 200_000 + (heldBytes?.(job) ?? 0),
    rssBytes: 110_000_000 + swing * 1_000_000 + (rssBytes?.(job) ?? 0),
    fileDescriptors: 28 + (fileDescriptors?.(job) ?? 0),
    resources: {},
  };
}
