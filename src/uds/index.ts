/**
 * uds: ISO 14229 as BMW's F and G series speak it. Codecs are pure; the client asks one question at a time over any
 * transport, takes only the answer that belongs to it, and repeats nothing but reads. What may be sent is decided
 * below it, in the write kernel of `job`.
 */
export * from './answer.ts';
export * from './client.ts';
export * from './data-identifier.ts';
export * from './did-names.ts';
export * from './dtc-records.ts';
export * from './errors.ts';
export * from './info-memory.ts';
export * from './kwp.ts';
export * from './negative-response-codes.ts';
export * from './reset.ts';
export * from './routine.ts';
export * from './services.ts';
export * from './session.ts';
export * from './tester-present.ts';
export * from './trouble-codes.ts';
