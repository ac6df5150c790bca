import type { Clock } from '../core/index.ts';
import type { OnProgress } from './plan.ts';

export interface CarProgress {
  /** For the next ECU. */
  next(): OnProgress;
  /** For one that is asked once more. */
  again(): OnProgress;
}

const TO_NOBODY: OnProgress = () => undefined;
const UNTOLD: CarProgress = { next: () => TO_NOBODY, again: () => TO_NOBODY };
/** Sooner an estimate is a guess. */
const LEAST_ELAPSED_MS = 3000;

/** Adds to what one ECU tells how far the car is, and how long it may take yet, as if every ECU took as long as those before it. */
export function progressOfCar(clock: Clock, ecus: number, onProgress: OnProgress | undefined): CarProgress {
  if (onProgress === undefined) return UNTOLD;
  const startMs = clock.now();
  let ecu = 0;
  return {
    next() {
      ecu += 1;
      const ofCar = { ecu, ecus };
      // Behind a scan what it found is read again from the first block on: that is no step back.
      let furthest = 0;
      return (progress) => {
        const { done = 0, total = 1 } = progress;
        furthest = Math.max(furthest, Math.min(1, done / Math.max(1, total)));
        const part = (ecu - 1 + furthest) / ecus;
        const elapsedMs = clock.now() - startMs;
        const remaining = part > 0 && elapsedMs >= LEAST_ELAPSED_MS ? { remainingMs: (elapsedMs / part) * (1 - part) } : {};
        onProgress({ ...progress, ofCar, ...remaining });
      };
    },
    again: () => onProgress,
  };
}
