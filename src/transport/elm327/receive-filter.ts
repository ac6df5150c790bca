import { type EcuAddress, formatEcuAddress, isFunctionalAddress } from '../../core/index.ts';
import { isAccepted, unfit } from './adapter-setup.ts';
import type { PathEnds } from './message-path.ts';

/** Which frames the chip lets through: those of one ECU, or of all. */
export class ReceiveFilter {
  readonly #ends: Pick<PathEnds, 'chip' | 'findings'>;
  /** Undefined while it is unknown; the next aim then sets all of it. */
  #now: string | undefined;

  constructor(ends: Pick<PathEnds, 'chip' | 'findings'>) {
    this.#ends = ends;
  }

  /**
   * The functional address lets all ECUs through. The chip must be idle.
   *
   * @throws {KombiError} `adapter.unfit`, `link.elm327.*`
   */
  async aim(target: EcuAddress, signal?: AbortSignal): Promise<void> {
    const isForAll = isFunctionalAddress(target);
    const wanted = isForAll ? '6XX' : `6${formatEcuAddress(target)}`;
    if (wanted === this.#now) return;
    this.#now = undefined;
    if (isForAll) await this.#set(['ATCF600', 'ATCM700'], signal);
    // One command for both (1.3); some clones lack it.
    else if (!(await this.#takesOne(`ATCRA${wanted}`, signal))) await this.#set([`ATCF${wanted}`, 'ATCM7FF'], signal);
    this.#now = wanted;
  }

  async #takesOne(command: string, signal?: AbortSignal): Promise<boolean> {
    const { chip, findings } = this.#ends;
    if (findings.value.takes['ATCRA'] === false) return false;
    const yes = await isAccepted(chip, command, signal);
    findings.took('ATCRA', yes);
    return yes;
  }

  async #set(commands: readonly string[], signal?: AbortSignal): Promise<void> {
    const { chip, findings } = this.#ends;
    for (const command of commands) {
      if (!(await isAccepted(chip, command, signal)))
        throw unfit(findings.value.name, `lacks what coding needs: ${command} (receive filter)`);
    }
  }
}
