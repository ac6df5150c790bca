import type { CommandSpec, Outcome } from './command.ts';
import type { Context } from './context.ts';
import type { Input } from './input.ts';

/**
 * Runs one command to its end and tells its result. `path` is its name, with those in front of it.
 *
 * @returns what it has done, where it tells that; with `--json` also what went wrong in it has been told
 */
export async function runCommand(
  spec: CommandSpec,
  path: readonly string[],
  { context, input }: { context: Context; input: Input },
): Promise<Outcome | undefined> {
  let outcome: Outcome | undefined;
  try {
    outcome = await spec.run?.(context, input);
  } finally {
    await context[Symbol.asyncDispose]();
  }
  // Told only when all is put away: what fails there must not follow a success.
  if (outcome !== undefined) await context.finish(path.join('-'), outcome);
  return outcome;
}
