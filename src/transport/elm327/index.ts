/**
 * elm327: diagnostic messages through an ELM327 or one of its kin, over a serial port or WiFi. From the wire up: a byte
 * stream, `line-splitter` and `chip` (the line discipline), `adapter-setup` (who is it, raw CAN), `can-channel` (frames),
 * `transport` (messages, by way of isotp). The chip only carries frames: everything ISO-TP is done on this side.
 */
export { createElm327Link } from './link.ts';
export { createElm327Transport, type Elm327TransportOptions } from './transport.ts';
