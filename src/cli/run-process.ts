import { execute } from './execute.ts';
import { processIo } from './process-io.ts';

/** Runs words in this process, on its own terminal. Everything that the program loads is behind this one import. */
export async function runProcess(words: readonly string[]): Promise<void> {
  process.exitCode = await execute(words, processIo());
}
