/**
 * gateway: what HSFZ and DoIP have in common: one TCP connection that carries messages for every ECU of the car, each
 * acknowledged before it is routed, and a question to all networks that finds it.
 */
export * from './ask-networks.ts';
export * from './gateway-connection.ts';
export * from './gateway-transport.ts';
export * from './only-gateway.ts';
