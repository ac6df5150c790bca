import { type Command, CommanderError } from 'commander';
import { EXIT, type ExitStatus, KombiError } from '../core/index.ts';
import type { Outcome } from './command.ts';
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
 *
 * @param hear gets what the command has done, when that has been told
 */
export async function execute(words: readonly string[], io: Io, hear?: (outcome: Outcome) => void): Promise<ExitStatus> {
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
      const outcome = await runCommand(spec, path, { context, input: new Input(given, command.opts()) });
      failure = outcome?.error;
      if (outcome !== undefined) hear?.(outcome);
    },
  };
  try {
    // Asked by the scripts of `kombi completion`; no command, so that whatever was typed so far cannot be misread.
    if (words[0] === '__complete') {
      const [{ completions }, { allRecipes }] = await Promise.all([import('./complete.ts'), import('./own-recipes.ts')]);
      const recipes = async () => (await allRecipes(new Context(io, readGlobals({}), words))).map(({ id }) => id);
      const offers = await completions(await buildProgram(hooks, true), words.slice(1), { recipes });
      io.stdout.write(offers.map((offer) => `${offer}\n`).join(''));
      return EXIT.done;
    }
    // Asked by the build, which puts the page where npm looks for it.
    if (words[0] === '__man') {
      io.stdout.write(await (await import('./man-page.ts')).manPage());
      return EXIT.done;
    }
    const program = await buildProgram(hooks);
    if (isBare(program, words)) return await assist(io, words, program);
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

/** `kombi` alone, or with options that hold for every command. */
function isBare(program: Command, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const { operands, unknown } = program.parseOptions([...words]);
  return operands.length === 0 && unknown.length === 0;
}

/** Leads through, where somebody is there to be led. */
async function assist(io: Io, words: readonly string[], program: Command): Promise<ExitStatus> {
  const globals = readGlobals(program.opts());
  if (globals.json)
    throw new KombiError({ code: 'usage.command', message: 'A command is missing', hint: 'Run `kombi --help` to see what there is.' });
  if (!io.stdout.isTerminal || !io.stderr.isTerminal || !io.stdin.isTerminal) {
    io.stdout.write(program.helpInformation());
    return EXIT.usage;
  }
  if (globals.trace !== undefined) {
    throw new KombiError({
      code: 'usage.option',
      message: 'The assistant records nothing',
      hint: 'It shows each command that it runs: run the one that matters with --trace.',
    });
  }
  await using context = new Context(io, globals, words);
  const { assist: lead } = await import('./assistant/index.ts');
  return await lead(context, execute);
}
