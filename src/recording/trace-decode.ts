import { EXIT, ecuAddress, KombiError } from '../core/index.ts';
import {
  MAX_TRACE_BYTES,
  TRACE_MAGIC,
  TRACE_VERSION,
  type Trace,
  type TracedLink,
  type TracedMessage,
  type TracedStep,
  type TraceEvent,
  type TraceHeader,
} from './trace.ts';

/** Far more than any session has; what an event takes in memory is many times its line. */
const MAX_EVENTS = 500_000;
const EVENT = /^(\d{1,12}(?:\.\d{1,6})?) ([><=]) (\S+)(?: (.*))?$/;
const HEADER = /^# (tool|date|link|redacted): (.*)$/;
const BYTES = /^[0-9A-Fa-f]{2}(?: [0-9A-Fa-f]{2})*$/;
const OPEN =
  /^([A-Z0-9]{1,16}) payload=(\d{1,7}) functional=(yes|no) duplex=(yes|no) proven=(yes|no)(?: voltage=(\d{1,4}(?:\.\d{1,20})?))?(?: firmware=(.*))?$/;
const FAILED = /^(open|send|receive|proof) ([a-z]+(?:\.[a-z0-9-]+)+) (\d{1,3})(?: (.*))?$/;

/** Whether bytes claim to be a trace of ours, of whatever version. */
export function looksLikeTrace(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes.subarray(0, TRACE_MAGIC.length)) === TRACE_MAGIC;
}

/**
 * Reads a trace.
 *
 * @param name what the file is called in errors
 * @throws {KombiError} `usage.trace` (exit 2) naming the line that is wrong, or where it is no trace or larger than 16
 *   MiB; `trace.newer-format` (exit 10) where a newer version wrote it
 * @see Trace for the format
 */
export function decodeTrace(bytes: Uint8Array, name = 'The trace'): Trace {
  if (bytes.length > MAX_TRACE_BYTES) throw tooLarge(name, `has ${bytes.length} bytes, and ${MAX_TRACE_BYTES} are the most`);
  const text = new TextDecoder().decode(bytes);
  let header: TraceHeader | undefined;
  let inHeader = true;
  let torn = false;
  const events: TraceEvent[] = [];
  let line = 0;
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    const row = text.slice(start, text.charCodeAt(end - 1) === 0x0d && end > start ? end - 1 : end);
    start = end + 1;
    line += 1;
    if (header === undefined) {
      checkMagic(row, name);
      header = { redacted: false };
      continue;
    }
    const field = inHeader ? HEADER.exec(row) : null;
    inHeader &&= row.startsWith('#');
    try {
      if (field !== null) header = { ...header, ...headerField(field[1], unescaped(field[2] ?? '')) };
      else if (row !== '' && !row.startsWith('#')) events.push(decodeEvent(row, line));
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      if (found >= 0) throw malformed(`${name}, line ${line}: ${error.message}`);
    }
    // Whole or not, nobody can tell: half of a last message may read as a shorter one.
    if (found < 0 && !row.startsWith('#')) {
      torn = true;
      if (events.at(-1)?.line === line) events.pop();
    }
    if (events.length > MAX_EVENTS) throw tooLarge(name, `has more than ${MAX_EVENTS} events`);
  }
  if (header === undefined) throw malformed(`${name} is empty`);
  return { header, events, torn };
}

/** What is wrong with a line, told without where it stands. */
class Malformed extends Error {}

function checkMagic(row: string, name: string): void {
  const version = /^# kombi-trace (\d{1,9})$/.exec(row)?.[1];
  if (version === undefined) throw malformed(`${name} is no trace of kombi: its first line is not "${TRACE_MAGIC}${TRACE_VERSION}"`);
  if (Number(version) > TRACE_VERSION) {
    throw new KombiError({
      code: 'trace.newer-format',
      exit: EXIT.newerFormat,
      message: `${name} is of the format ${Number(version)}, and ${TRACE_VERSION} is the newest that is known`,
      hint: 'Use the version of kombi that recorded it, or a newer one.',
    });
  }
  if (Number(version) < 1) throw malformed(`${name} is of the format 0, which there never was`);
}

