import { type Clock, isKombiError, type KombiError } from '../../core/index.ts';
import { SINGLE_FRAME_BYTES } from '../isotp/index.ts';
import type { Message } from '../transport.ts';
import { type AdapterFindings, FindingsBook } from './adapter-findings.ts';
import { askIdentity, identifyChip, leaveChip, NO_NAME, nobodyThere, parseVoltage, QUIET_MS, unfit } from './adapter-setup.ts';
import { FAST_BAUDS, restoreRate, switchRate } from './baud-switch.ts';
import type { Chip } from './chip.ts';
import { isUnmasked, openBestPath, settlePath, unmask, whyNotWrite } from './ladder.ts';
import type { MessagePath, PathKind } from './message-path.ts';

/** A faster line is worth its price once a slow one has taken this long: switching takes about as long, verification included. */
const SWITCH_AFTER_MS = 250;
const BITS_PER_CHARACTER = 10;

/** What is known of an adapter from one session to the next. */
export interface AdapterMemory {
  findings: FindingsBook | undefined;
  /** Longer than the transport lives: then it must be certain whose they are. */
  readonly isKept: boolean;
  /** The rate at which the last session left the chip, where that is not the one at which the port is opened. */
  leftAtBaud: number | undefined;
  /** Whether a faster rate has not been tried yet. */
  maySwitch: boolean;
  /** Nobody has answered what was asked last. */
  unanswered: boolean;
}

export interface SessionEnds {
  readonly clock: Clock;
  readonly memory: AdapterMemory;
  /** Gets every message for the tester. */
  readonly deliver: (message: Message) => void;
}

/** A chip from the moment it is found until it is left: on the best rung that it is fit for, at the best rate. */
export class AdapterSession {
  readonly chip: Chip;
  readonly findings: FindingsBook;
  /** Volts, once the session is settled. */
  voltage: number | undefined;
  readonly #ends: SessionEnds;
  readonly #homeBaud: number | undefined;
  #kind: PathKind;
  #path: MessagePath;
  #settled = false;
  #carriedLong = false;

  private constructor(chip: Chip, ends: SessionEnds, { findings, kind, homeBaud }: Start) {
    this.chip = chip;
    this.findings = findings;
    this.#ends = ends;
    this.#homeBaud = homeBaud;
    this.#kind = kind;
    this.#path = this.#makePath(kind);
  }

  /**
   * Finds out who is there and sets it up, with as few commands as a first question needs.
   *
   * @throws {KombiError} `link.no-answer`, `link.not-an-elm327` (exit 8), `adapter.unfit` (exit 3) naming all that it lacks
   */
  static async open(chip: Chip, ends: SessionEnds, signal?: AbortSignal): Promise<AdapterSession> {
    const homeBaud = chip.stream.rate?.baud;
    const { memory } = ends;
    const found = await findChip(chip, memory.leftAtBaud, signal);
    if (memory.findings?.value.name !== found.name) memory.findings = new FindingsBook(found);
    const { findings } = memory;
    try {
      const kind = await openBestPath({ chip, findings, signal });
      // It may be no car that is missing, but an adapter.
      if (memory.unanswered || found.name === NO_NAME) await unmask({ chip, findings, signal });
      return new AdapterSession(chip, ends, { findings, kind, homeBaud });
    } catch (error) {
      const { clock } = ends;
      if (isKombiError(error, 'adapter')) await leaveAsFound(chip, { clock, isStn: found.isStn, homeBaud }).catch(() => {});
      throw error;
    }
  }

  get path(): MessagePath {
    return this.#path;
  }

