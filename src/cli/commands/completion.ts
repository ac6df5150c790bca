import { KombiError } from '../../core/index.ts';
import type { CommandSpec } from '../command.ts';

/** Each script asks `kombi __complete <words>` and offers what it prints, one a line. */
const SCRIPTS: Readonly<Record<string, string>> = {
  // Where : and = part words, readline replaces only what follows them, and they part a link too. Bash 3.2, as macOS has it.
  bash: `_kombi() {
  local line="\${COMP_LINE:0:COMP_POINT}" begun before offer
  local -a words
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  begun="\${words[\${#words[@]}-1]}"
  before="\${begun%"\${begun##*[:=]}"}"
  [[ $COMP_WORDBREAKS == *:* ]] || before=
  COMPREPLY=()
  while IFS= read -r offer; do
    COMPREPLY+=("\${offer#"$before"}")
  done < <(kombi __complete "\${words[@]:1}" 2>/dev/null)
}
complete -o default -F _kombi kombi`,
  zsh: `#compdef kombi
_kombi() {
  local -a offers
  offers=("\${(@f)$(kombi __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n $offers[1] ]]; then compadd -a offers; else _files; fi
}
compdef _kombi kombi`,
  fish: `complete -c kombi -a '(kombi __complete (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'`,
};

export const SHELLS: readonly string[] = Object.keys(SCRIPTS);

export const completion: CommandSpec = {
  name: 'completion',
  summary: 'completion script for bash, zsh or fish',
  arguments: [{ syntax: '<shell>', help: SHELLS.join(', ') }],
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
        hint: `There is one for ${SHELLS.join(', ')}.`,
      });
    }
    return { result: { shell, script }, lines: [script] };
  },
};
