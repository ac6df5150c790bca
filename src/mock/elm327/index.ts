/**
 * The adapter between the wire and the car: an ELM327 as its data sheet and its clones behave, in characters at a
 * modelled line rate, and two ends to reach it by: a TCP server as WiFi adapters have, a pty; `serial/` has the mock
 * serial port. Written from the chip's documentation; it knows nothing of the client.
 */
export * from './adapter.ts';
export { PERSONALITIES, type Personality, type PersonalityName, personalityNames } from './personality.ts';
export * from './pty.ts';
export * from './tcp-server.ts';
