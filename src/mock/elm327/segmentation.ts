import type { Clock } from '../../core/index.ts';
import type { CanFrame } from '../can/index.ts';
import { IsoTpReceiver } from '../can/iso-tp-receiver.ts';
import { IsoTpSender } from '../can/iso-tp-sender.ts';
import { flowControlTarget } from './request.ts';
import type { Settings } from './settings.ts';

export interface SegmentationOptions {
  readonly clock: Clock;
  readonly settings: () => Settings;
  /** Puts a frame on the bus. */
  readonly send: (frame: CanFrame, sent?: () => void) => void;
  /** A whole message has come from that identifier. */
  readonly deliver: (id: number, message: Uint8Array) => void;
}

const FRAME_BYTES = 8;
/** What NL lets through (OBDLink FRPM, ATAL); how a longer answer is refused is a hypothesis: it is not shown. */
const NORMAL_LENGTH_BYTES = 7;
const FLOW_CONTROL = 3;
const NO_LIMITS = { blockSize: 0, separationTime: 0 };

/** ISO 15765-2 inside the chip, as STN chips have it: long requests cut, long answers joined, flow control by pairs. */
export class Segmentation {
  readonly #options: SegmentationOptions;
  readonly #receivers = new Map<number, IsoTpReceiver>();
  #sender: IsoTpSender | undefined;
  #sendsTo = 0;

  constructor(options: SegmentationOptions) {
    this.#options = options;
  }

  /** @param ended called once: whether the receiver took all of it */
  transmit(id: number, message: Uint8Array, ended: (whole: boolean) => void): void {
    this.#sendsTo = id;
    this.#sender = new IsoTpSender({
      clock: this.#options.clock,
      room: this.#room,
      send: (bytes, sent) => this.#put(id, this.#options.settings().extendedAddress, bytes, sent),
      harm: () => undefined,
      timeoutMs: () => this.#options.settings().stn.flowControlTimeoutMs,
      ended: (whole) => {
        this.#sender = undefined;
        ended(whole);
      },
    });
    this.#sender.transmit(message);
  }

  /** Whether the frame was a flow control for what is being sent. */
  takesFlowControl({ id, data }: CanFrame): boolean {
    const bytes = this.#protocolBytes(data);
    if (this.#sender === undefined || bytes === undefined || (bytes[0] ?? 0) >> 4 !== FLOW_CONTROL) return false;
    if (flowControlTarget(id, data[0], this.#options.settings())?.id !== this.#sendsTo) return false;
    this.#sender.flowControl(bytes);
    return true;
  }

  receive({ id, data }: CanFrame): void {
    const bytes = this.#protocolBytes(data);
    if (bytes === undefined) return;
    const known = this.#receivers.get(id) ?? this.#receiver(id);
    this.#receivers.set(id, known);
    known.accept(bytes);
  }

  abandon(): void {
    for (const receiver of this.#receivers.values()) receiver.abandon();
    this.#receivers.clear();
    this.#sender?.abandon();
    this.#sender = undefined;
  }

  #receiver(id: number): IsoTpReceiver {
    return new IsoTpReceiver({
      clock: this.#options.clock,
      room: this.#room,
      admit: () => ({ waits: 0 }),
      flowControl: () => NO_LIMITS,
      send: (bytes) => {
        const { testerAddress, extendedAddress } = this.#options.settings();
        const to = flowControlTarget(id, extendedAddress === undefined ? undefined : testerAddress, this.#options.settings());
        if (to !== undefined) this.#put(to.id, to.address, bytes);
      },
      deliver: (message) => {
        if (message.length > NORMAL_LENGTH_BYTES && !this.#options.settings().longMessages) return;
        this.#options.deliver(id, message);
      },
      timeoutMs: () => this.#options.settings().stn.nextFrameTimeoutMs,
    });
  }

  get #room(): number {
    return this.#options.settings().extendedAddress === undefined ? FRAME_BYTES : FRAME_BYTES - 1;
  }

  /** From the protocol control byte on; undefined where the address byte names somebody else. */
  #protocolBytes(data: Uint8Array): Uint8Array | undefined {
    const { extendedAddress, testerAddress } = this.#options.settings();
    if (extendedAddress === undefined) return data;
    return data[0] === testerAddress ? data.subarray(1) : undefined;
  }

  /** Frames of these protocols are always full. */
  #put(id: number, address: number | undefined, bytes: Uint8Array, sent?: () => void): void {
    const data = new Uint8Array(FRAME_BYTES);
    data.set(address === undefined ? bytes : Uint8Array.of(address, ...bytes));
    this.#options.send({ id, data }, sent);
  }
}
