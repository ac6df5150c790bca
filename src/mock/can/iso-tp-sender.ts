import type { Clock, Timer } from '../../core/index.ts';
import { N_TIMEOUT_MS } from './iso-tp-receiver.ts';

/** What a wire fault does to a consecutive frame on its way out. */
export type FrameHarm = 'lost' | 'wrong-sequence';

export interface IsoTpSenderOptions {
  readonly clock: Clock;
  /** Bytes of a frame left for the protocol: 8, or 7 with extended addressing. */
  readonly room: number;
  /** Fills single frames to 8 bytes; undefined sends them short, as BMW's ECUs do. */
  readonly singlePadding?: number;
  /** Puts a frame on the bus, padded as given, and says when it has left. */
  send(protocolBytes: Uint8Array, sent: () => void): void;
  harm(): FrameHarm | undefined;
  /** How long it waits for a flow control; default N_Bs. */
  readonly timeoutMs?: () => number;
  /** A message has left, or its receiver did not let it. */
  readonly ended?: (whole: boolean) => void;
}

interface Transmission {
  readonly payload: Uint8Array;
  offset: number;
  sequence: number;
  awaitingFlowControl: boolean;
  blockLeft: number;
  separationMs: number;
}

/** Answers that an ECU keeps for a tester that does not take them; what it would say beyond is lost. */
const MOST_WAITING = 64;

/** Consecutive frames are filled with FF: recorded, i3 reads in `data/elm327`. */
const CONSECUTIVE_PADDING = 0xff;

/** The sending half of one ECU's ISO 15765-2. One message at a time; later ones wait their turn. */
export class IsoTpSender {
  readonly #options: IsoTpSenderOptions;
  readonly #waiting: Uint8Array[] = [];
  #current: Transmission | undefined;
  #timer: Timer | undefined;

  constructor(options: IsoTpSenderOptions) {
    this.#options = options;
  }

  /** @param payload 1 to 4095 bytes */
  transmit(payload: Uint8Array): void {
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push(payload);
    if (this.#current === undefined) this.#next();
  }

  /** @param bytes a flow control frame from its protocol control byte on */
  flowControl(bytes: Uint8Array): void {
    const current = this.#current;
    if (!current?.awaitingFlowControl) return;
    switch ((bytes[0] ?? 0) & 0xf) {
      case 0:
        this.#timer?.cancel();
        current.awaitingFlowControl = false;
        current.blockLeft = (bytes[1] ?? 0) || Number.POSITIVE_INFINITY;
        current.separationMs = separationMs(bytes[2] ?? 0);
        this.#consecutive(current);
        return;
      case 1:
        this.#awaitFlowControl(current);
        return;
      default:
        this.#end(false);
    }
  }

  /** Gives up what is under way. */
  abandon(): void {
    this.#timer?.cancel();
    this.#current = undefined;
    this.#waiting.length = 0;
  }

  #end(whole: boolean): void {
    this.#options.ended?.(whole);
    this.#next();
  }

  #next(): void {
    this.#timer?.cancel();
    this.#current = undefined;
    const payload = this.#waiting.shift();
    if (payload === undefined) return;
    const current = { payload, offset: 0, sequence: 1, awaitingFlowControl: false, blockLeft: 0, separationMs: 0 };
    this.#current = current;
    const { room } = this.#options;
    if (payload.length < room) {
      this.#options.send(this.#single(payload), () => this.#end(true));
      return;
    }
    const frame = new Uint8Array(room);
    frame[0] = 0x10 | (payload.length >> 8);
    frame[1] = payload.length & 0xff;
    frame.set(payload.subarray(0, room - 2), 2);
    current.offset = room - 2;
    this.#options.send(frame, () => this.#awaitFlowControl(current));
  }

  #single(payload: Uint8Array): Uint8Array {
    const { room, singlePadding } = this.#options;
    const frame = new Uint8Array(singlePadding === undefined ? payload.length + 1 : room);
    if (singlePadding !== undefined) frame.fill(singlePadding);
    frame[0] = payload.length;
    frame.set(payload, 1);
    return frame;
  }

  #awaitFlowControl(current: Transmission): void {
    if (current !== this.#current) return;
    this.#timer?.cancel();
    current.awaitingFlowControl = true;
    const timeoutMs = this.#options.timeoutMs?.() ?? N_TIMEOUT_MS;
    this.#timer = this.#options.clock.backgroundTimer(timeoutMs, () => this.#end(false));
  }

  #consecutive(current: Transmission): void {
    const { room } = this.#options;
    const harm = this.#options.harm();
    const frame = new Uint8Array(room).fill(CONSECUTIVE_PADDING);
    frame[0] = 0x20 | ((current.sequence + (harm === 'wrong-sequence' ? 1 : 0)) & 0xf);
    frame.set(current.payload.subarray(current.offset, current.offset + room - 1), 1);
    current.offset += room - 1;
    current.sequence += 1;
    current.blockLeft -= 1;
    const sent = () => this.#sent(current);
    if (harm === 'lost') this.#options.clock.backgroundTimer(0, sent);
    else this.#options.send(frame, sent);
  }

  #sent(current: Transmission): void {
    if (current !== this.#current) return;
    if (current.offset >= current.payload.length) this.#end(true);
    else if (current.blockLeft === 0) this.#awaitFlowControl(current);
    else if (current.separationMs === 0) this.#consecutive(current);
    else this.#timer = this.#options.clock.backgroundTimer(current.separationMs, () => this.#consecutive(current));
  }
}

/** STmin as ISO 15765-2 codes it; a reserved value means the longest, 127 ms. */
function separationMs(code: number): number {
  if (code <= 0x7f) return code;
  return code >= 0xf1 && code <= 0xf9 ? (code - 0xf0) / 10 : 0x7f;
}
