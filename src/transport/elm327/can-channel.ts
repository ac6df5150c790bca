import { CAN_TESTER_ADDRESS, type EcuAddress, ecuAddress, isFunctionalAddress, toHex } from '../../core/index.ts';
import { decodeIsoTpFrame, encodeFlowControl, FLOW_STATUS, type IsoTpFrame } from '../isotp/index.ts';
import { isAccepted, unfit } from './adapter-setup.ts';
import { parseCanLine } from './can-line.ts';
import { COMMAND_TIMEOUT_MS } from './chip.ts';
import { chipError } from './chip-texts.ts';
import type { PathEnds } from './message-path.ts';
import { ReceiveFilter } from './receive-filter.ts';

/** An ECU answers with identifier 600 + its address (bmw-diagnostics §3.1, recorded). */
const ECU_ID = 0x600;
/** A chip that ignores the number of answers listens on; then it is interrupted after this long. */
const PROMPT_GRACE_MS = 100;
/** EdiabasLib's pause between two frames (third-party code): by then a frame has left, and a chip that listens on may be interrupted. */
const FRAME_SENT_MS = 50;

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

/** How a chip is told that frames earn no answer. */
export interface QuietFrames {
  readonly on: string;
  readonly off: string;
  /** It prompts without a word as soon as the frame has left; else it says what it says when nobody answers, or has to be interrupted. */
  readonly saysNothing: boolean;
}

/** CAN frames to and from ECUs through the chip. */
export class CanChannel {
  readonly #ends: PathEnds;
  readonly #filter: ReceiveFilter;
  readonly #quiet: QuietFrames;
  /** Whether the chip is told that frames earn no answer; undefined while a switch is under way. */
  #isQuiet: boolean | undefined = false;
  /** Frames after which the chip prompts by itself. */
  #owed = Number.POSITIVE_INFINITY;
  /** What was sent with a number of answers behind it, until one has come. */
  #countedLine: string | undefined;

  constructor(ends: PathEnds, quiet: QuietFrames) {
    this.#ends = ends;
    this.#filter = new ReceiveFilter(ends);
    this.#quiet = quiet;
  }

  /** Lets through the frames of one ECU, or of all for the functional address. The chip must be idle. */
  aim(target: EcuAddress, signal?: AbortSignal): Promise<void> {
    return this.#filter.aim(target, signal);
  }

  /**
   * Sends one frame. The chip must be idle. Resolves when the chip has it, for `none` when it has sent it.
   *
   * @throws {KombiError} `link.elm327.*`
   */
  async send(bytes: Uint8Array, answers: Answers, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { chip, findings } = this.#ends;
    await this.#setQuiet(answers === 'none', signal);
    const line = toHex(bytes);
    if (answers === 'none') {
      await this.#sendQuietly(line, signal);
      return;
    }
    const counted = answers !== 'open' && findings.value.traffic.countsAnswers !== false;
    this.#owed = counted ? answers : Number.POSITIVE_INFINITY;
    this.#countedLine = counted ? line : undefined;
    // A digit behind a full line of 16 is misread by the chip (ddt4all, third-party code): never asked for.
    await chip.write(counted ? line + answers.toString(16).toUpperCase() : line);
  }

  /** A chip that knows no number of answers has sent nothing: it gets the line without. */
  async #withoutCount(line: string, signal?: AbortSignal): Promise<void> {
    const { chip } = this.#ends;
    this.#sawCount(false);
    this.#owed = Number.POSITIVE_INFINITY;
    this.#countedLine = undefined;
    if (!(await chip.prompted(COMMAND_TIMEOUT_MS, signal))) throw chip.silence('come back to its prompt');
    await chip.write(line);
  }

  async #sendQuietly(line: string, signal?: AbortSignal): Promise<void> {
    const { chip, clock } = this.#ends;
    const { saysNothing } = this.#quiet;
    await chip.write(line, { silent: saysNothing });
    const deadlineMs = clock.now() + (saysNothing ? COMMAND_TIMEOUT_MS : FRAME_SENT_MS);
    for (;;) {
      const event = await this.next(deadlineMs, signal);
      if (event.kind === 'idle') return;
      if (event.kind !== 'deadline') continue;
      if (saysNothing) throw chip.silence('send a frame');
      await chip.interrupt(signal);
    }
  }

  /**
   * Listens on. The chip must be idle. One that acknowledges nothing while it monitors is deaf there: for one ECU it listens
   * behind a flow control that nobody waits for, which an ECU passes over (ISO 15765-2, unexpected frames); one that still waits
   * for ours, of an answer that is given up, ends it there: overflow.
   *
   * @param ecu undefined: it need not, or is to hear many
   */
  listen(ecu: EcuAddress | undefined): Promise<void> {
    this.#owed = Number.POSITIVE_INFINITY;
    this.#countedLine = undefined;
    if (ecu === undefined || isFunctionalAddress(ecu)) return this.#ends.chip.write('ATMA');
    return this.send(encodeFlowControl(ecu, FLOW_STATUS.overflow, 0, 0), 'open');
  }

  /** Ends listening, unless the chip does so by itself; frames that came until then stay to be taken. */
  async stop(signal?: AbortSignal): Promise<void> {
    const { chip } = this.#ends;
    if (this.#owed <= 0) {
      const prompted = await chip.prompted(PROMPT_GRACE_MS + (chip.roundTripMs ?? 0), signal);
      this.#sawCount(prompted);
      if (prompted) return;
    }
    await chip.interrupt(signal);
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
      const event = await this.#ends.chip.next(deadlineMs, signal);
      if (event.kind !== 'line') return event;
      const can = parseCanLine(event.text);
      if (event.text === '?' && this.#countedLine !== undefined) await this.#withoutCount(this.#countedLine, signal);
      else if (can === undefined) {
        const error = chipError(event.text);
        if (error !== undefined) throw error;
      } else if ((can.id & 0x700) === ECU_ID && can.data[0] === CAN_TESTER_ADDRESS) {
        this.#owed -= 1;
        this.#countedLine = undefined;
        return { kind: 'frame', source: ecuAddress(can.id & 0xff), frame: decodeIsoTpFrame(can.data).frame };
      }
    }
  }

  /** A chip that has counted once can: what goes wrong later is the line's doing. */
  #sawCount(countsAnswers: boolean): void {
    const { findings } = this.#ends;
    if (findings.value.traffic.countsAnswers !== true) findings.saw({ countsAnswers });
  }

  async #setQuiet(wanted: boolean, signal?: AbortSignal): Promise<void> {
    if (this.#isQuiet === wanted) return;
    this.#isQuiet = undefined;
    const { chip, findings } = this.#ends;
    const command = wanted ? this.#quiet.on : this.#quiet.off;
    if (!(await isAccepted(chip, command, signal))) throw unfit(findings.value.name, `lacks what coding needs: ${command}`);
    this.#isQuiet = wanted;
  }
}
