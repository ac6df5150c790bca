/**
 * dcan: a K+DCAN cable in the socket of the car, as a device on a serial line. Written from public clients, apart from
 * `transport/dcan`.
 */
export * from './cable.ts';
