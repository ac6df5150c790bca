import { systemClock } from '../../../src/core/index.ts';

const LOOK_EVERY_MS = 10;

/** Looks until it is so. What it looks at belongs to another process, which tells nobody. */
export async function reaches(isSo: () => boolean): Promise<void> {
  while (!isSo()) await systemClock.sleep(LOOK_EVERY_MS);
}
