import { concatBytes, type Timer } from '../../core/index.ts';
import type { NetworkedCar } from '../car-port.ts';
import { type Carriage, type CarriageFaults, carriageOf } from './carriage.ts';
import type { Wire } from './socket-wire.ts';

export interface Pace {
  /** Asks a tester that has been silent so long whether it is alive, and does not mind being left without an answer; 0 never asks. */
  readonly aliveMs: number;
  /** Closes a connection that has been silent so long. */
  readonly idleMs: number;
  /** How long an answer takes behind the acknowledge; absent: it comes in one piece with it. */
  readonly answerMs?: number;
}

/** A diagnostic message from a tester, and what its protocol says about it. */
export interface Carried {
  readonly tester: number;
  readonly target: number;
  readonly uds: Uint8Array;
  readonly acknowledge: Uint8Array;
  /** A refusal in the protocol's own numbers. */
  refusal(word: number): Uint8Array;
  answer(source: number, payload: Uint8Array): Uint8Array;
  /** The same answer frame with another length in its length field. */
  claim(frame: Uint8Array, length: number): Uint8Array;
  /** What nobody at that address gives: a refusal in place of the acknowledge, an answer behind it, or nothing. */
  absent(): { readonly refusal?: Uint8Array; readonly payload?: Uint8Array };
}

/** One tester's connection to a gateway: bytes in by {@link feed}, bytes out by the wire. */
export abstract class TesterConnection {
  protected readonly car: NetworkedCar;
  readonly #wire: Wire;
  readonly #pace: Pace;
  readonly #faults: CarriageFaults;
  /** Frames that leave together when the chunk they answer has been read. */
  #batch: Uint8Array[] = [];
  #isReading = false;
  #dribble: Uint8Array | undefined;
  #isDeaf = false;
  #isClosed = false;
  #heardMs: number;
  #askedMs: number;
  #watching: Timer | undefined;

  constructor(car: NetworkedCar, wire: Wire, { pace, faults }: { pace: Pace; faults: CarriageFaults }) {
    this.car = car;
    this.#wire = wire;
    this.#pace = pace;
    this.#faults = faults;
    this.#heardMs = this.#askedMs = car.clock.now();
    if (car.faults.strike('busy') !== undefined) this.refuse();
    else this.#isDeaf = car.faults.strike('silent') !== undefined;
    this.#watch();
  }

  protected abstract read(chunk: Uint8Array): void;
  /** A frame that the gateway says of its own accord. */
  protected abstract interjection(what: 'alive' | 'announcement'): Uint8Array;

  feed(chunk: Uint8Array): void {
    this.#heardMs = this.#askedMs = this.car.clock.now();
    if (!this.listens) return;
    this.#isReading = true;
    this.read(chunk);
    this.#isReading = false;
    this.#flush();
  }

  /** Turns a tester away without a word, as where another one is connected; how a real gateway does it is unknown. */
  refuse(): void {
    this.finish('fin');
  }

  /** The other end is gone. */
  close(): void {
    this.#isClosed = true;
    this.#watching?.cancel();
  }

  protected get listens(): boolean {
    return !this.#isClosed && !this.#isDeaf;
  }

  protected carry(message: Carried): void {
    const { tester, target, uds, acknowledge } = message;
    const carriage = carriageOf(this.car.faults, message, this.#faults);
    const before = this.#batch.length;
    let kept = carriage.joined && carriage.acknowledge ? acknowledge : undefined;
    if (carriage.error !== undefined) this.send(message.refusal(carriage.error));
    if (carriage.dribbled) this.#dribble ??= new Uint8Array(0);
    if (carriage.acknowledge && !carriage.joined) this.send(acknowledge);
    if (carriage.between !== undefined) this.send(this.interjection(carriage.between));
    const answer = (source: number, payload: Uint8Array) => {
      if (!carriage.answer) return;
      const frame = harmed(message.answer(source, payload), carriage, message);
      this.#pass(kept === undefined ? frame : concatBytes(kept, frame), carriage);
      kept = undefined;
    };
    if (carriage.deliver && !this.car.request({ tester, target, payload: uds }, answer)) {
      const { refusal, payload } = message.absent();
      if (payload !== undefined) answer(target, payload);
      if (refusal !== undefined) {
        // In place of the acknowledge, which has not left yet.
        this.#batch.length = before;
        this.send(refusal);
      }
    }
    if (carriage.ending !== undefined) this.finish(carriage.ending);
  }

  protected send(frame: Uint8Array): void {
    if (!this.listens) return;
    this.#batch.push(frame);
    if (!this.#isReading) this.#flush();
  }

  protected finish(how: 'fin' | 'rst'): void {
    if (this.#isClosed) return;
    this.#flush();
    this.close();
    if (how === 'fin') this.#wire.end();
    else this.#wire.reset();
  }

  #pass(frame: Uint8Array, { lateMs, deafAfter }: Readonly<Carriage>): void {
    const delayMs = lateMs + (this.#pace.answerMs ?? 0);
    if (delayMs > 0) this.car.clock.backgroundTimer(delayMs, () => this.send(frame));
    else this.send(frame);
    if (deafAfter) {
      this.#flush();
      this.#isDeaf = true;
    }
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
    this.car.clock.backgroundTimer(0, () => {
      this.#dribble = this.#dribble?.subarray(1);
      this.#dribbleNext();
    });
  }

  /** One timer per connection looks after silence; traffic only moves what it looks at. */
  #watch(): void {
    if (this.#isClosed) return;
    const { aliveMs, idleMs } = this.#pace;
    const now = this.car.clock.now();
    if (now - this.#heardMs >= idleMs) {
      this.finish('fin');
      return;
    }
    if (aliveMs > 0 && now - this.#askedMs >= aliveMs) {
      this.#askedMs = now;
      this.send(this.interjection('alive'));
    }
    const idleLeftMs = this.#heardMs + idleMs - now;
    const nextMs = aliveMs > 0 ? Math.min(idleLeftMs, this.#askedMs + aliveMs - now) : idleLeftMs;
    this.#watching = this.car.clock.backgroundTimer(nextMs, () => this.#watch());
  }
}

function harmed(frame: Uint8Array, { claimedLength, halved }: Readonly<Carriage>, { claim }: Carried): Uint8Array {
  const claiming = claimedLength === undefined ? frame : claim(frame, claimedLength);
  return halved ? claiming.subarray(0, claiming.length >> 1) : claiming;
}
