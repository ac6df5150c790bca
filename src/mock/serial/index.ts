/**
 * serial: how programs reach a device on a serial line: a mock serial port of this process, or a pseudo-terminal.
 */
export type { SerialCounters, SerialDevice, SerialHost } from './device.ts';
export * from './pty.ts';
export * from './serial-port.ts';
