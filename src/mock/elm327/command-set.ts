import { CAN_COMMANDS } from './at-can.ts';
import type { Action, AtCommand } from './at-command.ts';
import { GENERAL_COMMANDS } from './at-general.ts';
import type { ChipState } from './chip-state.ts';
import { isAtLeast } from './request.ts';
import { ST_COMMANDS } from './st-commands.ts';

const AT_COMMANDS: readonly AtCommand[] = [...GENERAL_COMMANDS, ...CAN_COMMANDS];

/** The AT and ST commands that an adapter knows. */
export class CommandSet {
  readonly #state: ChipState;
  readonly #at: readonly AtCommand[];
  /** Undefined where `ST` means nothing. */
  readonly #st: readonly AtCommand[] | undefined;

  constructor(state: ChipState) {
    const { firmware, lacks, stn } = state.personality;
    const known = ({ name, since }: AtCommand) => isAtLeast(firmware, since) && !lacks.includes(name);
    this.#state = state;
    this.#at = AT_COMMANDS.filter(known);
    this.#st = stn === undefined ? undefined : ST_COMMANDS.filter(known);
  }

  /**
   * @param line upper case, without blanks
   * @returns what is printed, or what happens instead; undefined for what is no command that it knows
   */
  run(line: string): string | Action | undefined {
    const table = line.startsWith('AT') ? this.#at : line.startsWith('ST') ? this.#st : undefined;
    return table && this.#runFrom(table, line.slice(2));
  }

  #runFrom(table: readonly AtCommand[], text: string): string | Action | undefined {
    const { ignores, agreesToAll, takesMs } = this.#state.personality;
    for (const { name, form, run } of table) {
      const match = form.exec(text);
      if (match === null) continue;
      const outcome = ignores?.includes(name) ? 'OK' : run(this.#state, ...match.slice(1).map((group) => group ?? ''));
      const delayMs = takesMs?.[name];
      return typeof outcome === 'string' && delayMs !== undefined ? { kind: 'after', delayMs, text: outcome } : outcome;
    }
    return agreesToAll ? 'OK' : undefined;
  }
}
