/** One classic CAN data or remote frame. */
export interface CanFrame {
  readonly id: number;
  /** A 29-bit identifier. */
  readonly extended?: boolean;
  readonly remote?: boolean;
  /** 0 to 8 bytes. */
  readonly data: Uint8Array;
}

export const CAN_KBIT_PER_S = 500;

/** Frame bits outside the stuffed part: CRC delimiter, acknowledge slot and delimiter, end of frame, interframe space. */
const UNSTUFFED_BITS = 13;

/**
 * How long a frame occupies the bus at 500 kbit/s.
 *
 * Units   milliseconds. Stuff bits are counted at their worst, one in four, so that 8 bytes under an 11-bit identifier take
 *         135 bits or 0.27 ms: with it the overflow counts of elm327.md §3.3 come out.
 * @see source: ISO 11898-1 frame layout (published)
 */
export function frameTimeMs(frame: CanFrame): number {
  const dataBits = frame.remote ? 0 : frame.data.length * 8;
  const stuffedBits = (frame.extended ? 54 : 34) + dataBits;
  return (stuffedBits + Math.floor((stuffedBits - 1) / 4) + UNSTUFFED_BITS) / CAN_KBIT_PER_S;
}
