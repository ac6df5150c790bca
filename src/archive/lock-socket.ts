import { connect, createServer, type Server } from 'node:net';
import type { Clock } from '../core/index.ts';
import { errnoOf } from './file-system.ts';
import type { HeldLock, LockHeld } from './lock-holder.ts';

const MAX_TRIES = 3;
const ANSWER_MS = 500;

/** An abstract socket (Linux) or a named pipe (Windows): the first to listen holds it, and the kernel gives it back. */
export async function lockSocket(
  key: string,
  { clock, platform }: { readonly clock: Clock; readonly platform: string },
): Promise<HeldLock | LockHeld> {
  const path = platform === 'win32' ? `\\\\.\\pipe\\${key}` : `\0${key}`;
  let holder: LockHeld = { heldBy: undefined };
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const server = await listen(path);
    if (server !== undefined) return { release: () => new Promise((resolve) => server.close(() => resolve())) };
    const answer = await askHolder(path, clock);
    // Nobody there any more: the holder ended between the two calls.
    if (answer === 'gone') continue;
    holder = answer;
    break;
  }
  return holder;
}

/** Undefined where somebody listens already. */
function listen(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      // A caller that is gone before the answer is no concern of the lock.
      socket.on('error', () => undefined);
      // Destroyed once sent: a caller that never hangs up must not hold up the release.
      socket.end(String(process.pid), () => socket.destroy());
    });
    server.once('error', (error) => {
      if (errnoOf(error) === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen({ path }, () => {
      server.unref();
      resolve(server);
    });
  });
}

function askHolder(path: string, clock: Clock): Promise<LockHeld | 'gone'> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    let text = '';
    // A holder that is stopped, or busy, holds all the same.
    const timer = clock.timer(ANSWER_MS, () => finish(undefined));
    const finish = (answer: 'gone' | undefined) => {
      timer.cancel();
      socket.destroy();
      resolve(answer ?? { heldBy: /^\d{1,10}$/.test(text) ? Number(text) : undefined });
    };
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text = (text + chunk).slice(0, 16);
    });
    socket.once('end', () => finish(undefined));
    socket.once('error', (error) => finish(['ECONNREFUSED', 'ENOENT'].includes(errnoOf(error) ?? '') ? 'gone' : undefined));
  });
}
