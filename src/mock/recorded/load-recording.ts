import { readFileSync, statSync } from 'node:fs';
import { EXIT, isKombiError, KombiError, messageOf } from '../../core/index.ts';
import {
  decodeEdiSim,
  decodeEdiText,
  decodeTrace,
  isEdiSim,
  type Recording,
  recordingOfTrace,
  TRACE_MAGIC,
} from '../../recording/index.ts';

const MOST_BYTES = 16 * 1024 * 1024;

/**
 * Loads a recorded car: a trace of ours, EdiabasLib's response text, or its simulation file where the text begins with a section.
 *
 * @throws {KombiError} `usage.recording` where it cannot be read, `recording.invalid` or `usage.trace` naming file and line
 *   (exit 2), `trace.newer-format` (exit 10)
 */
export function loadRecording(file: string): Recording {
  const text = readText(file);
  try {
    const recording = decode(text, file);
    if (recording.rules.length > 0 || recording.exchanges.some(({ answers }) => answers.length > 0)) return recording;
  } catch (error) {
    if (!isKombiError(error, 'recording.invalid')) throw error;
    const { code, message, hint, exit } = error;
    throw new KombiError({ code, message: `${file}: ${message}`, exit, ...(hint === undefined ? {} : { hint }), cause: error });
  }
  throw new KombiError({
    code: 'recording.invalid',
    message: `${file}: no ECU answers in it`,
    hint: 'A recording is what --trace records, or a text of EdiabasLib: "request : response" a line, or a .sim file.',
    exit: EXIT.usage,
  });
}

function decode(text: string, file: string): Recording {
  if (text.startsWith(TRACE_MAGIC)) return recordingOfTrace(decodeTrace(new TextEncoder().encode(text), file));
  return isEdiSim(text) ? decodeEdiSim(text) : decodeEdiText(text);
}

function readText(file: string): string {
  try {
    if (statSync(file).size > MOST_BYTES) throw new Error(`it is larger than ${MOST_BYTES} bytes`);
    // Comments may be in any encoding; all else is ASCII.
    return readFileSync(file, 'latin1').replace(/^\xEF\xBB\xBF/, '');
  } catch (error) {
    throw new KombiError({
      code: 'usage.recording',
      message: `The recording ${file} cannot be read: ${messageOf(error)}`,
      hint: 'Name a readable file, such as mock:recordings/car.txt.',
      cause: error,
    });
  }
}
