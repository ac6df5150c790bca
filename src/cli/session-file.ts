import { loadRecording as loadRecordedCar } from '../mock/recorded/load-recording.ts';
import { decodeTrace, looksLikeTrace, type Trace, traceOfExchanges } from '../recording/index.ts';
import { loadRecording } from '../transport/trace/index.ts';

/** A recorded session, whatever program recorded it. */
export interface Session {
  readonly trace: Trace;
  readonly format: 'trace' | 'ediabas';
  /** What of the file could not be taken over, in words. */
  readonly remarks: readonly string[];
}

/**
 * Reads a recording of ours, or one of EdiabasLib (.txt, .sim): what it begins with tells them apart.
 *
 * @throws {KombiError} `usage.trace`, `usage.recording`, `recording.invalid` (exit 2), `trace.newer-format` (exit 10)
 */
export function loadSession(path: string): Session {
  const bytes = loadRecording(path);
  if (looksLikeTrace(bytes)) {
    const trace = decodeTrace(bytes, path);
    return { trace, format: 'trace', remarks: trace.torn ? ['the last line was cut off, and is left out'] : [] };
  }
  const { exchanges, rules, remarks } = loadRecordedCar(path);
  const open = rules.length === 0 ? [] : [`requests with open bytes have no place in a session: ${rules.length} are left out`];
  return {
    trace: { header: { redacted: false }, events: traceOfExchanges(exchanges), torn: false },
    format: 'ediabas',
    remarks: [...remarks, ...open],
  };
}
