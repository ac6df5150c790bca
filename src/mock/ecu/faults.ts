import { concatBytes, readU16 } from '../../core/index.ts';
import type { CarReply, Fault } from '../car-port.ts';
import { eventOf } from '../fault-event.ts';
import { type FaultKind, HEX_BYTE, MILLISECONDS, VOLTS } from '../fault-kind.ts';
import type { Ecu, Hold } from './ecu.ts';
import { NRC, negative } from './nrc.ts';

/** One request on its way through an ECU. */
export interface Exchange {
  readonly ecu: Ecu;
  /** As the faults further out have left it. */
  request: Uint8Array;
  /** Says something besides the answer. */
  readonly reply: CarReply;
  hold?: Hold;
}

/** Carries the request out, and gives the answer; undefined where the ECU says nothing. */
type Next = (request: Uint8Array) => Uint8Array | undefined;

interface EcuFaultKind extends FaultKind {
  /** Stands in front of the ECU: may change the request, the answer, the ECU or the car. */
  strike(exchange: Exchange, fault: Fault, next: Next): Uint8Array | undefined;
}

/** Time between the `7F xx 78` of an ECU that keeps on asking for time. */
const PENDING_STEP_MS = 50;
const OTHER_SERIAL = 0x5a;

/** The faults of the ECUs. Each counts the requests that reach an ECU, functional ones once at each. */
export const ECU_FAULTS: Readonly<Record<string, EcuFaultKind>> = {
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
  'not-stored': {
    does: 'keeps a written block readable, and forgets it at the reset',
    strike: ({ ecu, request }, _fault, next) => whenWritten(ecu, request, next, (did, old) => ecu.memory.keepUnstored(did, old)),
  },
  stores: {
    value: HEX_BYTE,
    does: 'stores this byte in place of each byte that the write changes',
    strike({ ecu, request }, fault, next) {
      const old = writtenBlock(ecu, request);
      if (old === undefined) return next(request);
      return next(request.map((byte, index) => (index < 3 || byte === old[index - 3] ? byte : hexOf(fault))));
    },
  },
  lies: {
    value: { form: 'old or flipped', pattern: /^(old|flipped)$/, optional: true },
    does: 'stores what is written, and reads back the old bytes (or, flipped, one wrong bit) until the next write or reset',
    strike: ({ ecu, request }, fault, next) =>
      whenWritten(ecu, request, next, (did, old) =>
        ecu.memory.pretend(did, fault.value === 'flipped' ? flipped(request.subarray(3)) : old),
      ),
  },
  misread: {
    does: 'flips one bit in the last byte of the answer',
    strike({ request }, _fault, next) {
      const answer = next(request);
      return answer === undefined ? undefined : flipped(answer);
    },
  },
  'late-apply': {
    value: MILLISECONDS,
    does: 'does not answer, and carries a coding write out so many milliseconds later',
    strike({ ecu, request }, fault, next) {
      const late = new Uint8Array(request.subarray(3));
      whenWritten(ecu, request, next, (did, old) => {
        ecu.memory.write(did, old);
        ecu.car.clock.backgroundTimer(Number(fault.value), () => {
          if (ecu.car.isClosed()) return;
          ecu.memory.write(did, late);
          ecu.car.changed();
        });
      });
      return undefined;
    },
  },
  reset: {
    does: 'falls over at the request: no answer, and what no reset has committed is lost',
    strike({ ecu }) {
      ecu.reset('uncommanded');
      return undefined;
    },
  },
  'lose-cafd': {
    does: 'fails the request with NRC 72 and loses the CAFD from the SVK: no coding write is taken any more',
    strike({ ecu, request }) {
      loseCafd(ecu);
      return negative(request[0] ?? 0, NRC.generalProgrammingFailure);
    },
  },
  'drop-session': {
    does: 'falls back to the default session before the request',
    strike: ({ ecu, request }, _fault, next) => {
      ecu.endSession();
      return next(request);
    },
  },
  voltage: changesCar(VOLTS, 'the supply is at this voltage from the request on', ({ ecu }, { value }) => {
    ecu.car.environment.voltage = Number(value);
  }),
  'ignition-off': changesCar(undefined, 'terminal 15 is off from the request on', ({ ecu }) => {
    ecu.car.environment.ignition = false;
  }),
  'engine-on': changesCar(undefined, 'the engine runs from the request on', ({ ecu }) => {
    ecu.car.environment.engineRpm = 750;
  }),
  driving: changesCar(undefined, 'the car moves from the request on', ({ ecu }) => {
    ecu.car.environment.speedKmh = 30;
  }),
  'ext-change': changesCar(
    undefined,
    'somebody else changes the last byte of the block that the request names, before each request that it strikes',
    ({ ecu, request }) => {
      const did = readU16(request, 1) ?? 0;
      const old = ecu.profile.blocks.has(did) ? ecu.memory.effective(did) : undefined;
      if (old === undefined) return;
      ecu.memory.write(did, flipped(old));
      ecu.car.changed();
    },
  ),
  'other-vin': changesCar(
    { form: 'a VIN', pattern: /^[A-HJ-NPR-Z0-9]{17}$/, optional: true },
    'the car has this VIN (by default its own with 9 as last digit) from the request on',
    ({ ecu }, { value }) => {
      ecu.car.vin = value ?? `${ecu.car.vin.slice(0, -1)}9`;
      ecu.car.changed();
    },
  ),
  'swap-ecu': changesCar(undefined, 'the ECU has another serial number from the request on', ({ ecu }) => {
    const serial = new Uint8Array(ecu.profile.serial);
    serial[serial.length - 1] = OTHER_SERIAL;
    ecu.memory.replace(0xf18c, serial);
    ecu.car.changed();
  }),
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
};

