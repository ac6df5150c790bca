import { fillTemplates, matches, type RecordedAnswer, type Recording, requestTelegram } from '../../recording/index.ts';
import { NRC } from '../ecu/nrc.ts';

interface Turns {
  readonly answers: (readonly RecordedAnswer[])[];
  next: number;
}

type TurnsByRequest = Map<string, Turns>;

const NEGATIVE = 0x7f;

/**
 * A recording that is asked: what was answered to a request, in turn, the first answer again after the last.
 * Nothing is made up here; whoever plays the car decides what else it says.
 */
export class RecordingPlayer {
  /** Addresses that answered anything, in order. */
  readonly sources: readonly number[];
  /** Addresses by which all were asked. */
  readonly functionalTargets: ReadonlySet<number>;
  readonly #physical = new Map<number, TurnsByRequest>();
  readonly #functional = new Map<number, TurnsByRequest>();
  /** What one ECU said when all were asked. */
  readonly #ofOne = new Map<number, TurnsByRequest>();
  readonly #rules: readonly { readonly rule: Recording['rules'][number]; next: number }[];
  /** By ECU: `25` a service, `25,2` with its sub-function, `+25` one answered positively. */
  readonly #services = new Map<number, Set<string>>();

  constructor({ exchanges, rules }: Recording) {
    for (const { target, functional, request, answers } of exchanges) {
      const key = keyOf(request);
      // Where only others answered, a late answer to another question was recorded: it says nothing of this one.
      const isStray = !functional && answers.length > 0 && !answers.some(({ source }) => source === target);
      if (!isStray) addTurn(functional ? this.#functional : this.#physical, { address: target, key, answers });
      for (const [source, own] of bySource(answers)) {
        if (functional && !isPending(own.at(-1))) addTurn(this.#ofOne, { address: source, key, answers: own });
        this.#learn(source, request, own);
      }
    }
    this.#rules = rules.map((rule) => ({ rule, next: 0 }));
    for (const { constants, computed } of rules.flatMap(({ turns }) => turns.flat())) {
      // Who answers to any address is nobody in particular.
      if (!computed.some(({ offset }) => offset === 0)) this.#serviceSet(constants[0] ?? 0);
    }
    this.sources = [...this.#services.keys()].sort((left, right) => left - right);
    this.functionalTargets = new Set(this.#functional.keys());
  }

  /** What came back when this ECU was asked, or when all were; undefined where nobody asked. */
  physical(target: number, request: Uint8Array): readonly RecordedAnswer[] | undefined {
    const key = keyOf(request);
    return take(this.#physical.get(target)?.get(key)) ?? take(this.#ofOne.get(target)?.get(key)) ?? this.#ruled(target, request, false);
  }

  /** What came back when all were asked; undefined where nobody asked them. */
  functional(target: number, request: Uint8Array): readonly RecordedAnswer[] | undefined {
    return take(this.#functional.get(target)?.get(keyOf(request))) ?? this.#ruled(target, request, true);
  }

  /** What each ECU says that was asked so alone, refusals left out: what all of them might say together. */
  eachAlone(request: Uint8Array): readonly RecordedAnswer[] {
    const key = keyOf(request);
    return [...this.#physical].flatMap(([address, requests]) => {
      const own = take(requests.get(key))?.filter(({ source }) => source === address) ?? [];
      return own.at(-1)?.payload[0] === NEGATIVE ? [] : own;
    });
  }

  /** The bytes behind the echo of the first positive answer to a request, taking no turn. */
  positive(address: number, request: Uint8Array): Uint8Array | undefined {
    const key = keyOf(request);
    for (const turns of [this.#physical.get(address)?.get(key), this.#ofOne.get(address)?.get(key)]) {
      for (const { source, payload } of turns?.answers.flat() ?? []) {
        if (source === address && echoes(payload, request)) return payload.subarray(request.length);
      }
    }
    return undefined;
  }

  /** Every request to an ECU that begins so, of that length, whether it was asked alone or with all. */
  *requestsOf(address: number, { service, length }: { readonly service: number; readonly length: number }): Generator<Uint8Array> {
    const keys = new Set([...(this.#physical.get(address)?.keys() ?? []), ...(this.#ofOne.get(address)?.keys() ?? [])]);
    for (const key of keys) if (key.length === length && key.charCodeAt(0) === service) yield Uint8Array.from(Buffer.from(key, 'latin1'));
  }

  /** Whether the ECU took a service, or one with this sub-function, however it answered. */
  knows(address: number, ...service: readonly number[]): boolean {
    return this.#services.get(address)?.has(service.join()) ?? false;
  }

  /** Whether the ECU ever answered a service positively. */
  answers(address: number, service: number): boolean {
    return this.#services.get(address)?.has(`+${service}`) ?? false;
  }

  #ruled(target: number, request: Uint8Array, functional: boolean): readonly RecordedAnswer[] | undefined {
    if (this.#rules.length === 0) return undefined;
    const telegram = requestTelegram({ target, functional, payload: request });
    for (const turn of this.#rules) {
      const { request: pattern, turns } = turn.rule;
      if (!matches(pattern, telegram)) continue;
      const answers = fillTemplates(turns[turn.next % turns.length] ?? [], telegram);
      turn.next += 1;
      if (answers !== undefined) return answers;
    }
    return undefined;
  }

  /** An ECU knows all that it answered, but for what it said it does not. */
  #learn(source: number, request: Uint8Array, answers: readonly RecordedAnswer[]): void {
    const known = this.#serviceSet(source);
    const { payload } = answers.at(-1) ?? { payload: new Uint8Array(0) };
    const refusal = payload[0] === NEGATIVE ? payload[2] : undefined;
    const [service = 0, subFunction = 0] = request;
    if (refusal === NRC.serviceNotSupported) return;
    if (refusal === undefined) known.add(`+${service}`);
    known.add(`${service}`);
    if (refusal !== NRC.subFunctionNotSupported) known.add(`${service},${subFunction}`);
  }

  #serviceSet(address: number): Set<string> {
    const known = this.#services.get(address) ?? new Set();
    this.#services.set(address, known);
    return known;
  }
}

function keyOf(request: Uint8Array): string {
  return Buffer.from(request.buffer, request.byteOffset, request.length).toString('latin1');
}

function addTurn(
  tables: Map<number, TurnsByRequest>,
  { address, key, answers }: { readonly address: number; readonly key: string; readonly answers: readonly RecordedAnswer[] },
): void {
  const table = tables.get(address) ?? new Map<string, Turns>();
  tables.set(address, table);
  const turns = table.get(key);
  if (turns === undefined) table.set(key, { answers: [answers], next: 0 });
  else turns.answers.push(answers);
}

function take(turns: Turns | undefined): readonly RecordedAnswer[] | undefined {
  if (turns === undefined) return undefined;
  const answers = turns.answers[turns.next];
  turns.next = (turns.next + 1) % turns.answers.length;
  return answers;
}

function bySource(answers: readonly RecordedAnswer[]): ReadonlyMap<number, readonly RecordedAnswer[]> {
  const found = new Map<number, RecordedAnswer[]>();
  for (const answer of answers) {
    const own = found.get(answer.source);
    if (own === undefined) found.set(answer.source, [answer]);
    else own.push(answer);
  }
  return found;
}

function isPending(answer: RecordedAnswer | undefined): boolean {
  return answer?.payload[0] === NEGATIVE && answer.payload[2] === NRC.responsePending;
}

/** Whether an answer is the positive one to a request all of whose bytes it repeats. */
function echoes(payload: Uint8Array, request: Uint8Array): boolean {
  return payload[0] === (request[0] ?? 0) + 0x40 && request.every((byte, index) => index === 0 || payload[index] === byte);
}
