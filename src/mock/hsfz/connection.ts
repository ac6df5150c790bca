import { concatBytes, type Timer } from '../../core/index.ts';
import type { NetworkedCar } from '../car-port.ts';
import { NRC, negative } from '../ecu/nrc.ts';
import { eventOf } from '../fault-event.ts';
import { type Carriage, carriageOf } from './faults.ts';
import { CONTROL, encodeFrame, encodeMessage, FrameReader } from './frame.ts';
import { announcement } from './identification.ts';

/** What carries a connection: a socket, or two ends in memory. */
export interface Wire {
  write(bytes: Uint8Array): void;
  /** Closes it as TCP's FIN does. */
  end(): void;
  /** Breaks it as TCP's RST does. */
  reset(): void;
}

/**
 * How the gateway answers for an ECU that is not there: control word 43, an acknowledge and silence, or NRC 25. Which
 * of them a real gateway picks is unknown (bmw-diagnostics §1.2); clients know all three.
 */
export type AbsentTarget = '0043' | 'silence' | 'nrc25';

export interface DiagnosticConnectionOptions {
  readonly absent: AbsentTarget;
  /** Asks a tester that has been silent so long whether it is alive, and does not mind being left without an answer; 0 never asks. */
  readonly aliveMs: number;
  /** Closes a connection that has been silent so long. */
  readonly idleMs: number;
}

/** E-Sys, EdiabasLib, gallia and scapy use F4; F5 was seen with one tool (bmw-diagnostics §1.5). */
const TESTERS: readonly number[] = [0xf4, 0xf5];
const ECHOED_BYTES = 5;

/** One tester's connection to the diagnostic port: bytes in by {@link feed}, bytes out by the wire. */
export class DiagnosticConnection {
  readonly #car: NetworkedCar;
  readonly #wire: Wire;
  readonly #options: DiagnosticConnectionOptions;
  readonly #reader: FrameReader;
  #tester = 0xf4;
  /** Frames that leave together when the chunk they answer has been read. */
  #batch: Uint8Array[] = [];
  #isReading = false;
  #dribble: Uint8Array | undefined;
  #isDeaf = false;
  #isClosed = false;
  #heardMs: number;
  #askedMs: number;
  #silence: Timer | undefined;

  constructor(car: NetworkedCar, wire: Wire, options: DiagnosticConnectionOptions) {
    this.#car = car;
    this.#wire = wire;
    this.#options = options;
    this.#reader = new FrameReader({ frame: (control, body) => this.#onFrame(control, body), hopeless: (why) => this.#onHopeless(why) });
    this.#heardMs = this.#askedMs = car.clock.now();
    if (car.faults.strike('busy') !== undefined) this.refuse();
    else this.#isDeaf = car.faults.strike('silent') !== undefined;
    this.#watch();
  }

  feed(chunk: Uint8Array): void {
    this.#heardMs = this.#askedMs = this.#car.clock.now();
    if (this.#isDeaf || this.#isClosed) return;
    this.#isReading = true;
    this.#reader.feed(chunk);
    this.#isReading = false;
    this.#flush();
  }

  /** Turns a tester away without a word, as where another one is connected; how a real gateway does it is unknown. */
  refuse(): void {
    this.#finish('fin');
  }

  /** The other end is gone. */
  close(): void {
    this.#isClosed = true;
    this.#silence?.cancel();
  }

  #onFrame(control: number, body: Uint8Array): boolean {
    if (control === CONTROL.diagnostic) this.#onDiagnostic(body);
    else if (control !== CONTROL.aliveCheck && control !== CONTROL.aliveAnswer) this.#send(encodeFrame(CONTROL.incorrectControlWord, []));
    return !this.#isClosed && !this.#isDeaf;
  }

