import type { Command } from 'commander';
import { profileNames } from '../mock/index.ts';

/** What could stand where the last word is begun: commands, then options, or the values of the option before it. */
export function completions(program: Command, words: readonly string[]): readonly string[] {
  const begun = words.at(-1) ?? '';
  let command = program;
  for (const word of words.slice(0, -1)) command = command.commands.find((child) => child.name() === word) ?? command;
  const offers = begun.startsWith('-') ? optionsOf(program, command) : valuesOf(words.at(-2), command);
  return offers.filter((offer) => offer.startsWith(begun));
}

function optionsOf(program: Command, command: Command): string[] {
  const all = command === program ? program.options : [...command.options, ...program.options];
  return [...all.map((option) => option.long ?? option.flags), '--help'];
}

function valuesOf(before: string | undefined, command: Command): string[] {
  switch (before) {
    case '--link':
      return ['enet:', 'elm327:', 'replay:', ...profileNames().map((name) => `mock:${name}`)];
    case '--lang':
      return ['en', 'de'];
    case 'sim':
      return [...profileNames()];
    case 'completion':
      return ['bash', 'zsh', 'fish'];
    default:
      return command.commands.map((child) => child.name());
  }
}
