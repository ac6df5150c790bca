/**
 * dcan: diagnostic messages through a K+DCAN cable on a serial port, as BMW-FAST telegrams. The cable speaks CAN and
 * ISO-TP itself, repeats what it is sent, and shows the ignition on a line of the port.
 */
export * from './dcan-connection.ts';
export * from './dcan-link.ts';
export * from './dcan-transport.ts';
export * from './telegram.ts';