function headerField(key: string | undefined, value: string): Partial<TraceHeader> {
  if (key !== 'redacted') return { [key ?? '']: value };
  if (value !== 'yes' && value !== 'no') throw new Malformed('redacted is yes or no');
  return { redacted: value === 'yes' };
}

function decodeEvent(row: string, line: number): TraceEvent {
  const [, ms, mark, word = '', rest = ''] = EVENT.exec(row) ?? [];
  if (ms === undefined) throw new Malformed('an event is milliseconds, one of > < = and what it is about');
  const at = { ms: Number(ms), line };
  if (mark === '=') return { ...at, ...decodeLinkEvent(word, rest) };
  return { ...at, kind: mark === '>' ? 'sent' : 'received', ...decodeMessage(word, rest) };
}

function decodeMessage(address: string, bytes: string): Pick<TracedMessage, 'ecu' | 'payload'> {
  if (!/^[0-9A-Fa-f]{2}$/.test(address)) throw new Malformed('an ECU address is two hex digits');
  if (!BYTES.test(bytes)) throw new Malformed('a message is bytes of two hex digits with one space between them');
  const payload = new Uint8Array((bytes.length + 1) / 3);
  for (let index = 0; index < payload.length; index += 1) payload[index] = Number.parseInt(bytes.slice(index * 3, index * 3 + 2), 16);
  return { ecu: ecuAddress(Number.parseInt(address, 16)), payload };
}

type LinkEvent<Event = TraceEvent> = Event extends unknown ? Omit<Event, 'ms' | 'line'> : never;

function decodeLinkEvent(word: string, rest: string): LinkEvent {
  switch (word) {
    case 'open':
      return { kind: 'open', link: decodeLink(rest) };
    case 'silence':
    case 'close':
      if (rest === '') return { kind: word };
      break;
    case 'ignition':
      if (rest === 'on' || rest === 'off' || rest === 'unknown') return { kind: 'ignition', ignition: rest };
      break;
    case 'proved':
      if (rest === 'yes' || rest === 'no') return { kind: 'proved', proven: rest === 'yes' };
      break;
    case 'failed': {
      const [, step, code, exit, message = ''] = FAILED.exec(rest) ?? [];
      if (code !== undefined) return { kind: 'failed', step: step as TracedStep, code, exit: Number(exit), message: unescaped(message) };
      break;
    }
  }
  throw new Malformed(`"= ${word}" is not known, or not with what stands behind it`);
}

function decodeLink(text: string): TracedLink {
  const [, adapter, payload, functional, duplex, proven, voltage, firmware] = OPEN.exec(text) ?? [];
  if (adapter === undefined) throw new Malformed('"= open" names the adapter, payload, functional, duplex and proven');
  return {
    adapter,
    maxPayloadBytes: Number(payload),
    functionalAddressing: functional === 'yes',
    keepAliveDuringRequest: duplex === 'yes',
    writesProven: proven === 'yes',
    ...(voltage === undefined ? {} : { voltage: Number(voltage) }),
    ...(firmware === undefined ? {} : { firmware: unescaped(firmware) }),
  };
}

function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  try {
    return String(JSON.parse(`"${text.replaceAll('"', '\\"')}"`));
  } catch {
    throw new Malformed('a backslash in it begins no escape');
  }
}

function malformed(message: string): KombiError {
  return new KombiError({
    code: 'usage.trace',
    message,
    hint: 'A trace is what --trace records; `kombi trace --help` tells what else can be made of one.',
  });
}

function tooLarge(name: string, what: string): KombiError {
  return new KombiError({ code: 'usage.trace', message: `${name} ${what}`, hint: 'Record a shorter session.' });
}
