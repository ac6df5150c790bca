import { once } from 'node:events';
import { connect } from 'node:net';
import { onTestFinished } from 'vitest';

/** Linux answers on all of 127/8, so that one of them can stand for "another address of this computer". */
export const ANOTHER_ADDRESS = '127.0.0.2';
export const isLinux = process.platform === 'linux';

/** `open`, or the error that a connection to {@link ANOTHER_ADDRESS} ended in. */
export async function knock(port: number): Promise<string> {
  const socket = connect(port, ANOTHER_ADDRESS);
  onTestFinished(() => void socket.destroy());
  return Promise.race([
    once(socket, 'connect').then(
      () => 'open',
      (error: NodeJS.ErrnoException) => error.code ?? '',
    ),
    once(socket, 'error').then(([error]) => (error as NodeJS.ErrnoException).code ?? ''),
  ]);
}