  #onHopeless(why: 'format' | 'length'): void {
    this.#send(encodeFrame(why === 'length' ? CONTROL.messageTooLarge : CONTROL.incorrectFormat, []));
    this.#finish('fin');
  }

  #onDiagnostic(body: Uint8Array): void {
    const [tester, target] = body;
    if (tester === undefined || target === undefined || body.length < 3) {
      this.#send(encodeFrame(CONTROL.incorrectFormat, []));
      return;
    }
    if (!TESTERS.includes(tester)) {
      this.#send(encodeFrame(CONTROL.incorrectTesterAddress, [this.#tester, tester]));
      return;
    }
    this.#tester = tester;
    const uds = body.subarray(2);
    this.#carry(tester, target, uds, carriageOf(this.#car.faults, eventOf(target, uds)));
  }

  #carry(tester: number, target: number, uds: Uint8Array, carriage: Readonly<Carriage>): void {
    const acknowledge = encodeMessage(CONTROL.acknowledge, tester, target, uds.subarray(0, ECHOED_BYTES));
    const before = this.#batch.length;
    let kept = carriage.joined && carriage.acknowledge ? acknowledge : undefined;
    if (carriage.error !== undefined) this.#send(encodeFrame(carriage.error, [tester, target]));
    if (carriage.dribbled) this.#dribble ??= new Uint8Array(0);
    if (carriage.acknowledge && !carriage.joined) this.#send(acknowledge);
    if (carriage.between !== undefined) this.#interject(carriage.between);
    const answer = (source: number, payload: Uint8Array) => {
      if (!carriage.answer) return;
      const frame = encodeMessage(CONTROL.diagnostic, source, tester, payload);
      const altered = carriage.alter?.(frame) ?? frame;
      this.#pass(kept === undefined ? altered : concatBytes(kept, altered), carriage);
      kept = undefined;
    };
    if (carriage.deliver && !this.#car.request({ tester, target, payload: uds }, answer)) {
      if (this.#options.absent === 'nrc25') answer(target, negative(uds[0] ?? 0, NRC.noResponseFromSubnet));
      else if (this.#options.absent === '0043') {
        // In place of the acknowledge, which has not left yet.
        this.#batch.length = before;
        this.#send(encodeFrame(CONTROL.incorrectDestination, [tester, target]));
      }
    }
    if (carriage.ending !== undefined) this.#finish(carriage.ending);
  }

  #pass(frame: Uint8Array, { lateMs, deafAfter }: Readonly<Carriage>): void {
    if (lateMs > 0) this.#car.clock.backgroundTimer(lateMs, () => this.#send(frame));
    else this.#send(frame);
    if (deafAfter) {
      this.#flush();
      this.#isDeaf = true;
    }
  }

  #interject(what: 'alive' | 'announcement'): void {
    if (what === 'alive') this.#send(encodeFrame(CONTROL.aliveCheck, [this.#tester, 0x00]));
    else this.#send(encodeFrame(CONTROL.aliveCheck, announcement(this.#car.vin)));
  }

  #send(frame: Uint8Array): void {
    if (this.#isClosed || this.#isDeaf) return;
    this.#batch.push(frame);
    if (!this.#isReading) this.#flush();
  }

  #flush(): void {
    if (this.#batch.length === 0) return;
    const bytes = Buffer.concat(this.#batch);
    this.#batch = [];
    if (this.#dribble === undefined) this.#wire.write(bytes);
    else this.#dribbleOut(bytes);
  }

  /** Byte by byte, each on its own turn of the clock; what comes meanwhile queues up behind. */
  #dribbleOut(bytes: Uint8Array): void {
    const isRunning = this.#dribble !== undefined && this.#dribble.length > 0;
    this.#dribble = concatBytes(this.#dribble ?? new Uint8Array(0), bytes);
    if (!isRunning) this.#dribbleNext();
  }

  #dribbleNext(): void {
    const queue = this.#dribble;
    if (queue === undefined || this.#isClosed) return;
    if (queue.length === 0) {
      this.#dribble = undefined;
      return;
    }
    this.#wire.write(queue.subarray(0, 1));
    this.#car.clock.backgroundTimer(0, () => {
      this.#dribble = this.#dribble?.subarray(1);
      this.#dribbleNext();
    });
  }

  #finish(how: 'fin' | 'rst'): void {
    if (this.#isClosed) return;
    this.#flush();
    this.close();
    if (how === 'fin') this.#wire.end();
    else this.#wire.reset();
  }

  /** One timer per connection looks after silence; traffic only moves what it looks at. */
  #watch(): void {
    if (this.#isClosed) return;
    const { aliveMs, idleMs } = this.#options;
    const now = this.#car.clock.now();
    if (now - this.#heardMs >= idleMs) {
      this.#finish('fin');
      return;
    }
    if (aliveMs > 0 && now - this.#askedMs >= aliveMs) {
      this.#askedMs = now;
      this.#interject('alive');
    }
    const idleLeftMs = this.#heardMs + idleMs - now;
    const nextMs = aliveMs > 0 ? Math.min(idleLeftMs, this.#askedMs + aliveMs - now) : idleLeftMs;
    this.#silence = this.#car.clock.backgroundTimer(nextMs, () => this.#watch());
  }
}
