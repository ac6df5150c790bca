/**
 * mock: the car on the other end of the wire. A profile (`fixtures/vehicles`) describes a car; `Car` is its ECUs and
 * what they share; the wire ends, gateways (`hsfz/`, `doip/`), an ELM327 on a CAN bus (`elm327/`, `can/`) and a K+DCAN cable (`dcan/`), speak for
 * it. Everything here is written apart from the client: no codec is shared, so that no bug can hide in both ends.
 */
export * from './car.ts';
export * from './car-port.ts';
export * from './dashboard.ts';
export * from './diff-states.ts';
export * from './doip/index.ts';
export * from './fault-board.ts';
export type { FaultKind, FaultValue } from './fault-kind.ts';
export { FAULT_KINDS } from './fault-kinds.ts';
export * from './hsfz/index.ts';
export * from './load-profile.ts';
export * from './parse-fault.ts';
export type { EcuPart, EcuProfile, Profile, StoredMessage, TroubleCode } from './profile.ts';
export * from './recorded/recorded-car.ts';
export * from './sos-button.ts';
export { type CarState, canonicalJson, type EcuState, type VolatileState } from './state.ts';
