import { readU16 } from '../../core/index.ts';
import type { Ecu } from './ecu.ts';
import { NRC } from './nrc.ts';
import { DEFAULT_SESSION, type Outcome } from './service.ts';

/** Routines that the mock knows. @see bmw-diagnostics §5.4 and §5.6 */
const ROUTINE = { checkProgrammingPreConditions: 0x0203, energyMode: 0x0f0c, clearMessageHistory: 0xf010 } as const;
const START = 0x01;
const RESULTS = 0x03;

export function carryOutRoutine(ecu: Ecu, request: Uint8Array, control: number): Outcome {
  const routine = readU16(request, 2) ?? 0;
  if (control !== START && control !== RESULTS) return NRC.subFunctionNotSupported;
  const done = Uint8Array.of(0x71, control, routine >> 8, routine & 0xff);
  if (routine === ROUTINE.checkProgrammingPreConditions) return request.length === 4 ? done : NRC.incorrectMessageLength;
  if (control !== START) return NRC.requestOutOfRange;
  if (routine === ROUTINE.energyMode) {
    // In the wrong session `7F 31 22` (recorded).
    if (ecu.session === DEFAULT_SESSION) return NRC.conditionsNotCorrect;
    if (request.length !== 5) return NRC.incorrectMessageLength;
    ecu.energyMode = request[4] ?? 0;
    return done;
  }
  if (routine === ROUTINE.clearMessageHistory && ecu.profile.messages !== undefined) {
    if (request.length !== 4) return NRC.incorrectMessageLength;
    ecu.messages = { ...ecu.messages, stored: [] };
    ecu.car.changed();
    return done;
  }
  return NRC.requestOutOfRange;
}
