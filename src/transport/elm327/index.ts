/**
 * elm327: diagnostic messages through an ELM327 or one of its kin, over a serial port or WiFi. From the wire up: a byte
 * stream, `line-splitter` and `chip` (the line discipline), `adapter-setup` (who is it), `adapter-findings` (what it can do,
 * as a value), `ladder` (the best of three ways, each a `message-path`: `stn-path`, `raw-path`, `slow-path`), `adapter-session`
 * (a chip from found to left), `transport` (messages); and `probe-adapter` with `probe-table` (what an adapter can really do). On all ways but the STN's the chip carries bare frames (`can-channel`).
 */
export type { AdapterFindings, AdapterNotes, AdapterTraffic, Rung } from './adapter-findings.ts';
export type { AdapterProbe, AdapterProbeExchange, AdapterProbeResult, ProbeOutcome } from './adapter-probe.ts';
export { unfit } from './adapter-setup.ts';
export { createElm327Link } from './link.ts';
export { createElm327Transport, type Elm327Transport, type Elm327TransportOptions } from './transport.ts';
