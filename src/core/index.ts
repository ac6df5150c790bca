/**
 * core: bytes, brands, tables, errors and time. No I/O, imports nothing, and every other
 * room may import it.
 */
export * from './brands.ts';
export * from './bytes.ts';
export * from './clock.ts';
export * from './csv.ts';
export * from './errors.ts';
export * from './evidence.ts';
export * from './ignition.ts';
export * from './lazily.ts';
export * from './virtual-clock.ts';
