import { CommanderError } from 'commander';
import { EXIT, type ExitStatus, KombiError } from '../core/index.ts';
import { commands } from './commands/index.ts';
import { Context, readGlobals } from './context.ts';
import { toJsonLine } from './escape.ts';
import { Input } from './input.ts';
import type { Io } from './io.ts';
import { buildProgram, type ProgramHooks } from './program.ts';
import { describeError, errorLines } from './report-error.ts';
import { runCommand } from './run-command.ts';
import { styleFor } from './style.ts';
import { widthOf } from './text.ts';

/**
 * Runs one command line, given without the program's name, and tells the exit status. Everything that goes wrong is
 * told here and nowhere else.
 */
export async function execute(words: readonly string[], io: Io): Promise<ExitStatus> {
  const json = words.includes('--json');
  let called = ['kombi'];
  let printed = '';
  let failure: KombiError | undefined;
  const hooks: ProgramHooks = {
    env: io.env,
    columns: io.stdout.columns,
    print: (text) => {
      printed += text;
    },
    run: async (spec, path, given, command) => {
      called = [...path];
      const context = new Context(io, readGlobals(command.optsWithGlobals()), words);
      failure = await runCommand(spec, path, { context, input: new Input(given, command.opts()) });
    },
  };
  try {
    // Asked by the scripts of `kombi completion`; no command, so that whatever was typed so far cannot be misread.
    if (words[0] === '__complete') {
      const { completions } = await import('./complete.ts');
      io.stdout.write(
        completions(await buildProgram(hooks, true), words.slice(1))
          .map((offer) => `${offer}\n`)
          .join(''),
      );
      return EXIT.done;
    }
    const program = await buildProgram(hooks);
    if (words.length === 0) return await overview(io, program.helpInformation());
    await program.parseAsync(helpLast(words), { from: 'user' });
    if (failure === undefined) return EXIT.done;
    return json ? failure.exit : await tell(failure, { io, words, json, called });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) {
      io.stdout.write(printed);
      return EXIT.done;
    }
    const command = commands.find(({ name }) => words.includes(name))?.name;
    if (called[0] === 'kombi' && command !== undefined) called = [command];
    return await tell(error, { io, words, json, called });
  }
}

interface Failure {
  readonly io: Io;
  readonly words: readonly string[];
  readonly json: boolean;
  readonly called: readonly string[];
}

async function tell(thrown: unknown, { io, words, json, called }: Failure): Promise<ExitStatus> {
  const error = describeError(usageErrorOf(thrown, called) ?? thrown, io.signal);
  if (json) {
    const { code, hint } = error;
    const message = [error.message, ...error.items].join('\n');
    const result = { schema: `kombi/${called.join('-')}@1`, ok: false, vehicle: error.vehicle, error: { code, message, hint } };
    io.stdout.write(toJsonLine(result));
  } else {
    const style = await styleFor(io.stderr, io, !words.includes('--no-color'));
    const width = widthOf(io.env['COLUMNS'], io.stderr.columns);
    io.stderr.write(errorLines(error, { style, width, verbose: words.includes('--verbose') }));
  }
  return error.exit;
}

/** Commander's complaints, as ours; undefined where it is not one of them. */
function usageErrorOf(error: unknown, called: readonly string[]): KombiError | undefined {
  if (!(error instanceof CommanderError)) return undefined;
  const help = `Run \`${['kombi', ...(called[0] === 'kombi' ? [] : called), '--help'].join(' ')}\` to see what it takes.`;
  // The help of a command that has only subcommands; there is nothing to quote.
  if (error.code === 'commander.help') return new KombiError({ code: 'usage.command', message: 'A command is missing', hint: help });
  const [, message, suggestion] = /^(?:error: )?(.*?)\s*(?:\(Did you mean (.*)\?\))?$/s.exec(error.message) ?? [];
  return new KombiError({
    code: error.code === 'commander.unknownCommand' ? 'usage.command' : 'usage.option',
    message: capitalized(message ?? error.message),
    hint: suggestion === undefined ? help : `Did you mean ${suggestion}? ${help}`,
  });
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `help backup create` as `backup create --help`: commander answers the first before a command is loaded. */
function helpLast(words: readonly string[]): string[] {
  return words[0] === 'help' && words.length > 1 ? [...words.slice(1), '--help'] : [...words];
}

/** `kombi` alone. */
async function overview(io: Io, help: string): Promise<ExitStatus> {
  if (!io.stdout.isTerminal) {
    io.stdout.write(help);
    return EXIT.usage;
  }
  const style = await styleFor(io.stdout, io, true);
  const steps = [
    ['kombi demo', 'the whole job on a mock car, in half a minute'],
    ['kombi adapters', 'what this computer could reach a car through'],
    ['kombi info', 'which car it is, and its ECUs'],
    ['kombi messages hide 299', 'the usual reason to be here; shows a plan first'],
    ['kombi undo', 'takes the last job back'],
  ].map(([command = '', what]) => `  ${style.mark(command)}${' '.repeat(26 - command.length)}${what}`);
  io.stdout.write(`${style.heading('kombi codes BMW control units, carefully.')}\n\n${steps.join('\n')}\n\n${help}`);
  return EXIT.done;
}
