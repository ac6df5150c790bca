/**
 * The adapter between the wire and the car: an ELM327 as its data sheet and its clones behave, in characters at a
 * modelled line rate, and three ends to reach it by: a mock serial port, a TCP server as WiFi adapters have, a pty.
 * Written from the chip's documentation; it knows nothing of the client.
 */
export * from './adapter.ts';
export type { SerialDevice, SerialHost } from './device.ts';
export { PERSONALITIES, type PersonalityName, personalityNames } from './personality.ts';
export * from './pty.ts';
export * from './serial-port.ts';
export * from './tcp-server.ts';
