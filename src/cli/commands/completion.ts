import { KombiError } from '../../core/index.ts';
import type { CommandSpec } from '../command.ts';

/** Each script asks `kombi __complete <words>` and offers what it prints, one a line. */
const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_kombi() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(kombi __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _kombi kombi`,
  zsh: `#compdef kombi
_kombi() {
  local -a offers
  offers=("\${(@f)$(kombi __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -a offers
  _files
}
compdef _kombi kombi`,
  fish: `complete -c kombi -a '(kombi __complete (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'`,
};

export const completion: CommandSpec = {
  name: 'completion',
  summary: 'completion script for bash, zsh or fish',
  arguments: [{ syntax: '<shell>', help: Object.keys(SCRIPTS).join(', ') }],
  examples: [
    'eval "$(kombi completion bash)"',
    'kombi completion zsh > ~/.zfunc/_kombi',
    'kombi completion fish > ~/.config/fish/completions/kombi.fish',
  ],
  run: async (_, input) => {
    const shell = input.required(0);
    const script = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined;
    if (script === undefined) {
      throw new KombiError({
        code: 'usage.shell',
        message: `There is no completion script for "${shell}"`,
        hint: `There is one for ${Object.keys(SCRIPTS).join(', ')}.`,
      });
    }
    return { result: { shell, script }, lines: [script] };
  },
};
