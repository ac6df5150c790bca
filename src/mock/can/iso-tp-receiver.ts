import type { Clock, Timer } from '../../core/index.ts';

/** N_Cr and N_Bs of ISO 15765-2: how long either end waits for the other's next frame. */
export const N_TIMEOUT_MS = 1000;

/** Between two FC.WAIT; anything below N_Bs keeps the sender waiting. */
const WAIT_INTERVAL_MS = 500;

const FLOW_STATUS = { continueToSend: 0x30, wait: 0x31, overflow: 0x32 } as const;

export interface FlowControl {
  readonly blockSize: number;
  /** As on the wire: 00–7F milliseconds, F1–F9 hundreds of microseconds. */
  readonly separationTime: number;
}

/** What to do with a first frame: let it come, after so many FC.WAIT, or refuse it. */
export type Admission = { readonly waits: number } | 'overflow';

export interface IsoTpReceiverOptions {
  readonly clock: Clock;
  /** Bytes of a frame left for the protocol: 8, or 7 with extended addressing. */
  readonly room: number;
  /** @param head the payload bytes of the first frame */
  admit(head: Uint8Array): Admission;
  flowControl(): FlowControl;
  /** Sends a flow control: status, block size, separation time. */
  send(protocolBytes: Uint8Array): void;
  deliver(payload: Uint8Array): void;
  /** How long it waits for the next frame; default N_Cr. */
  readonly timeoutMs?: () => number;
}

interface Reception {
  readonly payload: Uint8Array;
  filled: number;
  sequence: number;
  granted: boolean;
  /** Consecutive frames until the next flow control; Infinity with block size 0. */
  blockLeft: number;
}

/** The receiving half of one ECU's ISO 15765-2: single, first and consecutive frames of the tester. */
export class IsoTpReceiver {
  readonly #options: IsoTpReceiverOptions;
  #reception: Reception | undefined;
  #timer: Timer | undefined;

  constructor(options: IsoTpReceiverOptions) {
    this.#options = options;
  }

  /** @param bytes a frame from its protocol control byte on, padded or not */
  accept(bytes: Uint8Array): void {
    const control = bytes[0] ?? 0xff;
    if (control >> 4 === 0) this.#single(bytes, control);
    else if (control >> 4 === 1) this.#first(bytes, control);
    else if (control >> 4 === 2) this.#consecutive(bytes, control & 0xf);
  }

  #single(bytes: Uint8Array, length: number): void {
    if (length === 0 || length >= bytes.length || length >= this.#options.room) return;
    this.abandon();
    this.#options.deliver(bytes.slice(1, 1 + length));
  }

  #first(bytes: Uint8Array, control: number): void {
    const length = (control & 0xf) * 0x100 + (bytes[1] ?? 0);
    if (bytes.length < this.#options.room || length < this.#options.room) return;
    this.abandon();
    const head = bytes.slice(2);
    const admission = this.#options.admit(head);
    if (admission === 'overflow') {
      this.#options.send(Uint8Array.of(FLOW_STATUS.overflow, 0, 0));
      return;
    }
    const payload = new Uint8Array(length);
    payload.set(head);
    this.#reception = { payload, filled: head.length, sequence: 1, granted: false, blockLeft: 0 };
    this.#grant(this.#reception, admission.waits);
  }

  #grant(reception: Reception, waits: number): void {
    if (waits > 0) {
      this.#options.send(Uint8Array.of(FLOW_STATUS.wait, 0, 0));
      this.#timer = this.#options.clock.backgroundTimer(WAIT_INTERVAL_MS, () => this.#grant(reception, waits - 1));
      return;
    }
    const { blockSize, separationTime } = this.#options.flowControl();
    reception.granted = true;
    reception.blockLeft = blockSize === 0 ? Number.POSITIVE_INFINITY : blockSize;
    this.#options.send(Uint8Array.of(FLOW_STATUS.continueToSend, blockSize, separationTime));
    this.#expect();
  }

  #consecutive(bytes: Uint8Array, sequence: number): void {
    const reception = this.#reception;
    if (!reception?.granted) return;
    // ISO 15765-2, N_WRONG_SN: a wrong sequence number ends the reception without a word to the sender.
    if (sequence !== reception.sequence) {
      this.abandon();
      return;
    }
    const part = bytes.subarray(1, 1 + reception.payload.length - reception.filled);
    reception.payload.set(part, reception.filled);
    reception.filled += part.length;
    reception.sequence = (sequence + 1) & 0xf;
    reception.blockLeft -= 1;
    if (reception.filled === reception.payload.length) {
      this.abandon();
      this.#options.deliver(reception.payload);
    } else if (reception.blockLeft === 0) {
      this.#timer?.cancel();
      this.#grant(reception, 0);
    } else {
      this.#expect();
    }
  }

  #expect(): void {
    this.#timer?.cancel();
    const timeoutMs = this.#options.timeoutMs?.() ?? N_TIMEOUT_MS;
    this.#timer = this.#options.clock.backgroundTimer(timeoutMs, () => this.abandon());
  }

  /** Gives up what is under way. */
  abandon(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#reception = undefined;
  }
}
