import type { PathEnds } from './message-path.ts';

/** What our flow control tells an ECU. */
export interface Flow {
  /** Frames until the next flow control; 0: all the rest. */
  readonly blockSize: number;
  /** STmin as on the wire. */
  readonly separationTime: number;
}

/** Where the line is not known, the slowest that is common. */
const COMMON_BAUD = 38_400;
const BITS_PER_CHARACTER = 10;
/** The smallest buffer known, and what of it stays free. */
const BUFFER_CHARACTERS = 256;
const SPARE_CHARACTERS = 16;
/** A full frame with headers and without spaces, and the least time that one takes on the bus (elm327.md §3.3). */
const FRAME_CHARACTERS = 20;
const FRAME_MS = 0.222;
/** More would not fit a response digit. */
const MOST_FRAMES = 15;

/** From here on a turn of the line costs more than the frames of a block: radio, or a USB adapter that waits before it tells. */
const DISTANT_MS = 15;
/** On 38400 baud a frame takes 5.2 ms, as long as this pause and the frame together: the buffer never fills. */
const UNHURRIED = 5;

/**
 * Blocks that fit the smallest buffer known, however slowly it drains. On a distant line as few turns as can be, at a pace
 * at which the buffer drains as fast as it fills, unless that has once gone wrong: two blocks that the chip counts, or all
 * the rest at once, which takes a turn to end.
 *
 * @param frames still to come
 */
export function flowFor({ chip, findings }: Pick<PathEnds, 'chip' | 'findings'>, frames: number): Flow {
  if ((chip.roundTripMs ?? 0) >= DISTANT_MS && findings.value.traffic.overruns !== true) {
    return { blockSize: frames > 2 * MOST_FRAMES ? 0 : MOST_FRAMES, separationTime: UNHURRIED };
  }
  const characterMs = (BITS_PER_CHARACTER * 1000) / (chip.stream.rate?.baud ?? COMMON_BAUD);
  const growth = FRAME_CHARACTERS - FRAME_MS / characterMs;
  const blockSize = Math.floor((BUFFER_CHARACTERS - SPARE_CHARACTERS) / growth);
  return { blockSize: Math.min(blockSize, MOST_FRAMES), separationTime: 0 };
}