const INNERMOST_FIRST = Object.entries(ECU_FAULTS).reverse();

/** Carries a request out with every fault that strikes at it in front, the table's first outermost. */
export function withFaults(exchange: Exchange, carryOut: Next): Uint8Array | undefined {
  const { ecu, request } = exchange;
  const event = eventOf(ecu.address, request);
  let next = carryOut;
  for (const [kind, { strike }] of INNERMOST_FIRST) {
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

function changesCar(value: FaultKind['value'], does: string, change: (exchange: Exchange, fault: Fault) => void): EcuFaultKind {
  const kind: EcuFaultKind = {
    does,
    strike(exchange, fault, next) {
      change(exchange, fault);
      return next(exchange.request);
    },
  };
  return value === undefined ? kind : { ...kind, value };
}

function writtenBlock(ecu: Ecu, request: Uint8Array): Uint8Array | undefined {
  const did = readU16(request, 1) ?? 0;
  return request[0] === 0x2e && ecu.profile.blocks.has(did) ? ecu.memory.lasting(did) : undefined;
}

/** Carries a request out, and if it was a coding write that the ECU took, spoils it. */
function whenWritten(ecu: Ecu, request: Uint8Array, next: Next, spoil: (did: number, old: Uint8Array) => void): Uint8Array | undefined {
  const old = writtenBlock(ecu, request);
  const answer = next(request);
  if (old !== undefined && answer?.[0] === 0x6e) {
    spoil(readU16(request, 1) ?? 0, old);
    ecu.car.changed();
  }
  return answer;
}

function flipped(bytes: Uint8Array): Uint8Array {
  return concatBytes(bytes.subarray(0, -1), Uint8Array.of((bytes.at(-1) ?? 0) ^ 0x01));
}

/** The CAFD of an SVK becomes cafd_ffffffff-255_255_255, as owners have seen it after a failed coding (reliability.md). */
function loseCafd(ecu: Ecu): void {
  const svk = new Uint8Array(ecu.memory.lasting(0xf101) ?? []);
  for (let entry = 17; entry < svk.length; entry += 8) {
    if (svk[entry] === 0x05) svk.fill(0xff, entry + 1, entry + 8);
  }
  ecu.memory.replace(0xf101, svk);
  ecu.coded = false;
  ecu.car.changed();
}

function hexOf(fault: Fault): number {
  return Number.parseInt(fault.value ?? 'FF', 16);
}