  /** Sends what a first question can do without. The chip must be idle. */
  async settle(signal?: AbortSignal): Promise<void> {
    if (this.#settled) return;
    if (this.#ends.memory.isKept) await this.#recognise(signal);
    const kind = await settlePath({ chip: this.chip, findings: this.findings, signal }, this.#kind);
    this.voltage = parseVoltage(await this.chip.ask('ATRV', signal));
    if (kind !== this.#kind) this.#take(kind);
    this.#settled = true;
  }

  /** Listens on, after the chip's own patience is over. The chip must be idle. */
  listen(): Promise<void> {
    return this.#path.listen(this.#settled && this.findings.value.takes['ATCSM0'] === true);
  }

  /** @throws {KombiError} `adapter.unfit` naming what an adapter lacks that may only read */
  refuseReader(): void {
    const why = whyNotWrite(this.findings.value);
    if (why !== undefined) throw unfit(this.findings.value.name, why);
  }

  /** Long messages were proved to pass. */
  proved(): void {
    this.findings.saw({ proven: this.#kind.rung });
  }

  /** Why it is no use, where that has not shown before an error did: a stub may say anything about the car. */
  async unmask(): Promise<KombiError | undefined> {
    if (this.chip.failure !== undefined || isUnmasked(this.findings.value)) return undefined;
    try {
      await this.chip.interrupt();
      await unmask({ chip: this.chip, findings: this.findings });
      return undefined;
    } catch (error) {
      return isKombiError(error, 'adapter') ? error : undefined;
    }
  }

  /** Tells a way that has never carried a long message from a cable that fails: it is not gone again. */
  blame(error: KombiError): void {
    if (this.#kind.rung === 'stn' && !this.#carriedLong && isOfTheWay(error)) this.findings.failed('stn');
  }

  /** Goes on with the next rung, after a way did not carry what it should. @returns false where there is none */
  async stepDown(signal?: AbortSignal): Promise<boolean> {
    this.findings.failed(this.#kind.rung);
    await this.chip.interrupt(signal);
    const kind = await openBestPath({ chip: this.chip, findings: this.findings, signal });
    if (kind === this.#kind) return false;
    this.#take(kind);
    this.#settled = false;
    await this.settle(signal);
    return true;
  }

  /** Switches a slow cable to a faster rate, once that pays. The chip must be idle. */
  async hasten(): Promise<void> {
    const { memory, clock } = this.#ends;
    const { chip } = this;
    const { rate } = chip.stream;
    if (rate === undefined || !memory.maySwitch || !this.#settled) return;
    const { baud } = rate;
    const faster = FAST_BAUDS.filter((fast) => fast > baud);
    if (faster.length === 0 || (chip.characters * BITS_PER_CHARACTER * 1000) / baud < SWITCH_AFTER_MS) return;
    memory.maySwitch = false;
    for (const fast of faster) {
      memory.leftAtBaud = fast;
      if (await switchRate({ chip, clock, rate, isStn: this.findings.value.isStn, baud: fast })) return;
      memory.leftAtBaud = undefined;
    }
  }

  /** Leaves the chip as it was found. @param chip a second dialogue on the same stream, so that a call under way cannot get between */
  async leave(chip: Chip): Promise<void> {
    const { memory, clock } = this.#ends;
    if (this.chip.busy) await chip.settle(QUIET_MS);
    if (await leaveAsFound(chip, { clock, isStn: this.findings.value.isStn, homeBaud: this.#homeBaud })) {
      memory.leftAtBaud = undefined;
      memory.maySwitch = true;
    }
  }

  /** Begins anew where what is known is known of another adapter of the same name. */
  async #recognise(signal?: AbortSignal): Promise<void> {
    const { chip, findings } = this;
    const identity = await askIdentity(chip, findings.value.isStn, signal);
    if (findings.identified(identity)) this.#take(await openBestPath({ chip, findings, signal }));
  }

  #take(kind: PathKind): void {
    this.#kind = kind;
    this.#path = this.#makePath(kind);
  }

  #makePath(kind: PathKind): MessagePath {
    const deliver = (message: Message) => {
      if (message.payload.length > SINGLE_FRAME_BYTES) this.#carriedLong = true;
      this.#ends.deliver(message);
    };
    return kind.create({ chip: this.chip, clock: this.#ends.clock, findings: this.findings, deliver });
  }
}

interface Start {
  readonly findings: FindingsBook;
  readonly kind: PathKind;
  readonly homeBaud: number | undefined;
}

/** At the rate of the port, or at one at which this program, or one that died, may have left the chip. */
export async function findChip(chip: Chip, leftAtBaud: number | undefined, signal?: AbortSignal): Promise<AdapterFindings> {
  const { rate } = chip.stream;
  const bauds = rate === undefined ? [undefined] : [...new Set([leftAtBaud ?? rate.baud, rate.baud, FAST_BAUDS[0]])];
  for (const [index, baud] of bauds.entries()) {
    if (baud !== undefined && baud !== rate?.baud) await rate?.set(baud);
    const found = await identifyChip(chip, index === 0, signal);
    if (found !== undefined) return found;
  }
  throw nobodyThere(chip.stream, chip.heard);
}

/**
 * Takes an idle chip back to its defaults, and to the rate at which it was found.
 *
 * @returns whether the rate was another
 */
export async function leaveAsFound(
  chip: Chip,
  { clock, isStn, homeBaud }: { readonly clock: Clock; readonly isStn: boolean; readonly homeBaud: number | undefined },
): Promise<boolean> {
  const { rate } = chip.stream;
  const isAway = rate !== undefined && homeBaud !== undefined && rate.baud !== homeBaud;
  if (isAway) await restoreRate({ chip, clock, rate, isStn, baud: homeBaud });
  await leaveChip(chip, isStn);
  return isAway;
}

/** Whether it may be the way through the chip that has failed, rather than the chip or the cable. */
export function isOfTheWay(error: KombiError): boolean {
  return /^link\.(isotp|elm327\.(rejected|no-flow-control|buffer-full|data-error|silent))/.test(error.code);
}
