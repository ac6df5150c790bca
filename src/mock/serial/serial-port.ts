import type { SerialPortMock } from 'serialport';
import type { SerialDevice } from './device.ts';

type MockBinding = typeof SerialPortMock.binding;
type MockPort = Awaited<ReturnType<MockBinding['open']>>;

export interface MockSerialPort {
  readonly path: string;
  /** For `new SerialPort({ path, binding, … })`; it lists and opens this port as a real binding does. */
  readonly binding: MockBinding;
  /** Pulls the cable. */
  unplug(): void;
}

export interface MockSerialPortOptions {
  readonly path: string;
  /** Largest piece that one read gives, bytes: fragmentation. */
  readonly maxReadSize?: number;
}

/** Beyond this difference in rate a UART reads rubbish. */
const RATE_TOLERANCE = 0.03;

/**
 * Puts a device behind a serial port of `SerialPortMock`.
 *
 * A port opened at another rate than the device's reads and writes rubbish. Unplugged, it behaves as measured on
 * Linux: the reader fails with "bad file descriptor", writes never finish, and the path is gone.
 *
 * @param device one that is there, or what makes it when the port is first opened
 * @see source: ecosystem.md §2 (measured)
 */
export async function createMockSerialPort(
  device: SerialDevice | (() => SerialDevice),
  { path, maxReadSize = 1024 }: MockSerialPortOptions,
): Promise<MockSerialPort> {
  const { SerialPortMock: mock } = await import('serialport');
  const base = mock.binding;
  base.createPort(path, { maxReadSize });

  let plugged = typeof device === 'function' ? undefined : device;
  let gone = false;
  let current: MockPort | undefined;

  const unplug = () => {
    gone = true;
    plugged?.close();
    // A read under way may wait for one more tick before it can be made to fail.
    setImmediate(() => {
      if (current !== undefined) failRead(current);
    });
  };
  const binding: MockBinding = {
    ...base,
    async list() {
      return (await base.list()).filter((port) => port.path !== path || !gone);
    },
    async open(options) {
      if (options.path !== path) return base.open(options);
      if (gone) throw new Error(`Error: No such file or directory, cannot open ${path}`);
      const port = await base.open(options);
      current = port;
      plugged ??= typeof device === 'function' ? device() : device;
      attach(port, plugged, () => gone);
      plugged.connect({ output: (bytes) => emit(port, garbled(bytes, port, plugged)), unplugged: unplug });
      return port;
    },
  };
  return { path, binding, unplug };
}

function attach(port: MockPort, device: SerialDevice, gone: () => boolean): void {
  const { read, write } = port;
  port.write = async (data) => {
    if (gone()) return new Promise<void>(() => {});
    await write.call(port, data);
    device.feed(garbled(data, port, device));
  };
  const status = port.get;
  port.get = async () => {
    const lines = await status.call(port);
    return device.dataSetReady === undefined ? lines : { ...lines, dsr: device.dataSetReady() };
  };
  port.read = async (buffer, offset, length) => {
    if (gone()) throw new Error('bad file descriptor');
    return read.call(port, buffer, offset, length);
  };
}

function emit(port: MockPort, bytes: Uint8Array): void {
  if (port.isOpen) port.emitData(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

/** The binding keeps its waiting read to itself, and offers no other way to make it fail. */
function failRead(port: MockPort): void {
  const inner = port as unknown as { pendingRead: ((error: Error) => void) | null };
  const { pendingRead } = inner;
  inner.pendingRead = null;
  pendingRead?.(new Error('bad file descriptor'));
}

function garbled(bytes: Uint8Array, port: MockPort, device: SerialDevice | undefined): Uint8Array {
  const rate = port.port.openOpt?.baudRate;
  if (device === undefined || rate === undefined || Math.abs(rate / device.baud - 1) <= RATE_TOLERANCE) return bytes;
  return bytes.map((byte) => byte ^ 0xe6);
}
