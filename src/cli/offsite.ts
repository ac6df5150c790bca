import { spawn } from 'node:child_process';
import { EXIT, KombiError, messageOf } from '../core/index.ts';
import type { Context } from './context.ts';

/** What `--require-offsite` asks for: hands a backup's path to a program of the person's own, which takes it to another place. */
export type TakeOffsite = (path: string) => Promise<void>;

/**
 * The program that takes backups off this computer, where one is demanded. It is given the path as its only word, and no
 * shell reads it; what it prints is talk.
 *
 * @throws {KombiError} `usage.offsite` (exit 2) where the environment names none
 */
export function offsiteOf({ globals, io }: Context): TakeOffsite | undefined {
  if (!globals.requireOffsite) return undefined;
  const program = io.env['KOMBI_OFFSITE'];
  if (program === undefined || program === '') {
    throw new KombiError({
      code: 'usage.offsite',
      message: '--require-offsite needs a program that takes a backup to another place, and none is named',
      hint: 'Set KOMBI_OFFSITE to a program of yours: it is given the path of the backup, and 0 means that it has arrived.',
    });
  }
  return async (path) => {
    const problem = await failureOf(program, path, { env: { ...io.env }, signal: io.signal });
    if (problem === undefined) return;
    io.signal.throwIfAborted();
    throw new KombiError({
      code: 'offsite.failed',
      exit: EXIT.refused,
      message: `${program} did not take the backup to another place: ${problem}. Nothing was written`,
      hint: `The backup is here: ${path}`,
    });
  };
}

/** Undefined where the program ends with 0. */
function failureOf(program: string, path: string, options: { env: NodeJS.ProcessEnv; signal: AbortSignal }): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(program, [path], { ...options, stdio: ['ignore', 2, 2], windowsHide: true });
    child.once('error', (error) => resolve(messageOf(error)));
    child.once('close', (status, signal) => resolve(status === 0 ? undefined : `it ended with ${status ?? signal}`));
  });
}
