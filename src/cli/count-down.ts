import type { Context } from './context.ts';

const ERASE_LINE = '\r\u001b[K';
const BELL = '\u0007';
const TICK_MS = 1000;

/**
 * Waits so many seconds, telling on the terminal how many are left, and rings at the end. By the calendar where there is
 * one: a computer that slept meanwhile has waited too.
 *
 * @throws {KombiError} `signal.*` (exit 130, 143) at once when somebody stops the program
 */
export async function countDown({ io }: Context, seconds: number): Promise<void> {
  const { clock, stderr, signal } = io;
  const nowMs = () => clock.wallMs?.() ?? clock.now();
  const endMs = nowMs() + seconds * TICK_MS;
  try {
    for (let leftMs = endMs - nowMs(); leftMs > 0; leftMs = endMs - nowMs()) {
      if (stderr.isTerminal) stderr.write(`${ERASE_LINE}    ${minutes(Math.ceil(leftMs / TICK_MS))} · Ctrl-C stops`);
      await clock.sleep(Math.min(TICK_MS, leftMs), signal);
    }
    if (stderr.isTerminal) stderr.write(BELL);
  } finally {
    if (stderr.isTerminal) stderr.write(ERASE_LINE);
  }
}

/** `0:40`, `19:05` */
function minutes(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
