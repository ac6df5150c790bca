import { type Clock, VirtualClock } from '../../../src/core/index.ts';
import { type CarPort, type CarReply, type CarRequest, createFaultBoard, type Fault } from '../../../src/mock/index.ts';

export interface FakeCarOptions {
  readonly clock?: Clock;
  readonly addresses?: number[];
  readonly answers?: Readonly<Record<string, string>>;
  readonly flowControl?: { readonly blockSize: number; readonly separationTime: number };
  readonly faults?: readonly Partial<Fault>[];
}

/** A car of scripted answers, request and answer in hex; what reached it stands in `received`. */
export class FakeCar implements CarPort {
  readonly vin = 'WBAXXTESTVIN00001';
  readonly clock: Clock;
  readonly faults;
  readonly received: string[] = [];
  readonly answers: Record<string, string>;
  addresses: number[];
  flowControl: { readonly blockSize: number; readonly separationTime: number };
  volts = 13.4;
  terminal15 = true;
  /** How long the ECUs think. */
  delayMs = 10;

  constructor(options: FakeCarOptions = {}) {
    this.clock = options.clock ?? new VirtualClock();
    this.addresses = options.addresses ?? [0x10, 0x12, 0x60];
    this.answers = { ...options.answers };
    this.flowControl = options.flowControl ?? { blockSize: 0, separationTime: 0 };
    this.faults = createFaultBoard((options.faults ?? []).map((fault) => ({ kind: 'none', after: 0, times: 0, ...fault })));
  }

  ecuAddresses(): readonly number[] {
    return this.addresses;
  }

  isFunctional(address: number): boolean {
    return address === 0xdf;
  }

  request({ target, payload }: CarRequest, reply: CarReply): boolean {
    const request = Buffer.from(payload).toString('hex').toUpperCase();
    this.received.push(`${target.toString(16).toUpperCase()} ${request}`);
    const answer = this.answers[request];
    const sources = target === 0xdf ? this.addresses : this.addresses.filter((address) => address === target);
    for (const source of sources) {
      if (answer !== undefined) this.clock.backgroundTimer(this.delayMs, () => reply(source, Buffer.from(answer, 'hex')));
    }
    return sources.length > 0;
  }

  canFlowControl(): { readonly blockSize: number; readonly separationTime: number } {
    return this.flowControl;
  }

  voltage(): number {
    return this.volts;
  }

  ignition(): boolean {
    return this.terminal15;
  }
}
