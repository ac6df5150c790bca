import { type HsfzFrame, takeHsfzFrame } from './hsfz-frame.ts';

const FIRST_CAPACITY_BYTES = 4096;

/**
 * Cuts a stream of chunks into HSFZ frames. Frames that lie whole in a chunk are handed over as views of it; only
 * the part of a frame that a chunk ends in is copied, once, behind what is held of it already.
 */
export class HsfzReceiveBuffer {
  #held = new Uint8Array(0);
  #length = 0;

  /** Whether a frame has begun and not ended. */
  get insideFrame(): boolean {
    return this.#length > 0;
  }

  /**
   * @param onFrame must not keep the frame's body beyond the call
   * @throws {KombiError} `link.hsfz-malformed`; nothing can be read from this stream any more
   */
  push(chunk: Uint8Array, onFrame: (frame: HsfzFrame) => void): void {
    if (this.#length === 0) {
      const rest = takeAll(chunk, chunk.length, onFrame);
      if (rest < chunk.length) this.#hold(chunk.subarray(rest));
      return;
    }
    this.#hold(chunk);
    const rest = takeAll(this.#held, this.#length, onFrame);
    this.#held.copyWithin(0, rest, this.#length);
    this.#length -= rest;
  }

  #hold(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length;
    if (needed > this.#held.length) {
      const grown = new Uint8Array(Math.max(FIRST_CAPACITY_BYTES, needed, 2 * this.#held.length));
      grown.set(this.#held.subarray(0, this.#length));
      this.#held = grown;
    }
    this.#held.set(bytes, this.#length);
    this.#length = needed;
  }
}

/** @returns where the first incomplete frame starts */
function takeAll(buffer: Uint8Array, end: number, onFrame: (frame: HsfzFrame) => void): number {
  let start = 0;
  for (let frame = takeHsfzFrame(buffer, start, end); frame !== undefined; frame = takeHsfzFrame(buffer, start, end)) {
    start = frame.end;
    onFrame(frame);
  }
  return start;
}
