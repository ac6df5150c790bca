/**
 * serial: the serial ports of this machine as byte streams, for every transport whose adapter hangs on one.
 */
export { isUsbPort, listSerialPorts, realPortPath, type SerialPortInfo } from './serial-ports.ts';
export { type OpenSerialStream, openSerialStream, type SerialByteStream, type SerialStreamOptions } from './serial-stream.ts';
