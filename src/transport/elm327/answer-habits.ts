import type { EcuAddress } from '../../core/index.ts';
import type { Message } from '../transport.ts';

const READ_DATA_BY_IDENTIFIER = 0x22;
/** Services after which an ECU is as it was: identifiers, trouble codes, tester-present. */
const READS: ReadonlySet<number> = new Set([READ_DATA_BY_IDENTIFIER, 0x19, 0x3e]);
/**
 * Identifiers 3000 to 3FFF, the coding data: of more than 400 that a G31 was asked for, none was put off with "response
 * pending", as others were (1602, 2000, F101; recorded).
 */
const CODING_NIBBLE = 0x3;

/**
 * Which questions are answered by one message, so that the chip may listen for a single frame and prompt by itself:
 * interrupting it costs nearly half as much again as a short exchange. What an ECU says while nobody listens is lost, so
 * only a read of coding data is such a question; of an ECU that answered one so before, that never put one off, answered
 * twice or took long; and that was asked for nothing but reads: where something is changed, every word counts.
 */
export class AnswerHabits {
  readonly #habits = new Map<EcuAddress, 'one' | 'more'>();
  /** Of whom the last question was a read of coding data. */
  #asked: EcuAddress | undefined;
  #heard = false;

  /** A question leaves. @returns whether one message is all that its answer will be, as far as is known */
  ask(ecu: EcuAddress, [service = 0, high = 0]: Uint8Array): boolean {
    if (!READS.has(service)) this.#habits.set(ecu, 'more');
    const isCodingRead = service === READ_DATA_BY_IDENTIFIER && high >> 4 === CODING_NIBBLE;
    this.#asked = isCodingRead ? ecu : undefined;
    this.#heard = false;
    return isCodingRead && this.#habits.get(ecu) === 'one';
  }

  hear({ source }: Message): void {
    if (source !== this.#asked) return;
    const more = this.#heard || this.#habits.get(source) === 'more';
    this.#habits.set(source, more ? 'more' : 'one');
    this.#heard = true;
  }

  /** An answer is awaited of whom was asked, and the chip does not listen any more. */
  tookLong(): void {
    if (this.#asked !== undefined) this.#habits.set(this.#asked, 'more');
  }
}
