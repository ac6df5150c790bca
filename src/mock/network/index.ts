/**
 * network: what the car's gateways have in common, whichever protocol they speak: connections of testers with their
 * faults, and ends to listen on. Each protocol has a codec of its own.
 */
export * from './carriage.ts';
export * from './listen.ts';
export * from './socket-wire.ts';
export * from './tester-connection.ts';
