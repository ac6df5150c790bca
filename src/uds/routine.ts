import { SERVICE } from './services.ts';

/** Sub-functions of RoutineControl (ISO 14229-1, published). */
export const ROUTINE = { start: 0x01, stop: 0x02, requestResults: 0x03 } as const;
export type RoutineAction = (typeof ROUTINE)[keyof typeof ROUTINE];

/** Service, sub-function and routine identifier in front of what a routine tells. */
const STATUS_OFFSET = 4;

/** `31 <action> <routine> <option>`. */
export function encodeRoutine(action: RoutineAction, routine: number, option: Uint8Array = new Uint8Array(0)): Uint8Array {
  const request = new Uint8Array(STATUS_OFFSET + option.length);
  request.set([SERVICE.routineControl, action, routine >> 8, routine & 0xff]);
  request.set(option, STATUS_OFFSET);
  return request;
}

/** What the routine tells behind `71 <action> <routine>`; may be empty. A view of the answer. */
export function decodeRoutine(answer: Uint8Array): Uint8Array {
  return answer.subarray(STATUS_OFFSET);
}
