/**
 * vehicle: who is this car, and which ECU is this? VIN, vehicle order, I-level, serials and SVKs, voltage and
 * ignition, read from whoever knows them. Everything here only reads.
 */
export * from './date.ts';
export * from './e-series/index.ts';
export * from './find-ecus.ts';
export * from './identity.ts';
export * from './live-values.ts';
export * from './read-identity.ts';
export * from './series.ts';
export * from './sos-facts.ts';
export * from './svk.ts';
export * from './uds-way.ts';
export * from './vehicle-order.ts';
export * from './vin.ts';
export * from './ways-to-ask.ts';
