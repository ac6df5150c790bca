import { FramePath } from './frame-path.ts';
import type { PathKind } from './message-path.ts';
import { FRAMES_SETTLING, RAW_OPENING } from './raw-path.ts';

/** For a chip without R0: behind a frame that earns no answer it listens for its shortest time, 4 ms (ST01, elm327.md §2.1). */
export const SLOW_PATH: PathKind = {
  rung: 'slow',
  opening: RAW_OPENING,
  settling: [
    { command: 'ATST01', what: 'a short timeout', neededTo: 'write' },
    { command: 'ATCTM1', what: 'the timeout as it is', neededTo: 'please' },
    ...FRAMES_SETTLING,
  ],
  create: (ends) => new FramePath(ends, { on: 'ATST01', off: 'ATSTFF', saysNothing: false }),
};
