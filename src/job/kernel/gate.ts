import { type Clock, type EcuAddress, EXIT, type Ignition, KombiError } from '../../core/index.ts';
import type { AdapterIdentity, ProveOptions, Transport, TransportCapabilities } from '../../transport/index.ts';
import type { Protocol } from '../../vehicle/index.ts';
import { permissionFor } from './allow-list.ts';
import { describeMessage, messageOf, type Token, tokenCovers } from './token.ts';

/**
 * A transport behind the allow-list: what changes a car leaves only with a token that names exactly this message, and
 * each token is good for one sending. Everything above the gate talks through it; nothing is sent around it.
 */
export class Gate implements Transport {
  readonly #inner: Transport;
  readonly #readOnly: boolean;
  #token: Token | undefined;
  #protocol: Protocol = 'uds';

  /** @param options `readOnly`: no token opens it; nothing that changes a car leaves this transport at all */
  constructor(inner: Transport, options: { readonly readOnly?: boolean | undefined } = {}) {
    this.#inner = inner;
    this.#readOnly = options.readOnly ?? false;
  }

  get description(): string {
    return this.#inner.description;
  }
  get portName(): string | undefined {
    return this.#inner.portName;
  }
  get clock(): Clock {
    return this.#inner.clock;
  }
  get capabilities(): TransportCapabilities {
    return this.#inner.capabilities;
  }
  get adapter(): AdapterIdentity {
    return this.#inner.adapter;
  }

  /** From now on the reads of KWP2000 are free too: the car has shown itself to be one of the E-series. */
  speakKwp(): void {
    this.#protocol = 'kwp';
  }

  open(signal?: AbortSignal): Promise<void> {
    return this.#inner.open(signal);
  }

  send(target: EcuAddress, payload: Uint8Array, signal?: AbortSignal): Promise<void> {
    const permission = permissionFor(payload, this.#protocol);
    if (permission === 'free') return this.#inner.send(target, payload, signal);
    return this.#sendOnce(target, payload, { never: permission === 'never', signal });
  }

  receive(deadlineMs: number, signal?: AbortSignal): ReturnType<Transport['receive']> {
    return this.#inner.receive(deadlineMs, signal);
  }

  ignition(signal?: AbortSignal): Promise<Ignition> {
    return this.#inner.ignition(signal);
  }

  /** Asks only with reads, so it needs no token. */
  async proveWrites(target: EcuAddress, options: ProveOptions = {}): Promise<boolean> {
    const proving = { ...options, protocol: this.#protocol };
    return this.#inner.capabilities.writesProven || ((await this.#inner.proveWrites?.(target, proving)) ?? false);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  dispose(): Promise<void> {
    return this.#inner.dispose();
  }

  /**
   * Runs `send` with leave for the token's one message; the leave ends with it, used or not.
   * For this room only: the import table keeps every other room from seeing the kernel.
   */
  async withToken<Result>(token: Token, send: (message: Uint8Array) => Promise<Result>): Promise<Result> {
    if (this.#token !== undefined) {
      throw new KombiError({ code: 'bug.token', exit: EXIT.bug, message: 'two writes at once on one link' });
    }
    this.#token = token;
    try {
      return await send(messageOf(token, this.#protocol));
    } finally {
      this.#token = undefined;
    }
  }

  /** Spends the token on it. @throws {KombiError} `kernel.refused` */
  async #sendOnce(
    target: EcuAddress,
    payload: Uint8Array,
    { never, signal }: { readonly never: boolean; readonly signal: AbortSignal | undefined },
  ): Promise<void> {
    const token = this.#token;
    this.#token = undefined;
    if (never || this.#readOnly || token === undefined || !tokenCovers({ token, protocol: this.#protocol }, target, payload)) {
      throw new KombiError({
        code: 'kernel.refused',
        message: `The write kernel refused to send ${describeMessage(target, payload)}`,
        hint: 'Only a job with a sealed plan, a backup and a journal may change a car. This is a defect of the caller.',
      });
    }
    await this.#inner.send(target, payload, signal);
  }
}
