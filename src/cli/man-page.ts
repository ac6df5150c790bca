import { defaultArchiveDirectory } from '../archive/default-directory.ts';
import type { CommandSpec, OptionSpec } from './command.ts';
import { commands } from './commands/index.ts';
import { exitRows } from './exit-meanings.ts';
import { DESCRIPTION, EXAMPLES, GLOBAL_OPTIONS } from './program.ts';
import { heading, item, paragraph, subheading, verbatim } from './roff.ts';
import { version } from './version.ts';

const ENVIRONMENT: readonly (readonly [string, string])[] = [
  ['KOMBI_LINK', 'stands for --link'],
  ['KOMBI_ARCHIVE', 'stands for --archive'],
  ['KOMBI_TEXTS', 'stands for --texts'],
  ['KOMBI_OFFSITE', 'the program that --require-offsite hands a backup to, as its only word, before anything is written'],
  ['NO_COLOR, TERM=dumb', 'no colours'],
  ['COLUMNS', 'how wide text is; else as wide as the terminal, and not wrapped in a pipe'],
  ['XDG_DATA_HOME', 'where the archive is kept on Linux, in the folder kombi/archive'],
];

/** The manual page, kombi(1), from what the commands say of themselves. */
export async function manPage(): Promise<string> {
  const specs = await Promise.all(commands.map(({ load }) => load()));
  const lines = [
    `.TH KOMBI 1 "" "kombi ${version}" "User Commands"`,
    ...heading('NAME'),
    // What apropos looks for: the name, a hyphen, what it does.
    `kombi \\- ${DESCRIPTION.charAt(0).toLowerCase()}${DESCRIPTION.slice(1).replace(/\.$/, '')}`,
    ...heading('SYNOPSIS'),
    '.B kombi',
    '.I command',
    '.RI [ options ]',
    ...heading('DESCRIPTION'),
    ...paragraph(
      'A write is shown as a plan first, asks for consent, and is backed up, read back and read again after a reset of the ECU.',
    ),
    ...heading('COMMANDS'),
    ...specs.flatMap((spec) => commandLines(spec, ['kombi'])),
    ...heading('OPTIONS OF EVERY COMMAND'),
    ...GLOBAL_OPTIONS.flatMap(optionLines),
    ...heading('EXIT STATUS'),
    ...exitRows().flatMap(([status, meaning]) => item(String(status), plain(meaning))),
    ...heading('ENVIRONMENT'),
    ...ENVIRONMENT.flatMap(([name, text]) => item(name, text)),
    ...heading('FILES'),
    ...item(defaultArchiveDirectory({ HOME: '~' }, 'linux'), 'backups and journals, unless --archive says otherwise'),
    ...item(defaultArchiveDirectory({ HOME: '~' }, 'darwin'), 'the same on macOS'),
    ...item(defaultArchiveDirectory({ LOCALAPPDATA: '%LOCALAPPDATA%' }, 'win32'), 'the same on Windows'),
    ...heading('EXAMPLES'),
    ...verbatim(EXAMPLES),
  ];
  return `${lines.join('\n')}\n`;
}

function commandLines(spec: CommandSpec, before: readonly string[]): string[] {
  const path = [...before, spec.name];
  const words = [...path, ...(spec.arguments ?? []).map(({ syntax }) => syntax), ...(spec.options === undefined ? [] : ['[options]'])];
  return [
    ...subheading(words.join(' ')),
    ...paragraph(sentence(plain(spec.summary))),
    ...(spec.description === undefined ? [] : paragraph(plain(spec.description))),
    ...(spec.arguments ?? []).flatMap(({ syntax, help }) => item(syntax, plain(help))),
    ...(spec.options ?? []).flatMap(optionLines),
    ...(spec.examples === undefined ? [] : verbatim(spec.examples)),
    ...(spec.commands ?? []).flatMap((child) => commandLines(child, path)),
  ];
}

function optionLines({ flags, help, repeatable }: OptionSpec): string[] {
  return item(flags, `${plain(help)}${repeatable ? ' (may be given several times)' : ''}`);
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Backticks mark commands on a screen; a manual page has none. */
function plain(text: string): string {
  return text.replaceAll('`', '');
}
