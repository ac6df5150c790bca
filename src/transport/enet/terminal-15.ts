import type { Clock, Ignition } from '../../core/index.ts';
import type { OpenByteStream } from '../byte-stream.ts';
import { Wait } from '../wait.ts';
import { HsfzControl } from './hsfz-control.ts';
import { encodeHsfzFrame } from './hsfz-frame.ts';
import { HsfzReceiveBuffer } from './receive-buffer.ts';

const TIMEOUT_MS = 1000;
const TERMINAL_15_MASK = 0x0c;
const TERMINAL_15_ON = 0x04;

/**
 * Asks the gateway's control port for terminal 15. Cars answer there "never reliably" (a comment in EdiabasLib), so
 * whatever is not an answer is "unknown" and no error.
 *
 * @throws the signal's reason when it aborts
 * @see source: bmw-diagnostics §1.5 (third-party code)
 */
export async function readTerminal15(open: OpenByteStream, clock: Clock, signal?: AbortSignal): Promise<Ignition> {
  try {
    const stream = await open(signal);
    try {
      const buffer = new HsfzReceiveBuffer();
      const wait = new Wait<Ignition>({
        clock,
        delayMs: TIMEOUT_MS,
        atDeadline: () => wait.resolve('unknown'),
        atEnd: () => {},
        signal,
      });
      stream.onLost(() => wait.resolve('unknown'));
      stream.onData((chunk) => {
        try {
          buffer.push(chunk, ({ control, body: [status] }) => {
            if (control === HsfzControl.terminal15 && status !== undefined) wait.resolve(decodeTerminal15(status));
          });
        } catch (error) {
          wait.reject(error);
        }
      });
      stream.write(encodeHsfzFrame(HsfzControl.terminal15, new Uint8Array(0)))?.catch(wait.reject.bind(wait));
      return await wait.promise;
    } finally {
      await stream.close();
    }
  } catch {
    signal?.throwIfAborted();
    return 'unknown';
  }
}

function decodeTerminal15(status: number): Ignition {
  return (status & TERMINAL_15_MASK) === TERMINAL_15_ON ? 'on' : 'off';
}
