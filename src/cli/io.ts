import type { Clock } from '../core/index.ts';
import type { PlatformFacts } from './doctor/platform-facts.ts';
import type { MakeLink } from './make-link.ts';
import type { Prompter } from './prompter.ts';
import type { Style } from './style.ts';

/** A stream that people or programs read. */
export interface Output {
  write(text: string): void;
  readonly isTerminal: boolean;
  readonly columns: number | undefined;
}

/** A place a link could lead to, found without being told. */
export interface LinkCandidate {
  readonly link: string;
  readonly what: string;
}

/**
 * Everything the command line knows of the world. The program gets the real one; tests give their own, so that every
 * command runs in their process.
 */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin: { readonly isTerminal: boolean; read(): Promise<string> };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** Aborts with a `signal.*` error when somebody stops the program. */
  readonly signal: AbortSignal;
  now(): Date;
  /** What waits here waits on it. */
  readonly clock: Clock;
  /** Loaded only when there is something to ask. */
  prompter(style: Style): Promise<Prompter>;
  /** Absent: a link lives and ends with the command that uses it. */
  readonly makeLink?: MakeLink;
  /** Serial ports and gateways in reach. */
  findLinks(): Promise<readonly LinkCandidate[]>;
  platformFacts(): Promise<PlatformFacts>;
}
