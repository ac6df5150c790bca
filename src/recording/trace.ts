import type { EcuAddress, Ignition } from '../core/index.ts';

/**
 * A recorded session in the project's own text format: log, fixture, bug report and replay are one file.
 *
 * ```text
 * # kombi-trace 1
 * # tool: kombi 0.1.0
 * # date: 2026-11-20T10:15:30.000Z
 * # link: ELM327 at /dev/ttyUSB0
 * # redacted: no
 * 812.4 = open ELM327 payload=4095 functional=yes duplex=no proven=no voltage=13.4 firmware=ELM327 v2.1
 * 812.4 > 10 22 F1 90
 * 823.9 < 10 62 F1 90 57 42 41 36 43 39 32 30 31 30 44 30 30 30 30 30 31
 * 824.0 > 99 22 F1 90
 * 1874.0 = silence
 * 1874.0 = ignition unknown
 * 1880.2 = close
 * ```
 *
 * Shape   ASCII, one thing a line, LF (CRLF is taken). The first line names the format and its version; the lines
 *         `# key: value` right behind it are the header. Any other line that starts with `#`, and an empty one, says
 *         nothing. Every other line is an event: milliseconds since the link was made, a mark, and
 *         `> ECU bytes`  a message sent; written before it leaves, so it may not have arrived
 *         `< ECU bytes`  a message received, written when the program took it
 *         `= open KIND name=value…`  the link is open; what the transport said of itself, `firmware` last
 *         `= silence`  a wait ended at its deadline and nothing had come
 *         `= ignition on|off|unknown`, `= proved yes|no`  what the link itself was asked
 *         `= failed open|send|receive|proof CODE EXIT TEXT`  what the wait or the sending above ended with
 *         `= close`
 *         Text runs to the end of its line; what is no printable ASCII is escaped as in JSON, and so is a backslash.
 * Units   milliseconds with a decimal fraction; ECU addresses two hex digits; bytes two, with spaces between them.
 *         A payload is a UDS or KWP message without framing.
 *
 * A last line without its end is one that was being written when the program died: it is left out and told as `torn`.
 */
export interface Trace {
  readonly header: TraceHeader;
  readonly events: readonly TraceEvent[];
  /** The last line was cut off in the middle. */
  readonly torn: boolean;
}

/** What stands above the events. All of it is text for people, but `redacted`. */
export interface TraceHeader {
  /** Name and version of the program that recorded. */
  readonly tool?: string;
  /** When the recording began, ISO 8601. */
  readonly date?: string;
  /** Where the link led. */
  readonly link?: string;
  /** Whether VIN and serial numbers have been taken out. */
  readonly redacted: boolean;
}

/** What a transport said of itself when it was opened. */
export interface TracedLink {
  /** `ENET`, `ELM327`. */
  readonly adapter: string;
  readonly firmware?: string;
  /** At the adapter, volts. */
  readonly voltage?: number;
  readonly maxPayloadBytes: number;
  readonly functionalAddressing: boolean;
  readonly keepAliveDuringRequest: boolean;
  readonly writesProven: boolean;
}

export type TracedStep = 'open' | 'send' | 'receive' | 'proof';

interface At {
  /** Milliseconds since the link was made. */
  readonly ms: number;
  /** Its line in the file it came from, from 1. */
  readonly line?: number;
}

export interface TracedMessage extends At {
  readonly kind: 'sent' | 'received';
  readonly ecu: EcuAddress;
  readonly payload: Uint8Array;
}

/** What a wait or a sending ended with, as the error that was thrown. */
export interface TracedFailure extends At {
  readonly kind: 'failed';
  readonly step: TracedStep;
  readonly code: string;
  readonly exit: number;
  readonly message: string;
}

export type TraceEvent =
  | TracedMessage
  | TracedFailure
  | (At & { readonly kind: 'open'; readonly link: TracedLink })
  | (At & { readonly kind: 'silence' | 'close' })
  | (At & { readonly kind: 'ignition'; readonly ignition: Ignition })
  | (At & { readonly kind: 'proved'; readonly proven: boolean });

export const TRACE_VERSION = 1;
/** Largest file taken, bytes; a whole car over ENET makes about one MiB. */
export const MAX_TRACE_BYTES = 16 * 1024 * 1024;
/** The first words of every file of the format. */
export const TRACE_MAGIC = '# kombi-trace ';

export function isTracedMessage(event: TraceEvent): event is TracedMessage {
  return event.kind === 'sent' || event.kind === 'received';
}
