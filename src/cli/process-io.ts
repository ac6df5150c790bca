import { EXIT, systemClock } from '../core/index.ts';
import { isJobOpen } from '../job/open-jobs.ts';
import { interrupted } from './interrupted.ts';
import type { Io, Output } from './io.ts';

/** The world of a real process. */
export function processIo(): Io {
  return {
    stdout: outputTo(process.stdout),
    stderr: outputTo(process.stderr),
    stdin: {
      // Asked for late: making process.stdin costs a millisecond and few commands need it.
      get isTerminal() {
        return process.stdin.isTTY === true;
      },
      read: async () => (await import('node:stream/consumers')).text(process.stdin),
    },
    env: process.env,
    platform: process.platform,
    signal: signalOfProcess(),
    now: () => new Date(),
    clock: systemClock,
    prompter: async (style) => (await import('./prompter.ts')).createPrompter(style),
    findLinks: async () => (await import('./find-links.ts')).findLinks(),
    platformFacts: async () => (await import('./machine-facts.ts')).machineFacts(),
  };
}

function outputTo(stream: NodeJS.WriteStream): Output {
  // A reader that has seen enough (`| head`) is no failure.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  return {
    write: (text) => void stream.write(text),
    get isTerminal() {
      return stream.isTTY === true;
    },
    get columns() {
      return stream.columns;
    },
  };
}

/**
 * The first signal asks whatever runs to come to a safe end, the second ends the process at once; with a job cut off,
 * which the next run finds, its status is that of a job to recover. SIGHUP (the terminal was closed) counts as SIGTERM.
 */
function signalOfProcess(): AbortSignal {
  const controller = new AbortController();
  const stop = (name: 'SIGINT' | 'SIGTERM' | 'SIGHUP') => {
    const exit = name === 'SIGINT' ? EXIT.interrupted : EXIT.terminated;
    if (controller.signal.aborted) process.exit(isJobOpen() ? EXIT.recoveryNeeded : exit);
    controller.abort(interrupted(exit));
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  return controller.signal;
}
