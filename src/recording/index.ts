/**
 * recording: file formats of recorded sessions and cars, as pure codecs. Text in, values out and back; no file is
 * opened here and no car is asked. What a recording is good for is decided by who plays it: the mock car, or a replay.
 */
export * from './edi-sim.ts';
export * from './edi-text.ts';
export type * from './exchange.ts';
export type { Recording } from './recording.ts';
export { fillTemplates, matches, requestTelegram } from './rule.ts';
export * from './trace.ts';
export * from './trace-capture.ts';
export * from './trace-decode.ts';
export * from './trace-encode.ts';
export * from './trace-exchanges.ts';
export * from './trace-redaction.ts';
