import { type EcuAddress, fromHex, type Ignition, KombiError, toHex, VirtualClock } from '../../../../src/core/index.ts';
import type { AdapterIdentity, Message, Transport, TransportCapabilities } from '../../../../src/transport/index.ts';

/** Says `hex` as `source`; later, where a delay is given. */
export type Reply = (source: number, hex: string, delayMs?: number) => void;

/** A transport whose car is a function of the test; every closing loses what was under way, as the contract has it. */
export class ScriptedTransport implements Transport {
  readonly description = 'a scripted link';
  readonly portName = undefined;
  readonly clock = new VirtualClock();
  readonly adapter: AdapterIdentity = { kind: 'ENET' };
  capabilities: TransportCapabilities = {
    maxPayloadBytes: 4095,
    functionalAddressing: true,
    keepAliveDuringRequest: true,
    writesProven: true,
  };
  /** `60 22F190`, with the time where it is not zero: `60 22F190 @2000`. */
  readonly sent: string[] = [];
  opened = 1;
  car: (target: number, request: string, reply: Reply) => void = () => {};
  #generation = 1;
  #kept: Message[] = [];
  #wake: (() => void) | undefined;

  async open(): Promise<void> {
    this.opened += 1;
  }

  async send(target: EcuAddress, payload: Uint8Array): Promise<void> {
    const at = this.clock.now() === 0 ? '' : ` @${this.clock.now()}`;
    this.sent.push(`${toHex(Uint8Array.of(target))} ${toHex(payload)}${at}`);
    const generation = this.#generation;
    this.car(target, toHex(payload), (source, hex, delayMs = 0) => {
      const deliver = () => {
        if (generation !== this.#generation) return;
        this.#kept.push({ source: source as EcuAddress, payload: fromHex(hex) });
        this.#wake?.();
      };
      if (delayMs === 0) deliver();
      else this.clock.backgroundTimer(delayMs, deliver);
    });
  }

  async receive(deadlineMs: number, signal?: AbortSignal): Promise<Message | undefined> {
    signal?.throwIfAborted();
    if (this.#kept.length === 0 && deadlineMs > this.clock.now()) {
      await new Promise<void>((resolve, reject) => {
        const timer = this.clock.timer(deadlineMs - this.clock.now(), resolve);
        this.#wake = () => {
          timer.cancel();
          resolve();
        };
        signal?.addEventListener('abort', () => {
          timer.cancel();
          reject(signal.reason);
        });
      });
      this.#wake = undefined;
    }
    return this.#kept.shift();
  }

  async ignition(): Promise<Ignition> {
    return 'unknown';
  }

  async close(): Promise<void> {
    this.#generation += 1;
    this.#kept = [];
  }

  dispose(): Promise<void> {
    return this.close();
  }
}

export const lostError = () => new KombiError({ code: 'link.closed', message: 'the scripted link is gone' });
