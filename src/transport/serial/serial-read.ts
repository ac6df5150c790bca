import { read } from 'node:fs';
import { promisify } from 'node:util';

const readFile = promisify(read);
const NOTHING_YET: readonly unknown[] = ['EAGAIN', 'EWOULDBLOCK', 'EINTR'];

/** What serialport's bindings for Linux and macOS have inside; Windows and the mock do not. */
interface PolledPort {
  readonly isOpen: boolean;
  readonly fd: number | null;
  readonly poller: {
    once(event: 'readable', listener: (error: Error | null) => void): void;
    on(event: 'readable' | 'writable', listener: () => void): void;
  };
  read(buffer: Buffer, offset: number, length: number): Promise<{ buffer: Buffer; bytesRead: number }>;
}

/**
 * Mends two faults of serialport 13 in the open port of its native bindings. Other ports are left as they are.
 *
 * A hang-up (adapter pulled, other end of a pty closed) between two reads gives reads of 0 bytes; serialport repeats
 * them without end (bindings-cpp issue 162), taking a core and ever more memory, and tells nobody.
 *
 * From Node 26.4 on, what the native poller calls runs without draining promises, so reads hang until something else
 * wakes the event loop (node-serialport issue 3148).
 */
export function mendNativePort(native: unknown): void {
  if (!isPolled(native)) return;
  native.read = (buffer, offset, length) => readOrHangUp(native, buffer, offset, length);
  for (const event of ['readable', 'writable'] as const) native.poller.on(event, () => setImmediate(() => {}));
}

async function readOrHangUp(
  port: PolledPort,
  buffer: Buffer,
  offset: number,
  length: number,
): Promise<{ buffer: Buffer; bytesRead: number }> {
  for (;;) {
    // The stream above takes `canceled` for our own close, and any other error for a loss.
    if (!port.isOpen || port.fd === null) throw Object.assign(new Error('the port is closed'), { canceled: true });
    try {
      const { bytesRead } = await readFile(port.fd, buffer, offset, length, null);
      if (bytesRead === 0) throw new Error('the port hung up');
      return { buffer, bytesRead };
    } catch (error) {
      if (!NOTHING_YET.includes((error as NodeJS.ErrnoException).code)) throw error;
    }
    // Closed meanwhile, its poller is gone, and to wait for that ends the process.
    if (!port.isOpen) continue;
    await new Promise<void>((resolve, reject) => port.poller.once('readable', (error) => (error ? reject(error) : resolve())));
  }
}

function isPolled(native: unknown): native is PolledPort {
  return typeof native === 'object' && native !== null && 'poller' in native && 'fd' in native;
}
