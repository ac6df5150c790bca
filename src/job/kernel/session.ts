import type { EcuAddress } from '../../core/index.ts';
import { NegativeResponseError, type SessionTiming, type UdsClient } from '../../uds/index.ts';

const EXTENDED_SESSION = 0x03;
const CODING_SESSION = 0x41;
const SESSION_REFUSALS: ReadonlySet<number> = new Set([0x12, 0x7e, 0x7f]);

/** The session that the next write to an ECU needs: extended, and BMW's coding session where that is refused. */
export class CodingSession {
  readonly #client: UdsClient;
  readonly #ecu: EcuAddress;
  readonly #signal: AbortSignal | undefined;
  #p2StarMs = 0;

  constructor(client: UdsClient, ecu: EcuAddress, signal?: AbortSignal) {
    this.#client = client;
    this.#ecu = ecu;
    this.#signal = signal;
  }

  /** How long the ECU may still be at work on a request, by its own word; 0 before it gave it. */
  get p2StarMs(): number {
    return this.#p2StarMs;
  }

  /** `10 03`; where the ECU refuses that session, `10 41`. */
  enter(): Promise<void> {
    return this.#first(EXTENDED_SESSION, CODING_SESSION);
  }

  /** For an ECU that refused a write in the session it is in: `10 41`; where it has none, `10 03` anew, for a lapsed one. */
  enterCoding(): Promise<void> {
    return this.#first(CODING_SESSION, EXTENDED_SESSION);
  }

  async #first(wanted: number, otherwise: number): Promise<void> {
    try {
      this.#remember(await this.#start(wanted));
    } catch (error) {
      if (!refusesSession(error)) throw error;
      this.#remember(await this.#start(otherwise));
    }
  }

  #start(session: number): Promise<SessionTiming> {
    return this.#client.startSession(this.#ecu, session, this.#signal === undefined ? {} : { signal: this.#signal });
  }

  #remember(timing: SessionTiming): void {
    this.#p2StarMs = Math.max(this.#p2StarMs, timing.p2StarMs);
  }
}

/** NRC 12, 7E, 7F: not this session. */
export function refusesSession(error: unknown): boolean {
  return error instanceof NegativeResponseError && SESSION_REFUSALS.has(error.nrc);
}
