import type { Command } from 'commander';
import { profileNames } from '../mock/index.ts';
import { SHELLS } from './commands/completion.ts';

/** Names that a command takes, by what its argument is called: those that only a person's own files tell are asked for. */
export interface NamesToOffer {
  readonly recipes: () => Promise<readonly string[]>;
}

/** What could stand where the last word is begun: commands, then options, or the values of the option or argument. */
export async function completions(program: Command, words: readonly string[], names: NamesToOffer): Promise<readonly string[]> {
  const begun = words.at(-1) ?? '';
  let command = program;
  for (const word of words.slice(0, -1)) command = command.commands.find((child) => child.name() === word) ?? command;
  const offers = begun.startsWith('-') ? optionsOf(program, command) : await valuesOf(words.at(-2), command, names);
  return offers.filter((offer) => offer.startsWith(begun));
}

function optionsOf(program: Command, command: Command): readonly string[] {
  const all = command === program ? program.options : [...command.options, ...program.options];
  return [...all.map((option) => option.long ?? option.flags), '--help'];
}

async function valuesOf(before: string | undefined, command: Command, { recipes }: NamesToOffer): Promise<readonly string[]> {
  if (before === '--link') return ['enet:', 'doip:', 'elm327:', 'dcan:', 'replay:', ...profileNames().map((name) => `mock:${name}`)];
  if (before === '--lang') return ['en', 'de'];
  switch (command.registeredArguments[0]?.name()) {
    case 'profile':
      return profileNames();
    case 'recipe':
      return recipes();
    case 'shell':
      return SHELLS;
    default:
      return command.commands.map((child) => child.name());
  }
}
