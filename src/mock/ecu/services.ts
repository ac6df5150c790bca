import { readU16 } from '../../core/index.ts';
import type { Ecu } from './ecu.ts';
import { NRC } from './nrc.ts';
import { carryOutRoutine } from './routines.ts';
import type { Outcome, Service } from './service.ts';
import { clearTroubleCodes, readTroubleCodes } from './trouble-codes.ts';
import { writeData } from './write-data.ts';

/** ISO 15765-2 carries no more, and CAN is where most ECUs live. */
const MAX_ANSWER_BYTES = 4095;

/**
 * What every ECU of the mock car supports; all else is refused with `11`, `27` too: it holds no keys and no algorithm.
 * Which services the default session refuses: 28 and 85 recorded (`7F 85 7F`, `7F 28 7F`), 2E believed (bmw-diagnostics §12).
 */
export const SERVICES: ReadonlyMap<number, Service> = new Map<number, Service>([
  [0x10, { minLength: 2, hasSubFunction: true, inDefaultSession: true, carryOut: controlSession }],
  [0x11, { minLength: 2, hasSubFunction: true, inDefaultSession: true, carryOut: resetEcu }],
  [0x14, { minLength: 4, hasSubFunction: false, inDefaultSession: true, carryOut: clearTroubleCodes }],
  [0x19, { minLength: 3, hasSubFunction: true, inDefaultSession: true, carryOut: readTroubleCodes }],
  [0x22, { minLength: 3, hasSubFunction: false, inDefaultSession: true, carryOut: readData }],
  [0x28, { minLength: 3, hasSubFunction: true, inDefaultSession: false, carryOut: switchBetween([0x00, 0x01, 0x02, 0x03], 3) }],
  [0x2e, { minLength: 4, hasSubFunction: false, inDefaultSession: false, carryOut: writeData }],
  [0x31, { minLength: 4, hasSubFunction: true, inDefaultSession: true, carryOut: carryOutRoutine }],
  [0x3e, { minLength: 2, hasSubFunction: true, inDefaultSession: true, carryOut: switchBetween([0x00], 2) }],
  [0x85, { minLength: 2, hasSubFunction: true, inDefaultSession: false, carryOut: switchBetween([0x01, 0x02], 2) }],
]);

function controlSession(ecu: Ecu, request: Uint8Array, session: number): Outcome {
  if (!ecu.profile.sessions.includes(session)) return NRC.subFunctionNotSupported;
  if (request.length !== 2) return NRC.incorrectMessageLength;
  ecu.startSession(session);
  if (!ecu.profile.sessionTimes) return Uint8Array.of(0x50, session);
  const { p2Ms, p2StarMs } = ecu.timing;
  // P2* counts in steps of 10 ms (ISO 14229-2).
  const steps = p2StarMs / 10;
  return Uint8Array.of(0x50, session, p2Ms >> 8, p2Ms & 0xff, steps >> 8, steps & 0xff);
}

function resetEcu(ecu: Ecu, request: Uint8Array, kind: number): Outcome {
  if (kind !== 0x01) return NRC.subFunctionNotSupported;
  if (request.length !== 2) return NRC.incorrectMessageLength;
  ecu.reset('commanded');
  return Uint8Array.of(0x51, kind);
}

/** Several DIDs in one request are answered with those that the ECU knows (ISO 14229-1). */
function readData(ecu: Ecu, request: Uint8Array): Outcome {
  if (request.length % 2 === 0) return NRC.incorrectMessageLength;
  if (request.length === 3) {
    const did = readU16(request, 1) ?? 0;
    const data = ecu.read(did);
    if (data !== undefined) return positiveRead(did, data);
    // Kept copies of an older SVK, F102 onwards: `7F 22 22` where there is none (recorded).
    return did > 0xf101 && did <= 0xf13f ? NRC.conditionsNotCorrect : NRC.requestOutOfRange;
  }
  const answer = [0x62];
  for (let offset = 1; offset < request.length; offset += 2) {
    const did = readU16(request, offset) ?? 0;
    const data = ecu.read(did);
    if (data !== undefined) answer.push(did >> 8, did & 0xff, ...data);
  }
  if (answer.length > MAX_ANSWER_BYTES) return NRC.responseTooLong;
  return answer.length === 1 ? NRC.requestOutOfRange : Uint8Array.from(answer);
}

function positiveRead(did: number, data: Uint8Array): Uint8Array {
  const answer = Buffer.allocUnsafe(3 + data.length);
  answer[0] = 0x62;
  answer[1] = did >> 8;
  answer[2] = did & 0xff;
  answer.set(data, 3);
  return answer;
}

/** A switch whose position changes nothing that a tester could read: it is taken, and ends with the session. */
function switchBetween(positions: readonly number[], length: number): Service['carryOut'] {
  return (_ecu, request, position) => {
    if (!positions.includes(position)) return NRC.subFunctionNotSupported;
    if (request.length !== length) return NRC.incorrectMessageLength;
    return Uint8Array.of((request[0] ?? 0) + 0x40, position);
  };
}
