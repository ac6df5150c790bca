import type { EcuAddress } from '../../core/index.ts';
import { NegativeResponseError, NRC, SESSION, type UdsClient } from '../../uds/index.ts';
import type { Protocol } from '../../vehicle/index.ts';

const SESSION_REFUSALS: ReadonlySet<number> = new Set([
  NRC.subFunctionNotSupported,
  NRC.subFunctionNotSupportedInActiveSession,
  NRC.serviceNotSupportedInActiveSession,
]);

/**
 * The session that the next write to an ECU needs: extended, and BMW's coding session where that is refused. An ECU of the
 * E-series is asked for none: the one coding write that was ever recorded there stands without (bmw-diagnostics §5.6).
 */
export class CodingSession {
  readonly #client: UdsClient;
  readonly #ecu: EcuAddress;
  readonly #protocol: Protocol;
  #session: number = SESSION.extended;
  #p2StarMs = 0;

  constructor(client: UdsClient, ecu: EcuAddress, protocol: Protocol) {
    this.#client = client;
    this.#ecu = ecu;
    this.#protocol = protocol;
  }

  /** How long the ECU may still be at work on a request, by its own word; 0 before it gave it. */
  get p2StarMs(): number {
    return this.#p2StarMs;
  }

  /** `10 03`; where the ECU refuses that session, `10 41`. */
  enter(): Promise<void> {
    return this.#first(SESSION.extended, SESSION.coding);
  }

  /** For an ECU that refused a write in the session it is in: `10 41`; where it has none, `10 03` anew, for a lapsed one. */
  enterCoding(): Promise<void> {
    return this.#first(SESSION.coding, SESSION.extended);
  }

  /** The one it is in, anew. */
  renew(): Promise<void> {
    return this.#start(this.#session);
  }

  async #first(wanted: number, otherwise: number): Promise<void> {
    try {
      await this.#start(wanted);
    } catch (error) {
      if (!refusesSession(error)) throw error;
      await this.#start(otherwise);
    }
  }

  async #start(session: number): Promise<void> {
    if (this.#protocol === 'kwp') return;
    const timing = await this.#client.startSession(this.#ecu, session);
    this.#session = session;
    this.#p2StarMs = Math.max(this.#p2StarMs, timing.p2StarMs);
  }
}

/** NRC 12, 7E, 7F: not this session. */
export function refusesSession(error: unknown): boolean {
  return error instanceof NegativeResponseError && SESSION_REFUSALS.has(error.nrc);
}

/** Keeps sessions alive while a job runs; nothing is sent to a car of the E-series, where none is begun. */
export function keepSessionsAlive({
  client,
  identity,
}: {
  readonly client: UdsClient;
  readonly identity: { readonly protocol: Protocol };
}) {
  return identity.protocol === 'kwp' ? undefined : client.keepAlive();
}
