import { type Clock, isKombiError } from '../../core/index.ts';
import { type AdapterFindings, FindingsBook } from './adapter-findings.ts';
import type { AdapterProbeExchange, AdapterProbeResult, ProbeOutcome } from './adapter-probe.ts';
import { askIdentity, QUIET_MS } from './adapter-setup.ts';
import type { Chip } from './chip.ts';
import { chipError } from './chip-texts.ts';
import { LADDER, NO_COMMAND, verdictOn } from './ladder.ts';
import type { Setting } from './message-path.ts';
import { PROBES, type Probe } from './probe-table.ts';

/** A program that plays an ELM327 takes half a second over ATDPN, and loses the line behind an interrupt. */
const ANSWER_MS = 700;
/** One that has shown to be of no use is told so soon; what is not asked by then is not. */
const USELESS_MS = 1500;

export interface ProbeEnds {
  readonly chip: Chip;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

/** Asks an idle chip one thing after the other, and keeps what came back. */
export class Prober {
  readonly book: FindingsBook;
  readonly results: AdapterProbeResult[] = [];
  readonly #ends: ProbeEnds;
  readonly #uselessAtMs: number;

  constructor(ends: ProbeEnds, found: AdapterFindings) {
    this.#ends = ends;
    this.book = new FindingsBook(found);
    this.#uselessAtMs = ends.clock.now() + USELESS_MS;
  }

  /**
   * All that can be found out without a car.
   *
   * @throws {KombiError} `link.*` the chip is gone, or restarts by itself
   */
  async probeChip(): Promise<void> {
    await this.#settings();
    await this.#trust();
    for (const probe of PROBES) await this.#probe(probe);
    const { chip, signal } = this.#ends;
    if (!this.#isUseless) this.book.identified(await askIdentity(chip, this.book.value.isStn, signal));
  }

  /** Sends a line that is no request of a car's; also a chip that says nothing is asked on. */
  async ask(line: string, answerMs = ANSWER_MS): Promise<AdapterProbeExchange> {
    const { chip, clock, signal } = this.#ends;
    const startMs = clock.now();
    const exchange = (answer: readonly string[], silent: boolean) => ({
      sent: line,
      answer,
      silent,
      ms: Math.round(clock.now() - startMs),
    });
    try {
      return exchange(
        (await chip.ask(line, signal, answerMs)).filter((text) => text !== line),
        false,
      );
    } catch (error) {
      if (!isKombiError(error, 'link.elm327.silent')) throw error;
      const silence = exchange([], true);
      await chip.settle(QUIET_MS, signal);
      return silence;
    }
  }

  /** Keeps a result; a no of what stands behind a setting counts more than the OK to that setting. */
  conclude(
    { id, proves, refutes }: Pick<Probe, 'id' | 'proves' | 'refutes'>,
    isSo: boolean,
    exchanges: readonly AdapterProbeExchange[],
  ): void {
    if (!isSo && refutes !== undefined && this.book.value.takes[refutes] === true) this.book.took(refutes, false);
    this.#note(id, proves, isSo ? 'yes' : 'no', exchanges);
  }

  leaveOut(
    probes: readonly Pick<Probe, 'id' | 'proves'>[],
    why: 'needs-car' | 'not-asked',
    exchanges: readonly AdapterProbeExchange[] = [],
  ): void {
    for (const { id, proves } of probes) this.#note(id, proves, why, exchanges);
  }

  /** It is of no use, and the time for telling has come. */
  get #isDone(): boolean {
    return this.#isUseless && this.#ends.clock.now() >= this.#uselessAtMs;
  }

  get #isUseless(): boolean {
    return verdictOn(this.book.value).use === 'none';
  }

  async #settings(): Promise<void> {
    for (const { rung, opening, settling } of LADDER) {
      if (rung === 'stn' && !this.book.value.isStn) continue;
      for (const setting of [...opening, ...settling]) await this.#set(setting);
    }
  }

  async #trust(): Promise<void> {
    const probe = { id: 'no-command', proves: 'its OK means something: what is no command is refused' };
    if (this.#isDone) {
      this.leaveOut([probe], 'not-asked');
      return;
    }
    const exchange = await this.ask(NO_COMMAND);
    const agrees = exchange.answer.at(-1) === 'OK';
    this.book.took(NO_COMMAND, agrees);
    this.conclude(probe, !agrees, [exchange]);
  }

  async #set({ command, what }: Setting): Promise<void> {
    const isKnown = this.book.value.takes[command] !== undefined;
    // Defaults are asked for again: with them each way begins.
    if (isKnown && command !== 'ATD') return;
    if (this.#isDone) {
      if (!isKnown) this.leaveOut([{ id: `takes-${command}`, proves: what }], 'not-asked');
      return;
    }
    const exchange = await this.ask(command);
    const last = exchange.answer.at(-1);
    const error = exchange.answer.map((line) => (line === '?' ? undefined : chipError(line))).find((found) => found !== undefined);
    if (error !== undefined) throw error;
    this.book.took(command, last === 'OK');
    if (!isKnown) this.#note(`takes-${command}`, what, last === 'OK' ? 'yes' : 'no', [exchange]);
  }

  async #probe(probe: Probe): Promise<void> {
    if (this.#isDone) {
      this.leaveOut([probe], 'not-asked');
      return;
    }
    const exchanges: AdapterProbeExchange[] = [];
    for (const command of probe.commands) exchanges.push(await this.ask(command));
    this.conclude(probe, probe.passes(exchanges), exchanges);
  }

  #note(id: string, proves: string, outcome: ProbeOutcome, exchanges: readonly AdapterProbeExchange[]): void {
    this.results.push({ id, proves, outcome, exchanges });
  }
}
