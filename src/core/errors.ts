/** What is known of the car when an error is told. */
export type VehicleState = 'untouched' | 'changed' | 'restored' | 'unknown';

/** The exit statuses of the program. One table; nothing else spells these numbers. */
export const EXIT = {
  done: 0,
  bug: 1,
  usage: 2,
  refused: 3,
  restored: 4,
  recoveryNeeded: 5,
  stuck: 6,
  locked: 7,
  linkFailed: 8,
  archiveDamaged: 9,
  newerFormat: 10,
  batchPartial: 11,
  interrupted: 130,
  terminated: 143,
} as const;
export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

export interface KombiErrorOptions {
  /** Stable, textual, dotted: `<room>.<what>`. Programs match on it, never on the message. */
  readonly code: string;
  /** What failed, naming the thing. One line: an end of line in it came with what it quotes, and is shown as such. */
  readonly message: string;
  /** What the message counts up, a line each. */
  readonly items?: readonly string[];
  /** What to do next. */
  readonly hint?: string;
  /** Defaults to the one of the code's first part, see {@link exitOfCode}. */
  readonly exit?: ExitStatus;
  /** Defaults to `untouched`: whoever changed something must say so. */
  readonly vehicle?: VehicleState;
  readonly cause?: unknown;
}

/** The one error that the program throws on purpose. Anything else that reaches the top is a bug (exit 1). */
export class KombiError extends Error {
  override readonly name = 'KombiError';
  readonly code: string;
  readonly items: readonly string[];
  readonly hint: string | undefined;
  readonly exit: ExitStatus;
  readonly vehicle: VehicleState;

  constructor(options: KombiErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.items = options.items ?? [];
    this.hint = options.hint;
    this.exit = options.exit ?? exitOfCode(options.code);
    this.vehicle = options.vehicle ?? 'untouched';
  }
}

/**
 * The exit status that the first part of an error code stands for where the error states none:
 * `usage` 2, `link` 8, `archive` 9, `lock` 7; everything else is the car or our rules saying no, 3.
 */
export function exitOfCode(code: string): ExitStatus {
  switch (code.split('.', 1)[0]) {
    case 'usage':
      return EXIT.usage;
    case 'link':
      return EXIT.linkFailed;
    case 'archive':
      return EXIT.archiveDamaged;
    case 'lock':
      return EXIT.locked;
    case 'bug':
      return EXIT.bug;
    default:
      return EXIT.refused;
  }
}

export function isKombiError(error: unknown, code?: string): error is KombiError {
  return error instanceof KombiError && (code === undefined || error.code === code || error.code.startsWith(`${code}.`));
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
