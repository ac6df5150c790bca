import { type EcuAddress, isKombiError, toHex } from '../core/index.ts';

/** What ECUs said when they were asked, so that none is asked the same twice. */
export class ReadMemory {
  readonly #answers = new Map<string, Promise<Uint8Array>>();
  readonly #silences = new Map<string, Promise<Uint8Array>>();

  /** @param ask where nobody has yet; a link that fails is no answer, and is not kept */
  recall(ecu: EcuAddress, request: Uint8Array, ask: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const key = `${ecu} ${toHex(request)}`;
    const known = this.#answers.get(key) ?? this.#silences.get(key);
    if (known !== undefined) return known;
    const answer = ask();
    this.#answers.set(key, answer);
    answer.catch((error: unknown) => {
      this.#answers.delete(key);
      if (isKombiError(error, 'ecu')) this.#silences.set(key, answer);
    });
    return answer;
  }

  /** Behind a link opened anew may be another car. Who was silent stays so: each silence opens the link anew. */
  forgetAnswers(): void {
    this.#answers.clear();
  }
}
