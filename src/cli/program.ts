import { Command, Option } from 'commander';
import type { CommandSpec, OptionSpec } from './command.ts';
import { commands } from './commands/index.ts';
import { widthOf } from './text.ts';
import { version } from './version.ts';

export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--link <uri>',
    help: 'the car: enet:, enet://host, doip://host, elm327:///dev/ttyUSB0, elm327:COM3, elm327://host, dcan:///dev/ttyUSB0, mock:f06-sos, replay:FILE (or KOMBI_LINK)',
  },
  { flags: '--archive <dir>', help: 'where backups and journals are kept (or KOMBI_ARCHIVE)' },
  { flags: '--json', help: 'exactly one line of JSON on stdout, errors included' },
  { flags: '--yes', help: 'answer ordinary questions with yes; never consents to a write' },
  { flags: '--accept <plan-id>', help: 'consent to this one sealed plan' },
  {
    flags: '--hide-dangerous <id>',
    help: 'let a plan hide this message although it warns of danger, or nobody knows of what; once for each',
    repeatable: true,
  },
  { flags: '--trace <file>', help: 'record every message to and from the car' },
  { flags: '--redact', help: 'leave VIN and serial numbers out of what is recorded, exported or shown of a recording' },
  { flags: '--timeout <ms>', help: 'how long an ECU may take for its first answer' },
  { flags: '--require-offsite', help: 'begin a job only when the program in KOMBI_OFFSITE, given its backup, has ended with 0' },
  { flags: '--experimental', help: 'allow what nobody has proved on a car; the plan then shows whole blocks' },
  { flags: '--verbose', help: 'more detail, and the stack of an unexpected error' },
  { flags: '--no-color', help: 'no colours (also NO_COLOR, TERM=dumb)' },
  { flags: '--lang <code>', help: 'language of message labels: en or de' },
];

export const DESCRIPTION = 'Reads, backs up, changes, verifies and puts back coding in BMW control units.';

export const EXAMPLES: readonly string[] = [
  'kombi info --link enet:',
  'kombi code KOMBI:3301/CC_ACTIVIERUNG_5.5=FF:F7 --dry-run --link mock:f06-sos',
  'kombi messages hide 299 --link elm327:///dev/ttyUSB0',
  'kombi undo --link enet:',
  'kombi demo',
];

/** Where no terminal says more: help goes through a pager more often than into a program. */
const HELP_WIDTH = 80;

export interface ProgramHooks {
  /** What commander prints itself: help and the version. */
  print(text: string): void;
  run(spec: CommandSpec, path: readonly string[], given: readonly unknown[], command: Command): Promise<void>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly columns: number | undefined;
}

/**
 * The tree of commands. Only names and summaries are known at first; the arguments and options of a command are
 * loaded when it is the one that was called (all of them with `complete`, for completion scripts).
 */
export async function buildProgram(hooks: ProgramHooks, complete = false): Promise<Command> {
  const program = new Command('kombi');
  const width = widthOf(hooks.env['COLUMNS'], hooks.columns);
  program
    .description(DESCRIPTION)
    .usage('<command> [options]')
    .version(version, '-V, --version', 'the version of kombi')
    .helpOption('-h, --help', 'help, also behind a command')
    .helpCommand('help [command]', 'help for a command')
    .exitOverride()
    .configureHelp({ helpWidth: Number.isFinite(width) ? width : HELP_WIDTH })
    .configureOutput({ writeOut: hooks.print, writeErr: () => {}, outputError: () => {} })
    .showHelpAfterError(false);
  for (const option of GLOBAL_OPTIONS) addOption(program, option);
  program.addHelpText('after', examples(EXAMPLES));
  for (const { name, summary, load } of commands) {
    const command = program.command(name).description(summary);
    if (complete) define(command, await load(), [name], hooks);
  }
  program.hook('preSubcommand', async (_, command) => {
    const entry = commands.find(({ name }) => name === command.name());
    if (entry !== undefined && !complete) define(command, await entry.load(), [entry.name], hooks);
  });
  return program;
}

function define(command: Command, spec: CommandSpec, path: readonly string[], hooks: ProgramHooks): void {
  command.description(spec.description === undefined ? spec.summary : `${spec.summary}\n\n${spec.description}`).summary(spec.summary);
  for (const { syntax, help } of spec.arguments ?? []) command.argument(syntax, help);
  for (const option of spec.options ?? []) addOption(command, option);
  if (spec.examples !== undefined) command.addHelpText('after', examples(spec.examples));
  command.configureHelp({ ...command.configureHelp(), showGlobalOptions: spec.run !== undefined });
  for (const child of spec.commands ?? []) define(command.command(child.name), child, [...path, child.name], hooks);
  if (spec.run !== undefined) command.action((...given: unknown[]) => hooks.run(spec, path, given.slice(0, -2), command));
}

function addOption(command: Command, { flags, help, repeatable }: OptionSpec): void {
  const option = new Option(flags, help);
  if (repeatable) option.argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), value]);
  command.addOption(option);
}

function examples(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}\n`;
}
