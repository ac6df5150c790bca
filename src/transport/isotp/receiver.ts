import {
  CONSECUTIVE_FRAME_BYTES,
  type ConsecutiveFrame,
  FIRST_FRAME_BYTES,
  type FirstFrame,
  type IsoTpFrame,
  isoTpError,
  MAX_MESSAGE_BYTES,
} from './frame.ts';

/** What the receiver wants next: our flow control, the sender's next frame, or nothing, the message being whole. */
export type ReceiverStep = 'flow-control' | 'frame' | 'whole';

export interface ReceiverOptions {
  /** Frames between two flow controls; 0: one flow control for all. */
  readonly blockSize: number;
  readonly maxMessageBytes?: number;
}

/** Joins one segmented message. Begins with its first frame, ends with `step` `whole` or an error, after which it is thrown away. */
export class IsoTpReceiver {
  readonly #message: Uint8Array;
  readonly #blockSize: number;
  #received: number;
  #sequence = 1;
  #leftInBlock: number;

  /** @throws {KombiError} `link.isotp.too-long` before anything is allocated */
  constructor(first: FirstFrame, options: ReceiverOptions) {
    const maxMessageBytes = options.maxMessageBytes ?? MAX_MESSAGE_BYTES;
    if (first.messageBytes > maxMessageBytes) {
      throw isoTpError('too-long', `a message of ${first.messageBytes} bytes is announced; at most ${maxMessageBytes} are taken`);
    }
    this.#message = new Uint8Array(first.messageBytes);
    this.#message.set(first.data.subarray(0, FIRST_FRAME_BYTES));
    this.#received = FIRST_FRAME_BYTES;
    this.#blockSize = options.blockSize;
    this.#leftInBlock = 0;
  }

  /** Consecutive frames still to come. */
  get missingFrames(): number {
    return Math.ceil((this.#message.length - this.#received) / CONSECUTIVE_FRAME_BYTES);
  }

  /** Frames to come before the next flow control is due, counted from one just sent. */
  get nextBlockFrames(): number {
    return this.#blockSize === 0 ? this.missingFrames : Math.min(this.#blockSize, this.missingFrames);
  }

  get step(): ReceiverStep {
    if (this.#received === this.#message.length) return 'whole';
    return this.#leftInBlock === 0 ? 'flow-control' : 'frame';
  }

  /** The whole message; only when `step` says so. */
  get message(): Uint8Array {
    return this.#message;
  }

  /** Our flow control has been sent. */
  sentFlowControl(): void {
    this.#leftInBlock = this.nextBlockFrames;
  }

  /**
   * Takes the next frame of the same sender.
   *
   * @throws {KombiError} `link.isotp.sequence` a wrong sequence number: a frame was lost, doubled or swapped
   * @throws {KombiError} `link.isotp.interrupted` another message begins, or a flow control comes, inside this one
   * @throws {KombiError} `link.isotp.malformed` a frame too short for what it must carry
   */
  take(frame: IsoTpFrame): void {
    if (frame.kind !== 'consecutive') {
      throw isoTpError(
        'interrupted',
        `a ${frame.kind} frame came inside a message of ${this.#message.length} bytes, ${this.missingFrames} frames before its end`,
      );
    }
    if (this.step !== 'frame')
      throw isoTpError('sequence', `a frame came that was not asked for, ${this.missingFrames} frames before the end`);
    this.#append(frame);
  }

  #append(frame: ConsecutiveFrame): void {
    if (frame.sequence !== this.#sequence) {
      throw isoTpError(
        'sequence',
        `frame ${frame.sequence} came where ${this.#sequence} was due, ${this.missingFrames} frames before the end`,
      );
    }
    const wanted = Math.min(CONSECUTIVE_FRAME_BYTES, this.#message.length - this.#received);
    if (frame.data.length < wanted)
      throw isoTpError('malformed', `frame ${frame.sequence} carries ${frame.data.length} bytes where ${wanted} were due`);
    this.#message.set(frame.data.subarray(0, wanted), this.#received);
    this.#received += wanted;
    this.#sequence = (this.#sequence + 1) & 0x0f;
    this.#leftInBlock -= 1;
  }
}
