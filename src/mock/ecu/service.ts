import type { Ecu } from './ecu.ts';

export const DEFAULT_SESSION = 0x01;

/** A positive answer, or the code of a refusal. */
export type Outcome = Uint8Array | number;

export interface Service {
  readonly minLength: number;
  readonly hasSubFunction: boolean;
  readonly inDefaultSession: boolean;
  /** `subFunction` is byte 1 without the bit that suppresses the positive answer. */
  carryOut(ecu: Ecu, request: Uint8Array, subFunction: number): Outcome;
}
