import type { ChipState } from './chip-state.ts';
import type { Firmware } from './personality.ts';

/** What a command leads to where an answer at once is not all. */
export type Action =
  | { readonly kind: 'reset'; readonly warm: boolean }
  | { readonly kind: 'monitor' }
  | { readonly kind: 'remote-frame' }
  | { readonly kind: 'sleep' }
  /** `name` is what it prints at the new rate. */
  | { readonly kind: 'try-baud'; readonly baud: number; readonly name: string }
  | { readonly kind: 'transmit'; readonly message: ArbitraryMessage }
  /** DATA>: the next line is the data of the message, so many bytes. */
  | { readonly kind: 'ask-data'; readonly message: ArbitraryMessage; readonly bytes: number }
  | { readonly kind: 'repeat'; readonly periodMs: number; readonly id: number; readonly data: Uint8Array }
  | { readonly kind: 'repeat-no-more'; readonly handle: number | undefined }
  | { readonly kind: 'after'; readonly delayMs: number; readonly text: string };

/** What STPX is told; undefined: as the settings say. */
export interface ArbitraryMessage {
  readonly id: number | undefined;
  readonly timeoutMs: number | undefined;
  /** Answers after which it prompts. */
  readonly wanted: number | undefined;
  readonly data: Uint8Array;
}

/** One row of a command table. */
export interface AtCommand {
  /** By which personalities say that they lack it. */
  readonly name: string;
  /** The first genuine firmware that has it. */
  readonly since: Firmware;
  /** The whole command without AT and blanks, upper case. */
  readonly form: RegExp;
  /** @param args the groups of the form; '' for one that is absent. @returns what is printed, or what happens instead */
  readonly run: (state: ChipState, ...args: string[]) => string | Action;
}

export function hex(digits: string): number {
  return Number.parseInt(digits, 16);
}
