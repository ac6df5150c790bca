/**
 * enet: BMW's HSFZ over TCP, as the gateway (ZGW) behind an ENET cable speaks it, with discovery over UDP. One
 * connection carries diagnostic messages for every ECU of the car; the gateway acknowledges each and routes it.
 */
export * from './discovery.ts';
export * from './enet-link.ts';
export * from './enet-transport.ts';
export * from './find-gateways.ts';
export * from './hsfz-control.ts';
export * from './hsfz-frame.ts';
export type { Gateway } from './identification.ts';
export * from './receive-buffer.ts';
