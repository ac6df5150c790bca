/**
 * The car's diagnostic CAN (D-CAN, 500 kbit/s) as the OBD socket shows it: a bus on which frames take time and come
 * one after another, the gateway with every ECU behind it speaking ISO 15765-2 with extended addressing, and an
 * engine ECU that answers OBD-II. Written on its own: it shares no line with the client's ISO-TP.
 */
export * from './can-bus.ts';
export * from './can-frame.ts';
export * from './car-on-can.ts';
