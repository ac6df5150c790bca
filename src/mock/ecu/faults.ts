import { readU16 } from '../../core/index.ts';
import type { Fault } from '../car-port.ts';
import { type FaultKind, HEX_BYTE, MILLISECONDS } from '../fault-kind.ts';
import { holdSosButton } from '../sos-button.ts';
import { ANSWER_FAULTS, type EcuFaultKind, type Exchange, flipped, hexOf, type Next } from './answer-faults.ts';
import type { Ecu } from './ecu.ts';
import { NRC, negative } from './nrc.ts';

const OTHER_SERIAL = 0x5a;

const {
  misread,
  voltage,
  'ignition-off': ignitionOff,
  'foreign-reply': foreignReply,
  'duplicate-reply': duplicateReply,
  'wrong-did': wrongDid,
  ...refusals
} = ANSWER_FAULTS;

/** The faults of the ECUs. Each counts the requests that reach an ECU, functional ones once at each. */
export const ECU_FAULTS: Readonly<Record<string, EcuFaultKind<Ecu>>> = {
  ...refusals,
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
  misread,
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
  voltage,
  'ignition-off': ignitionOff,
  'engine-on': changesCar(undefined, 'the engine runs from the request on', ({ ecu }) => {
    ecu.car.environment.engineRpm = 750;
  }),
  driving: changesCar(undefined, 'the car moves from the request on', ({ ecu }) => {
    ecu.car.environment.speedKmh = 30;
  }),
  'hold-sos': changesCar(
    { form: 'seconds', pattern: /^\d{1,3}$/, optional: true },
    'the driver holds the SOS button at the request, five seconds unless told: from five on the car dials, which its state keeps',
    ({ ecu }, { value }) => holdSosButton(ecu.car, Number(value ?? 5)),
  ),
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
  'foreign-reply': foreignReply,
  'duplicate-reply': duplicateReply,
  'wrong-did': wrongDid,
};

function changesCar(value: FaultKind['value'], does: string, change: (exchange: Exchange<Ecu>, fault: Fault) => void): EcuFaultKind<Ecu> {
  const kind: EcuFaultKind<Ecu> = {
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
