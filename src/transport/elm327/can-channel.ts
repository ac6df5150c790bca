import {
  CAN_TESTER_ADDRESS,
  type Clock,
  type EcuAddress,
  ecuAddress,
  formatEcuAddress,
  isFunctionalAddress,
  toHex,
} from '../../core/index.ts';
import { decodeIsoTpFrame, type IsoTpFrame } from '../isotp/index.ts';
import { isAccepted, unfit } from './adapter-setup.ts';
import { parseCanLine } from './can-line.ts';
import { type Chip, COMMAND_TIMEOUT_MS } from './chip.ts';
import { chipError } from './chip-texts.ts';

/** An ECU answers with identifier 600 + its address (bmw-diagnostics §3.1, recorded). */
const ECU_ID = 0x600;
/** A chip that ignores the number of answers listens on; then it is interrupted after this long. */
const PROMPT_GRACE_MS = 100;

/**
 * What is to come back after a frame: `open` the chip listens until it is interrupted, a number 1 to 15 it listens for
 * that many frames, `none` it does not listen.
 */
export type Answers = 'open' | 'none' | number;

export interface FrameEvent {
  readonly kind: 'frame';
  readonly source: EcuAddress;
  readonly frame: IsoTpFrame;
}
export type ChannelEvent = FrameEvent | { readonly kind: 'idle' } | { readonly kind: 'deadline' };

interface Filter {
  readonly mask: string;
  readonly filter: string;
}
const EVERY_ECU: Filter = { mask: 'ATCM700', filter: 'ATCF600' };

/** CAN frames to and from ECUs through the chip. */
export class CanChannel {
  readonly #chip: Chip;
  readonly #clock: Clock;
  #filter = EVERY_ECU;
  /** Whether the chip listens after a frame (R1) or not (R0); undefined while a switch is under way. */
  #responses: boolean | undefined = true;
  /** Frames after which the chip prompts by itself. */
  #owed = Number.POSITIVE_INFINITY;
  /** Whether it heeds the number of answers; some chips take it and listen on. */
  #counts = true;

  constructor(chip: Chip, clock: Clock) {
    this.#chip = chip;
    this.#clock = clock;
  }

  /** Lets through the frames of one ECU, or of all for the functional address. The chip must be idle. */
  async aim(target: EcuAddress, signal?: AbortSignal): Promise<void> {
    const wanted = isFunctionalAddress(target) ? EVERY_ECU : { mask: 'ATCM7FF', filter: `ATCF6${formatEcuAddress(target)}` };
    const before = this.#filter;
    // Unknown until both are set; the next aim then sets both.
    this.#filter = { mask: '', filter: '' };
    if (wanted.filter !== before.filter) await this.#set(wanted.filter, signal);
    if (wanted.mask !== before.mask) await this.#set(wanted.mask, signal);
    this.#filter = wanted;
  }

  /**
   * Sends one frame. The chip must be idle. Resolves when the chip has it, for `none` when it has sent it.
   *
   * @throws {KombiError} `link.elm327.*`
   */
  async send(bytes: Uint8Array, answers: Answers, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await this.#setResponses(answers !== 'none', signal);
    const line = toHex(bytes);
    if (answers === 'none') {
      await this.#chip.write(line, { silent: true });
      const deadlineMs = this.#clock.now() + COMMAND_TIMEOUT_MS;
      for (;;) {
        const event = await this.next(deadlineMs, signal);
        if (event.kind === 'idle') return;
        if (event.kind === 'deadline') throw this.#chip.silence('send a frame');
      }
    }
    const counted = answers !== 'open' && this.#counts;
    this.#owed = counted ? answers : Number.POSITIVE_INFINITY;
    // A digit behind a full line of 16 is misread by the chip (ddt4all, third-party code): never asked for.
    await this.#chip.write(counted ? line + answers.toString(16).toUpperCase() : line);
  }

  /** Listens without sending. The chip must be idle. */
  listen(): Promise<void> {
    this.#owed = Number.POSITIVE_INFINITY;
    return this.#chip.write('ATMA');
  }

  /** Ends listening, unless the chip does so by itself; frames that came until then stay to be taken. */
  async stop(signal?: AbortSignal): Promise<void> {
    if (this.#owed <= 0) {
      if (await this.#chip.prompted(PROMPT_GRACE_MS, signal)) return;
      this.#counts = false;
    }
    await this.#chip.interrupt(signal);
  }

  /**
   * The next frame of an ECU to the tester; `idle` when the chip does not listen any more. Echoes, frames of and to
   * others and unknown text are passed over.
   *
   * @throws {KombiError} `link.elm327.*` the chip says that something is wrong
   * @throws {KombiError} `link.isotp.*` the frame is malformed
   */
  async next(deadlineMs: number, signal?: AbortSignal): Promise<ChannelEvent> {
    for (;;) {
      const event = await this.#chip.next(deadlineMs, signal);
      if (event.kind !== 'line') return event;
      const can = parseCanLine(event.text);
      if (can === undefined) {
        const error = chipError(event.text);
        if (error !== undefined) throw error;
      } else if ((can.id & 0x700) === ECU_ID && can.data[0] === CAN_TESTER_ADDRESS) {
        this.#owed -= 1;
        return { kind: 'frame', source: ecuAddress(can.id & 0xff), frame: decodeIsoTpFrame(can.data).frame };
      }
    }
  }

  async #setResponses(wanted: boolean, signal?: AbortSignal): Promise<void> {
    if (this.#responses === wanted) return;
    this.#responses = undefined;
    await this.#set(wanted ? 'ATR1' : 'ATR0', signal);
    this.#responses = wanted;
  }

  async #set(command: string, signal?: AbortSignal): Promise<void> {
    if (await isAccepted(this.#chip, command, signal)) return;
    throw unfit(this.#chip.stream.description, `lacks what coding needs: ${command}`);
  }
}
