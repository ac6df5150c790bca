import type { KombiError } from '../core/index.ts';
import type { CommandSpec, Outcome } from './command.ts';
import type { Context } from './context.ts';
import type { Input } from './input.ts';

/**
 * Runs one command to its end and tells its result. `path` is its name, with those in front of it.
 *
 * @returns what went wrong although there was a result; with `--json` it has been told
 */
export async function runCommand(
  spec: CommandSpec,
  path: readonly string[],
  { context, input }: { context: Context; input: Input },
): Promise<KombiError | undefined> {
  let outcome: Outcome | undefined;
  try {
    outcome = await spec.run?.(context, input);
  } finally {
    await context[Symbol.asyncDispose]();
  }
  // Told only when all is put away: what fails there must not follow a success.
  if (outcome !== undefined) await context.finish(path.join('-'), outcome);
  return outcome?.error;
}
