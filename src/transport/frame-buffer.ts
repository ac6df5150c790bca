/** What a frame of any protocol has. */
export interface AnyFrame {
  /** Where the next frame starts in the buffer that this one was taken from. */
  readonly end: number;
}

/** Takes the frame that starts at `start`; undefined while it is incomplete. Throws where nothing can be read any more. */
export type TakeFrame<Frame extends AnyFrame> = (buffer: Uint8Array, start?: number, end?: number) => Frame | undefined;

const FIRST_CAPACITY_BYTES = 4096;

/**
 * Cuts a stream of chunks into frames. Frames that lie whole in a chunk are handed over as views of it; only the part of
 * a frame that a chunk ends in is copied, once, behind what is held of it already.
 */
export class FrameBuffer<Frame extends AnyFrame> {
  readonly #take: TakeFrame<Frame>;
  #held = new Uint8Array(0);
  #length = 0;

  constructor(take: TakeFrame<Frame>) {
    this.#take = take;
  }

  /** Whether a frame has begun and not ended. */
  get insideFrame(): boolean {
    return this.#length > 0;
  }

  /**
   * @param onFrame must not keep the frame's bytes beyond the call
   * @throws what taking a frame throws; nothing can be read from this stream any more
   */
  push(chunk: Uint8Array, onFrame: (frame: Frame) => void): void {
    if (this.#length === 0) {
      const rest = this.#takeAll(chunk, chunk.length, onFrame);
      if (rest < chunk.length) this.#hold(chunk.subarray(rest));
      return;
    }
    this.#hold(chunk);
    const rest = this.#takeAll(this.#held, this.#length, onFrame);
    this.#held.copyWithin(0, rest, this.#length);
    this.#length -= rest;
  }

  /** @returns where the first incomplete frame starts */
  #takeAll(buffer: Uint8Array, end: number, onFrame: (frame: Frame) => void): number {
    let start = 0;
    for (let frame = this.#take(buffer, start, end); frame !== undefined; frame = this.#take(buffer, start, end)) {
      start = frame.end;
      onFrame(frame);
    }
    return start;
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
