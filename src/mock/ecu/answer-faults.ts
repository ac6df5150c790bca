import { concatBytes } from '../../core/index.ts';
import type { CarReply, Fault, FaultBoard } from '../car-port.ts';
import { eventOf } from '../fault-event.ts';
import { type FaultKind, HEX_BYTE, VOLTS } from '../fault-kind.ts';
import { negative } from './nrc.ts';

/** An answer put off: `7F xx 78` as often as said, spread over the time, then the answer. */
export type Hold = { readonly pending: number; readonly ms: number } | { readonly pending: 'forever'; readonly everyMs: number };

/** What faults of answers need of an ECU, whatever its answers come from. */
export interface FaultyEcu {
  readonly address: number;
  readonly car: { readonly faults: FaultBoard; readonly environment: { voltage: number; ignition: boolean } };
}

/** One request on its way through an ECU. */
export interface Exchange<E extends FaultyEcu = FaultyEcu> {
  readonly ecu: E;
  /** As the faults further out have left it. */
  request: Uint8Array;
  /** Says something besides the answer. */
  readonly reply: CarReply;
  hold?: Hold;
}

/** Carries the request out, and gives the answer; undefined where the ECU says nothing. */
export type Next = (request: Uint8Array) => Uint8Array | undefined;

export interface EcuFaultKind<E extends FaultyEcu = FaultyEcu> extends FaultKind {
  /** Stands in front of the ECU: may change the request, the answer, the ECU or the car. */
  strike(exchange: Exchange<E>, fault: Fault, next: Next): Uint8Array | undefined;
}

/** Time between the `7F xx 78` of an ECU that keeps on asking for time. */
const PENDING_STEP_MS = 50;

/** Faults that need nothing of an ECU but its answers: a profile's car can have them, and a recorded one. */
export const ANSWER_FAULTS = {
  nrc: {
    value: HEX_BYTE,
    does: 'refuses with this NRC and does nothing',
    strike: ({ request }, fault) => negative(request[0] ?? 0, hexOf(fault)),
  },
  'nrc-stored': {
    value: HEX_BYTE,
    does: 'carries out, and answers with this NRC all the same',
    strike({ request }, fault, next) {
      next(request);
      return negative(request[0] ?? 0, hexOf(fault));
    },
  },
  mute: {
    does: 'carries out, and does not answer',
    strike({ request }, _fault, next) {
      next(request);
      return undefined;
    },
  },
  ignore: { does: 'neither carries out nor answers', strike: () => undefined },
  pending: {
    value: { form: 'a number, or forever', pattern: /^(\d{1,4}|forever)$/ },
    does: `carries out, and answers 78 so many times, ${PENDING_STEP_MS} ms apart, before the answer`,
    strike(exchange, { value = 'forever' }, next) {
      exchange.hold =
        value === 'forever'
          ? { pending: 'forever', everyMs: PENDING_STEP_MS }
          : { pending: Number(value), ms: PENDING_STEP_MS * Math.max(1, Number(value)) };
      return next(exchange.request);
    },
  },
  misread: {
    does: 'flips one bit in the last byte of the answer',
    strike({ request }, _fault, next) {
      const answer = next(request);
      return answer === undefined ? undefined : flipped(answer);
    },
  },
  voltage: {
    value: VOLTS,
    does: 'the supply is at this voltage from the request on',
    strike({ ecu, request }, fault, next) {
      ecu.car.environment.voltage = Number(fault.value);
      return next(request);
    },
  },
  'ignition-off': {
    does: 'terminal 15 is off from the request on',
    strike({ ecu, request }, _fault, next) {
      ecu.car.environment.ignition = false;
      return next(request);
    },
  },
  'foreign-reply': {
    does: 'another ECU answers in the same words first',
    strike({ ecu, request, reply }, _fault, next) {
      const answer = next(request);
      if (answer !== undefined) reply(ecu.address ^ 0x01, answer);
      return answer;
    },
  },
  'duplicate-reply': {
    does: 'answers twice',
    strike({ ecu, request, reply }, _fault, next) {
      const answer = next(request);
      if (answer !== undefined) reply(ecu.address, answer);
      return answer;
    },
  },
  'wrong-did': {
    does: 'answers for the neighbouring DID',
    strike({ request }, _fault, next) {
      const answer = next(request);
      if (answer === undefined || answer.length < 3 || answer[0] === 0x7f) return answer;
      return answer.map((byte, index) => (index === 2 ? byte ^ 0x01 : byte));
    },
  },
} as const satisfies Readonly<Record<string, EcuFaultKind>>;

/** The kinds of a table whose first stands outermost, in the order in which {@link withFaults} takes them. */
export function innermostFirst<E extends FaultyEcu>(kinds: Readonly<Record<string, EcuFaultKind<E>>>): FaultOrder<E> {
  return Object.entries(kinds).reverse();
}

export type FaultOrder<E extends FaultyEcu> = readonly (readonly [string, EcuFaultKind<E>])[];

/** Carries a request out with every fault of these kinds that strikes at it in front. */
export function withFaults<E extends FaultyEcu>(kinds: FaultOrder<E>, exchange: Exchange<E>, carryOut: Next): Uint8Array | undefined {
  const { ecu, request } = exchange;
  if (ecu.car.faults.struck().length === 0) return carryOut(request);
  const event = eventOf(ecu.address, request);
  let next = carryOut;
  for (const [kind, { strike }] of kinds) {
    const fault = ecu.car.faults.strike(kind, event);
    if (fault === undefined) continue;
    const inner = next;
    next = (changed) => {
      exchange.request = changed;
      return strike(exchange, fault, inner);
    };
  }
  return next(request);
}

/** The bytes with one bit of the last one changed. */
export function flipped(bytes: Uint8Array): Uint8Array {
  return concatBytes(bytes.subarray(0, -1), Uint8Array.of((bytes.at(-1) ?? 0) ^ 0x01));
}

export function hexOf(fault: Fault): number {
  return Number.parseInt(fault.value ?? 'FF', 16);
}
