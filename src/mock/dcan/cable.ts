import { concatBytes, type Timer } from '../../core/index.ts';
import type { CarPort } from '../car-port.ts';
import { eventOf } from '../fault-event.ts';
import type { SerialDevice, SerialHost } from '../serial/index.ts';
import { readRequest, telegramOf } from './telegram.ts';

/** 115200 8N1 (bmw-diagnostics §10). */
const BAUD = 115_200;
const BYTE_MS = 10_000 / BAUD;
/** The tester on CAN; the cable passes nothing on for another. */
const TESTER = 0xf1;
/** An FTDI chip set as it should be keeps bytes back so long (bmw-diagnostics §10). */
const LATENCY_MS = 1;
/** A request that stops in the middle is forgotten after this; evidence synthetic. */
const PATIENCE_MS = 200;
/** Not the beginning of a telegram: what a bad contact makes of bytes. */
const GARBAGE = Uint8Array.of(0x7c, 0x00, 0x3f);

/**
 * A K+DCAN cable in the car's socket: repeats each request, passes it on, and tells what ECUs say, each at the line rate.
 * Its DSR is terminal 15.
 */
export class DcanCable implements SerialDevice {
  readonly baud = BAUD;
  readonly #car: CarPort;
  readonly #timers = new Set<Timer>();
  #host: SerialHost | undefined;
  #held: Uint8Array = new Uint8Array(0);
  #forget: Timer | undefined;
  /** When the line towards the tester is free. */
  #freeAt = Number.NEGATIVE_INFINITY;

  constructor(car: CarPort) {
    this.#car = car;
  }

  dataSetReady(): boolean {
    return this.#car.ignition();
  }

  connect(host: SerialHost | undefined): void {
    this.#host = host;
  }

  feed(bytes: Uint8Array): void {
    this.#forget?.cancel();
    this.#held = concatBytes(this.#held, bytes);
    for (;;) {
      const request = readRequest(this.#held);
      if (request === undefined) break;
      if (request === 'noise') {
        this.#held = new Uint8Array(0);
        return;
      }
      const whole = this.#held.slice(0, request.length);
      this.#held = this.#held.slice(request.length);
      this.#take(whole, request);
    }
    if (this.#held.length === 0) return;
    this.#forget = this.#car.clock.backgroundTimer(PATIENCE_MS, () => {
      this.#held = new Uint8Array(0);
    });
  }

  close(): void {
    this.#forget?.cancel();
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.#host = undefined;
  }

  #take(whole: Uint8Array, { target, source, payload, isSound }: Exclude<ReturnType<typeof readRequest>, 'noise' | undefined>): void {
    const { faults } = this.#car;
    const event = eventOf(target, payload);
    const unplug = faults.strike('unplug', event);
    if (unplug !== undefined && unplug.value === undefined) {
      this.#unplug();
      return;
    }
    const isLost = faults.strike('echo-lost', event) !== undefined;
    const isWrong = faults.strike('echo-wrong', event) !== undefined;
    const sentMs = whole.length * BYTE_MS;
    if (!isLost) this.#say(isWrong ? withOtherByte(whole) : whole);
    if (!isSound || source !== TESTER) return;
    this.#after(sentMs, () => {
      this.#car.request({ tester: TESTER, target, payload }, (from, answer) => this.#tell(from, answer));
      if (unplug !== undefined) this.#unplug();
    });
  }

  #tell(from: number, answer: Uint8Array): void {
    const { faults } = this.#car;
    const event = eventOf(from, answer);
    let telegram = telegramOf(from, TESTER, answer);
    if (faults.strike('bad-sum', event) !== undefined) telegram = withOtherByte(telegram);
    if (faults.strike('drop-byte', event) !== undefined) telegram = telegram.filter((_, index) => index !== telegram.length >> 1);
    if (faults.strike('garbage', event) !== undefined) telegram = concatBytes(GARBAGE, telegram);
    this.#say(telegram);
  }

  /** In one piece, when its last byte is over the line and the chip lets go of it. */
  #say(bytes: Uint8Array): void {
    const now = this.#car.clock.now();
    this.#freeAt = Math.max(now, this.#freeAt) + bytes.length * BYTE_MS;
    const latencyMs = Number(this.#car.faults.strike('latency')?.value ?? LATENCY_MS);
    this.#after(this.#freeAt - now + latencyMs, () => this.#host?.output(bytes));
  }

  #after(delayMs: number, work: () => void): void {
    const timer = this.#car.clock.backgroundTimer(delayMs, () => {
      this.#timers.delete(timer);
      work();
    });
    this.#timers.add(timer);
  }

  #unplug(): void {
    const host = this.#host;
    this.close();
    host?.unplugged();
  }
}

function withOtherByte(bytes: Uint8Array): Uint8Array {
  const other = bytes.slice();
  const last = other.length - 1;
  other[last] = (other[last] ?? 0) ^ 0x01;
  return other;
}
