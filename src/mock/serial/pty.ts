import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { KombiError } from '../../core/index.ts';
import type { SerialDevice } from './device.ts';

export interface Pty {
  /** A serial port to any program: a link to the pseudo-terminal. */
  readonly path: string;
  /** Unplugs the device too. */
  close(): Promise<void>;
}

/**
 * Puts a device behind a pseudo-terminal, by means of `socat`. Keeps no process alive.
 *
 * @param name what the port is called, and its folder with it
 * @throws {KombiError} `mock.no-socat` when socat cannot be started, `mock.pty` when it makes no terminal
 */
export async function startPty(device: SerialDevice, name: string): Promise<Pty> {
  const path = join(mkdtempSync(join(tmpdir(), `kombi-${name}-`)), name);
  let socat: ChildProcessWithoutNullStreams;
  try {
    socat = await startSocat(path);
  } catch (error) {
    device.close();
    rmSync(dirname(path), { recursive: true, force: true });
    throw error;
  }

  let open = true;
  const ended = new Promise<void>((resolve) => socat.once('exit', () => resolve()));
  const release = () => {
    if (!open) return;
    open = false;
    device.close();
    socat.kill();
    rmSync(dirname(path), { recursive: true, force: true });
  };
  socat.once('exit', release);
  socat.stdout.on('data', (bytes: Buffer) => device.feed(bytes));
  socat.stdin.on('error', release);
  device.connect({ output: (bytes) => socat.stdin.write(bytes), unplugged: release });
  return {
    path,
    close: () => {
      // Who waits for the end is held up by it.
      socat.ref();
      release();
      return ended;
    },
  };
}

/** What socat logs when both its ends are open, and the link is there. */
const SOCAT_READY = 'starting data transfer loop';

/** Resolves when socat says that its terminal is there. */
function startSocat(path: string): Promise<ChildProcessWithoutNullStreams> {
  const child = spawn('socat', ['-d', '-d', `pty,raw,echo=0,link=${path}`, '-'], { stdio: 'pipe' });
  return new Promise((resolve, reject) => {
    let said = '';
    child.once('error', (cause) => {
      reject(
        new KombiError({
          code: 'mock.no-socat',
          message: 'There is no serial port for other programs without socat, and it cannot be started',
          hint: 'Install socat (apt install socat, brew install socat), or use the TCP port of the mock adapter.',
          cause,
        }),
      );
    });
    child.once('exit', () => {
      reject(
        new KombiError({
          code: 'mock.pty',
          message: `No pseudo-terminal from socat: ${said.trim().split('\n').at(-1)}`,
          hint: 'Use the TCP port of the mock adapter.',
        }),
      );
    });
    child.stderr.on('data', (bytes: Buffer) => {
      // socat goes on to log; only what it says before its terminal is there can matter.
      if (said.includes(SOCAT_READY)) return;
      said += bytes.toString('latin1');
      if (!said.includes(SOCAT_READY)) return;
      // The streams of a child are sockets, and hold the process up like any other.
      for (const handle of [child, child.stdin, child.stdout, child.stderr]) (handle as unknown as Socket).unref();
      resolve(child);
    });
  });
}
