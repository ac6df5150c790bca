import { closeSync, openSync, writeSync } from 'node:fs';
import { copyBytes, KombiError, messageOf } from '../../core/index.ts';
import { createRedactor, encodeTraceEvent, encodeTraceHeader, isTracedMessage, type TraceEvent } from '../../recording/index.ts';
import type { TraceSink } from './recorder.ts';

export interface TraceFileOptions {
  readonly path: string;
  /** Leave out VIN and serial numbers. */
  readonly redact?: boolean;
  /** The disk is full, or gone: nothing more is recorded, and the job goes on. */
  readonly onProblem: (error: Error) => void;
}

/** A car is asked for its VIN before anything else; a session in which it tells none must not wait in memory for ever. */
const MAX_HELD = 64;

/**
 * A file that takes a trace, for its owner alone. Lines are written at once: the last ones matter most when a program or
 * a cable dies.
 *
 * To redact while recording: what comes before the VIN is held back until the car has told it, because nobody knows what
 * to leave out before. Whatever is told later, such as an ECU's serial number, is taken out of the lines that stand there
 * already too: what replaces it is as long, so the line is written over in its place.
 *
 * @throws {KombiError} `usage.trace` (exit 2) where the file cannot be written
 */
export function openTraceFile({ path, redact = false, onProblem }: TraceFileOptions): TraceSink {
  const lines = openLines(path, onProblem);
  return redact ? redacting(lines) : { begin: (header) => void lines.add(encodeTraceHeader(header)), ...plain(lines) };
}

interface Lines {
  add(text: string): number;
  replace(offset: number, text: string): void;
  close(): void;
}

function openLines(path: string, onProblem: (error: Error) => void): Lines {
  let file: number | undefined;
  try {
    file = openSync(path, 'w', 0o600);
  } catch (error) {
    throw new KombiError({
      code: 'usage.trace',
      message: `The trace ${path} cannot be written: ${messageOf(error)}`,
      hint: 'Name a file in a folder of yours.',
    });
  }
  let end = 0;
  const guarded = (work: (file: number) => void) => {
    if (file === undefined) return;
    const open = file;
    try {
      work(open);
    } catch (error) {
      file = undefined;
      closeSync(open);
      onProblem(error as Error);
    }
  };
  return {
    add: (text) => {
      const offset = end;
      // A trace is ASCII: as many bytes as characters.
      end += text.length;
      guarded((open) => void writeSync(open, text, offset));
      return offset;
    },
    replace: (offset, text) => guarded((open) => void writeSync(open, text, offset)),
    close: () => {
      guarded(closeSync);
      file = undefined;
    },
  };
}

function plain(lines: Lines): Pick<TraceSink, 'add' | 'close'> {
  return { add: (event) => void lines.add(encodeTraceEvent(event)), close: () => lines.close() };
}

function redacting(lines: Lines): TraceSink {
  const redactor = createRedactor();
  const written: { readonly offset: number; readonly event: TraceEvent }[] = [];
  let held: TraceEvent[] | undefined = [];

  const write = (event: TraceEvent) => {
    written.push({ offset: lines.add(encodeTraceEvent(redactor.redact(event))), event });
  };
  const release = () => {
    const waiting = held ?? [];
    held = undefined;
    for (const event of waiting) write(event);
  };
  const lookAgain = (known: number) => {
    for (const { offset, event } of written) {
      if (redactor.redact(event, known) !== event) lines.replace(offset, encodeTraceEvent(redactor.redact(event)));
    }
  };
  return {
    begin: (header) => void lines.add(encodeTraceHeader({ ...header, redacted: true })),
    add: (event) => {
      const own = isTracedMessage(event) ? { ...event, payload: copyBytes(event.payload) } : event;
      const known = redactor.secrets;
      if (redactor.learn(own)) lookAgain(known);
      if (held === undefined) {
        write(own);
        return;
      }
      held.push(own);
      if (redactor.knowsVin || held.length === MAX_HELD) release();
    },
    close: () => {
      release();
      lines.close();
    },
  };
}
