/**
 * transport: one diagnostic message to one ECU, and its answers. `transport.ts` is the contract, `link.ts` the
 * factory; each folder is one way to carry a message. An advertised transport passes `test/contract`.
 */
export * from './byte-stream.ts';
export * from './link.ts';
export * from './transport.ts';
