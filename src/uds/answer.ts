import { type EcuAddress, readU16 } from '../core/index.ts';
import type { Message } from '../transport/index.ts';
import { NRC } from './negative-response-codes.ts';
import { KWP_SERVICE, NEGATIVE_RESPONSE, POSITIVE_RESPONSE_OFFSET, SERVICE, SUPPRESS_POSITIVE_RESPONSE } from './services.ts';

/** What a message is to a request that awaits its answer. */
export type AnswerKind = 'positive' | 'negative' | 'pending' | 'stray';

const NRC_OFFSET = 2;
const NEGATIVE_RESPONSE_BYTES = 3;

/** How many bytes behind the service an answer repeats of its request, and how long it is at least. */
interface Echo {
  readonly bytes: number;
  readonly minimum: number;
}

const ECHO: ReadonlyMap<number, Echo> = new Map([
  [SERVICE.diagnosticSessionControl, { bytes: 1, minimum: 2 }],
  [SERVICE.ecuReset, { bytes: 1, minimum: 2 }],
  [SERVICE.readDtcInformation, { bytes: 1, minimum: 3 }],
  [SERVICE.readDataByIdentifier, { bytes: 2, minimum: 4 }],
  [SERVICE.securityAccess, { bytes: 1, minimum: 2 }],
  [SERVICE.communicationControl, { bytes: 1, minimum: 2 }],
  [SERVICE.writeDataByIdentifier, { bytes: 2, minimum: 3 }],
  [SERVICE.inputOutputControlByIdentifier, { bytes: 2, minimum: 3 }],
  [SERVICE.routineControl, { bytes: 3, minimum: 4 }],
  [SERVICE.testerPresent, { bytes: 1, minimum: 2 }],
  [SERVICE.controlDtcSetting, { bytes: 1, minimum: 2 }],
  [KWP_SERVICE.readEcuIdentification, { bytes: 1, minimum: 3 }],
  [KWP_SERVICE.readDataByLocalIdentifier, { bytes: 1, minimum: 3 }],
  [KWP_SERVICE.readTroubleCodesByStatus, { bytes: 0, minimum: 2 }],
  [KWP_SERVICE.readStatusOfTroubleCodes, { bytes: 0, minimum: 2 }],
]);
const BARE: Echo = { bytes: 0, minimum: 1 };
/** `22 2000` lists the info memory; recorded ECUs whose memory is empty answer `62 20 00` and no more. */
const INFO_MEMORY_LIST = 0x2000;
const MAYBE_EMPTY: Echo = { bytes: 2, minimum: 3 };
/** `19 04` and `19 06` name a trouble code, and so do their answers. */
const OF_ONE_TROUBLE_CODE: Echo = { bytes: 4, minimum: 6 };

/** Services whose byte 1 is a sub-function: its bit 7 is not repeated. */
const WITH_SUB_FUNCTION: ReadonlySet<number> = new Set([
  SERVICE.diagnosticSessionControl,
  SERVICE.ecuReset,
  SERVICE.readDtcInformation,
  SERVICE.securityAccess,
  SERVICE.communicationControl,
  SERVICE.routineControl,
  SERVICE.testerPresent,
  SERVICE.controlDtcSetting,
]);

/**
 * Judges a message by source, service, sub-function or identifier and length, never by its position: an ECU repeats
 * itself, gateways route late answers, and other testers' traffic is broadcast.
 */
export function judgeAnswer(ecu: EcuAddress, request: Uint8Array, message: Message): AnswerKind {
  return message.source === ecu ? judgePayload(request, message.payload) : 'stray';
}

/** {@link judgeAnswer} for a request to every ECU. */
export function judgePayload(request: Uint8Array, payload: Uint8Array): AnswerKind {
  const service = request[0];
  if (service === undefined) return 'stray';
  if (payload[0] === NEGATIVE_RESPONSE) {
    if (payload[1] !== service || payload.length < NEGATIVE_RESPONSE_BYTES) return 'stray';
    return payload[NRC_OFFSET] === NRC.responsePending ? 'pending' : 'negative';
  }
  if (payload[0] !== service + POSITIVE_RESPONSE_OFFSET) return 'stray';
  const { bytes, minimum } = echoOf(service, request);
  if (payload.length < minimum) return 'stray';
  for (let index = 1; index <= bytes; index += 1) {
    const sent = request[index] ?? 0;
    const told = index === 1 && WITH_SUB_FUNCTION.has(service) ? sent & ~SUPPRESS_POSITIVE_RESPONSE : sent;
    if (payload[index] !== told) return 'stray';
  }
  return 'positive';
}

/** The code of an answer that says no; undefined of a positive one. */
export function refusalOf(answer: Uint8Array): number | undefined {
  return answer[0] === NEGATIVE_RESPONSE ? (answer[NRC_OFFSET] ?? 0) : undefined;
}

function echoOf(service: number, request: Uint8Array): Echo {
  if (service === SERVICE.readDtcInformation && request.length >= 5) return OF_ONE_TROUBLE_CODE;
  if (service === SERVICE.readDataByIdentifier && readU16(request, 1) === INFO_MEMORY_LIST) return MAYBE_EMPTY;
  return ECHO.get(service) ?? BARE;
}
