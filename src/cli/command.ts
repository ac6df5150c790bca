import type { KombiError, VehicleState } from '../core/index.ts';
import type { Context } from './context.ts';
import type { Input } from './input.ts';

export interface ArgumentSpec {
  /** As commander writes it: `<edit...>`, `[ecu]`. */
  readonly syntax: string;
  readonly help: string;
}

export interface OptionSpec {
  /** As commander writes it: `-f, --file <path>`. */
  readonly flags: string;
  readonly help: string;
  /** May be given several times. */
  readonly repeatable?: boolean;
}

/** What a command has done, once. */
export interface Outcome {
  /** For programs, as `schemas` describes it. */
  readonly result: object;
  /** The same for people, one string a line. Absent: all has been shown already. */
  readonly lines?: readonly string[];
  readonly vehicle?: VehicleState;
  /** What went wrong although there is a result, such as some cars of many: told after it, with its exit status. */
  readonly error?: KombiError;
}

/** A command as data with one handler. A command with `commands` is only a name in front of theirs. */
export interface CommandSpec {
  readonly name: string;
  readonly summary: string;
  /** What a person should know before using it, beyond the summary. */
  readonly description?: string;
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  readonly examples?: readonly string[];
  readonly commands?: readonly CommandSpec[];
  /** Gives nothing where the command has told its result itself, such as one that stays. */
  readonly run?: (context: Context, input: Input) => Promise<Outcome | undefined>;
}
