import { type Clock, copyBytes, type Timer } from '../../core/index.ts';

/** Start bit, eight data bits, stop bit. */
const BITS_PER_CHARACTER = 10;

/** A PIC's EUSART holds one character in TXREG and one in its shift register: they no longer occupy the transmit buffer. */
const EUSART_CHARACTERS = 2;

/** Two moments this close are one: the sums of character times carry rounding. */
const SAME_MOMENT_MS = 1e-6;

export function characterMs(baud: number): number {
  return (BITS_PER_CHARACTER * 1000) / baud;
}

interface Segment {
  text: string;
  /** When its last character has left. */
  at: number;
  readonly queuedAt: number;
}

/** The sending half: a buffer that drains at the line rate. Whole lines are delivered when their last character has left. */
export class UartTransmitter {
  readonly #clock: Clock;
  readonly #capacity: number;
  readonly #deliver: (bytes: Uint8Array) => void;
  readonly #queue: Segment[] = [];
  #freeAt = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;
  baud: number;
  sent = 0;

  constructor(options: { clock: Clock; capacity: number; baud: number; deliver: (bytes: Uint8Array) => void }) {
    this.#clock = options.clock;
    this.#capacity = options.capacity;
    this.#deliver = options.deliver;
    this.baud = options.baud;
  }

  /** Milliseconds until everything has left. */
  get backlogMs(): number {
    return Math.max(0, this.#freeAt - this.#clock.now());
  }

  /** Characters that the buffer can take now. */
  get room(): number {
    const waiting = Math.ceil((this.backlogMs - SAME_MOMENT_MS) / characterMs(this.baud));
    return this.#capacity - Math.max(0, waiting - EUSART_CHARACTERS);
  }

  /** @param from when the first character could start; earlier than now for an echo, which runs along with its command */
  send(text: string, from = this.#clock.now()): void {
    if (text === '') return;
    const now = this.#clock.now();
    this.#freeAt = Math.max(from, this.#freeAt) + text.length * characterMs(this.baud);
    const last = this.#queue.at(-1);
    if (last?.queuedAt === now) {
      last.text += text;
      last.at = this.#freeAt;
    } else {
      this.#queue.push({ text, at: this.#freeAt, queuedAt: now });
    }
    if (this.#queue.length === 1) this.#arm();
  }

  #arm(): void {
    this.#timer?.cancel();
    const head = this.#queue[0];
    if (head !== undefined) this.#timer = this.#clock.backgroundTimer(head.at - this.#clock.now(), () => this.#drain());
  }

  #drain(): void {
    let head = this.#queue[0];
    while (head !== undefined && head.at <= this.#clock.now() + SAME_MOMENT_MS) {
      this.#queue.shift();
      this.sent += head.text.length;
      this.#deliver(Buffer.from(head.text, 'latin1'));
      head = this.#queue[0];
    }
    this.#arm();
  }

  /** What has not left is lost. */
  clear(): void {
    this.#timer?.cancel();
    this.#queue.length = 0;
    this.#freeAt = Number.NEGATIVE_INFINITY;
  }
}

interface Arrival {
  readonly bytes: Uint8Array;
  readonly characterMs: number;
  /** When its first character began. */
  readonly from: number;
  offset: number;
}

export interface UartReceiverOptions {
  readonly clock: Clock;
  readonly baud: number;
  /** Whether the next character matters by itself, the moment it is there; otherwise a whole command is handed over at its CR. */
  readonly urgent: () => boolean;
  /** @param firstAt when the first of these had arrived */
  readonly take: (bytes: Uint8Array, firstAt: number) => void;
}

const CR = 0x0d;
/** Characters that may be on their way at once: many seconds of any line. What is sent beyond is lost, as on any UART. */
const MOST_WAITING = 64 * 1024;

/** The receiving half: characters arrive at the line rate, and are handed over in as few pieces as nobody can tell. */
export class UartReceiver {
  readonly #options: UartReceiverOptions;
  readonly #queue: Arrival[] = [];
  #timer: Timer | undefined;
  #freeAt = Number.NEGATIVE_INFINITY;
  #waiting = 0;
  baud: number;
  received = 0;

  constructor(options: UartReceiverOptions) {
    this.#options = options;
    this.baud = options.baud;
  }

  feed(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#waiting + bytes.length > MOST_WAITING) return;
    this.#waiting += bytes.length;
    const from = Math.max(this.#options.clock.now(), this.#freeAt);
    const arrival = { bytes: copyBytes(bytes), characterMs: characterMs(this.baud), from, offset: 0 };
    this.#freeAt = from + bytes.length * arrival.characterMs;
    this.#queue.push(arrival);
    if (this.#queue.length === 1) this.#run();
  }

  #run(): void {
    const { clock, take, urgent } = this.#options;
    for (let head = this.#queue[0]; head !== undefined; head = this.#queue[0]) {
      const cr = urgent() ? head.offset : head.bytes.indexOf(CR, head.offset);
      const end = cr < 0 ? head.bytes.length : cr + 1;
      const waitMs = head.from + end * head.characterMs - clock.now();
      if (waitMs > SAME_MOMENT_MS) {
        this.#timer = clock.backgroundTimer(waitMs, () => this.#run());
        return;
      }
      const piece = head.bytes.subarray(head.offset, end);
      const firstAt = head.from + (head.offset + 1) * head.characterMs;
      head.offset = end;
      if (end === head.bytes.length) this.#queue.shift();
      this.received += piece.length;
      this.#waiting -= piece.length;
      take(piece, firstAt);
    }
  }

  clear(): void {
    this.#timer?.cancel();
    this.#queue.length = 0;
    this.#waiting = 0;
    this.#freeAt = Number.NEGATIVE_INFINITY;
  }
}
