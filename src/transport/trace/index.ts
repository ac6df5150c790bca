/**
 * trace: recorded sessions. A recorder goes around any transport and writes down what passes; a replay is a transport
 * that answers from what was written. The format itself is `recording/trace.ts`.
 */
export * from './recorder.ts';
export * from './replay.ts';
export * from './replay-link.ts';
export * from './trace-file.ts';
