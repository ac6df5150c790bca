import {
  CONSECUTIVE_FRAME_BYTES,
  encodeConsecutiveFrame,
  encodeFirstFrame,
  FIRST_FRAME_BYTES,
  FLOW_STATUS,
  type FlowControlFrame,
  isoTpError,
  MAX_MESSAGE_BYTES,
  SINGLE_FRAME_BYTES,
} from './frame.ts';

/** FC.WAIT frames in a row before the sender gives up; the standard leaves the number (N_WFTmax) open. */
export const MAX_WAITS = 10;

/** What the sender needs next: the receiver's flow control, its own next frame to leave, or nothing. */
export type SenderStep = 'flow-control' | 'frame' | 'done';

/** Cuts one message that does not fit a single frame. `first` leaves first; then `step` says what to do. */
export class IsoTpSender {
  readonly first: Uint8Array;
  readonly #address: number;
  readonly #message: Uint8Array;
  #sent = FIRST_FRAME_BYTES;
  #sequence = 1;
  #leftInBlock = 0;
  #waits = 0;
  #separationMs = 0;

  /** @param message must stay unchanged until `done`. @throws {KombiError} `link.isotp.too-long` */
  constructor(address: number, message: Uint8Array) {
    if (message.length > MAX_MESSAGE_BYTES)
      throw isoTpError('too-long', `a message of ${message.length} bytes does not fit, ${MAX_MESSAGE_BYTES} are the most`);
    if (message.length <= SINGLE_FRAME_BYTES) throw new RangeError('a message this short is a single frame');
    this.#address = address;
    this.#message = message;
    this.first = encodeFirstFrame(address, message);
  }

  get step(): SenderStep {
    if (this.#sent >= this.#message.length) return 'done';
    return this.#leftInBlock === 0 ? 'flow-control' : 'frame';
  }

  /** Least time between two of our frames, as the receiver last asked, milliseconds. */
  get separationMs(): number {
    return this.#separationMs;
  }

  /**
   * @throws {KombiError} `link.isotp.overflow` the receiver has no room for the message
   * @throws {KombiError} `link.isotp.waiting` it asked to wait more than {@link MAX_WAITS} times in a row
   */
  takeFlowControl(frame: FlowControlFrame): void {
    switch (frame.status) {
      case FLOW_STATUS.overflow:
        throw isoTpError('overflow', `the receiver has no room for ${this.#message.length} bytes`);
      case FLOW_STATUS.wait:
        this.#waits += 1;
        if (this.#waits > MAX_WAITS) throw isoTpError('waiting', `the receiver asked to wait more than ${MAX_WAITS} times`);
        return;
      case FLOW_STATUS.continueToSend:
        this.#waits = 0;
        this.#leftInBlock = frame.blockSize === 0 ? Number.POSITIVE_INFINITY : frame.blockSize;
        this.#separationMs = frame.separationMs;
    }
  }

  /** The next consecutive frame, which the caller now sends. */
  next(): Uint8Array {
    if (this.step !== 'frame') throw new RangeError(`no frame is due: ${this.step}`);
    const data = this.#message.subarray(this.#sent, this.#sent + CONSECUTIVE_FRAME_BYTES);
    const bytes = encodeConsecutiveFrame(this.#address, this.#sequence, data);
    this.#sent += data.length;
    this.#sequence = (this.#sequence + 1) & 0x0f;
    this.#leftInBlock -= 1;
    return bytes;
  }
}
