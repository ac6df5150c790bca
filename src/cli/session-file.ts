import { isKombiError, KombiError } from '../core/index.ts';
import { decodeEdiText, decodeTrace, looksLikeTrace, type Recording, type Trace, traceOfExchanges } from '../recording/index.ts';
import { loadRecording } from '../transport/trace/index.ts';

/** A recorded session, whatever program recorded it. */
export interface Session {
  readonly trace: Trace;
  readonly format: 'trace' | 'ediabas-text';
  /** What of the file could not be taken over, in words. */
  readonly remarks: readonly string[];
}

/**
 * Reads a recording of ours, or EdiabasLib's response text: the first line tells them apart.
 *
 * @throws {KombiError} `usage.trace`, `recording.invalid` (exit 2), `trace.newer-format` (exit 10)
 */
export function loadSession(path: string): Session {
  const bytes = loadRecording(path);
  if (looksLikeTrace(bytes)) {
    const trace = decodeTrace(bytes, path);
    return { trace, format: 'trace', remarks: trace.torn ? ['the last line was cut off, and is left out'] : [] };
  }
  const { exchanges, rules, remarks } = decodeNamed(path, bytes);
  const open = rules.length === 0 ? [] : [`${rules.length} requests with open bytes have no place in a session, and are left out`];
  return {
    trace: { header: { redacted: false }, events: traceOfExchanges(exchanges), torn: false },
    format: 'ediabas-text',
    remarks: [...remarks, ...open],
  };
}

function decodeNamed(path: string, bytes: Uint8Array): Recording {
  try {
    return decodeEdiText(new TextDecoder().decode(bytes));
  } catch (error) {
    if (!isKombiError(error, 'recording')) throw error;
    const { code, exit, hint = '' } = error;
    throw new KombiError({ code, exit, hint, message: `${path}, ${error.message}` });
  }
}
