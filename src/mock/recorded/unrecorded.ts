import { NRC, negative } from '../ecu/nrc.ts';

/** What an ECU says where its recording says nothing. */
export interface Unrecorded {
  /** Undefined where it keeps silent, as after a request that asks for no answer. */
  readonly answer: Uint8Array | undefined;
  /** Whether it is nothing that every ECU knows how to answer. */
  readonly isUnknown: boolean;
}

/** What is known of the ECU. */
export interface Knowledge {
  /** It speaks KWP2000, as E-series cars do. */
  readonly speaksKwp: boolean;
  /** Whether it took this service, or this service with this sub-function. */
  knows(...service: readonly number[]): boolean;
}

const SERVICE = { session: 0x10, reset: 0x11, readData: 0x22, writeData: 0x2e, testerPresent: 0x3e } as const;
const SESSIONS: readonly number[] = [0x01, 0x03, 0x41];
/** P2 50 ms, P2* 5000 ms: recorded on most ECUs of an F10 (bmw-diagnostics §3.3). */
const SESSION_TIMES = [0x00, 0x32, 0x01, 0xf4];
const RESETS: readonly number[] = [0x01, 0x02, 0x03, 0x04];
const SUPPRESSED = 0x80;
/** KWP2000's "no response required" (ISO 14230-3). */
const KWP_NO_RESPONSE = 0x02;

/** Services whose second byte says what to do: another one is refused with 12. */
const WITH_SUB_FUNCTION: readonly number[] = [0x19, 0x27, 0x28, 0x85];
/** KWP2000's reads, whose ECUs refuse what they do not know with 12: recorded on an E61. */
const KWP_SERVICES: readonly number[] = [0x12, 0x17, 0x18, 0x1a, 0x21, 0x23, 0x2c, 0x30, 0x3b];

/**
 * What every ECU can do is done: change the session, be present, reset. All else is refused as the recorded ECUs refuse
 * what they do not know: `7F 22 31` an unknown identifier, `7F xx 11` a service that the ECU never took.
 */
export function answerUnrecorded(request: Uint8Array, ecu: Knowledge): Unrecorded {
  const [service = 0, second] = request;
  const subFunction = (second ?? 0) & ~SUPPRESSED;
  const given = (answer: readonly number[]): Unrecorded => {
    const isSilent = !ecu.speaksKwp && second !== undefined && second >= SUPPRESSED;
    return { answer: isSilent ? undefined : Uint8Array.from(answer), isUnknown: false };
  };
  if (service === SERVICE.testerPresent) {
    if (ecu.speaksKwp) return second === KWP_NO_RESPONSE ? { answer: undefined, isUnknown: false } : given([0x7e]);
    if (subFunction === 0) return given([0x7e, 0x00]);
  } else if (service === SERVICE.session) {
    if (ecu.speaksKwp) return given([0x50, second ?? 0]);
    if (SESSIONS.includes(subFunction)) return given([0x50, subFunction, ...SESSION_TIMES]);
  } else if (service === SERVICE.reset && RESETS.includes(subFunction)) return given([0x51, subFunction]);
  return { answer: negative(service, refusal(service, subFunction, ecu)), isUnknown: true };
}

function refusal(service: number, subFunction: number, ecu: Knowledge): number {
  if (service === SERVICE.readData) return NRC.requestOutOfRange;
  if (service === SERVICE.session || service === SERVICE.reset || service === SERVICE.testerPresent) return NRC.subFunctionNotSupported;
  // Whose blocks can be read, can be coded.
  if (service === SERVICE.writeData && ecu.knows(SERVICE.readData)) return NRC.requestOutOfRange;
  if (!ecu.knows(service)) return NRC.serviceNotSupported;
  const isOther = WITH_SUB_FUNCTION.includes(service) && !ecu.knows(service, subFunction);
  return isOther || KWP_SERVICES.includes(service) ? NRC.subFunctionNotSupported : NRC.requestOutOfRange;
}
