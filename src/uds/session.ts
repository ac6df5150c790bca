import { readU16 } from '../core/index.ts';
import { SERVICE } from './services.ts';

/**
 * Diagnostic sessions.
 *
 * @see source: bmw-diagnostics §5.1, BMW's own table (published; 01, 03 and 41 recorded)
 */
export const SESSION = { default: 0x01, programming: 0x02, extended: 0x03, coding: 0x41 } as const;

/** How long an ECU may take in a session. */
export interface SessionTiming {
  /** For its first answer, milliseconds. */
  readonly p2Ms: number;
  /** For the next one after "response pending", milliseconds. */
  readonly p2StarMs: number;
}

/** What is assumed of an ECU that tells nothing: the slowest P2 recorded, and the one P2* recorded (bmw-diagnostics §3.3). */
export const DEFAULT_TIMING: SessionTiming = { p2Ms: 300, p2StarMs: 5000 };

const P2_OFFSET = 2;
const P2_STAR_OFFSET = 4;
const P2_STAR_UNIT_MS = 10;

/** `10 <session>`. */
export function encodeSessionControl(session: number): Uint8Array {
  return Uint8Array.of(SERVICE.diagnosticSessionControl, session);
}

/**
 * Decodes the answer to a session control.
 *
 * Shape   50 session; then nothing, or P2 u16 in ms and P2* u16 in units of 10 ms
 * @returns {@link DEFAULT_TIMING} for the short form, which an EPS and head units use
 * @see source: ISO 14229-1 (published); bmw-diagnostics §3.3 (recorded: `50 03 00 32 01 F4`, `50 03`)
 */
export function decodeSessionTiming(answer: Uint8Array): SessionTiming {
  const p2Ms = readU16(answer, P2_OFFSET);
  const p2Star = readU16(answer, P2_STAR_OFFSET);
  return p2Ms === undefined || p2Star === undefined ? DEFAULT_TIMING : { p2Ms, p2StarMs: p2Star * P2_STAR_UNIT_MS };
}
