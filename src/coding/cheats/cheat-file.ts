/** One `<function>` of a cheat file, as written: what one place of a block is to hold. */
export interface CheatEntry {
  readonly file: string;
  readonly line: number;
  /** `cafd@id`, `@name`, `@series`, `@author`; undefined where the file leaves them out. */
  readonly cafd: string | undefined;
  readonly module: string | undefined;
  readonly series: string | undefined;
  readonly author: string | undefined;
  /** Which `<code>` of the file it belongs to, from 0, and what that says it does. */
  readonly code: number;
  readonly description: string | undefined;
  /** `group@id`. */
  readonly block: string | undefined;
  readonly start: string | undefined;
  readonly end: string | undefined;
  readonly mask: string | undefined;
  readonly value: string;
  readonly comment: string | undefined;
}

/** Something that is not as it should be. Of an `error` the entry, or the file, is of no use; a `warning` was understood all the same. */
export interface CheatProblem {
  readonly file: string;
  readonly line: number;
  readonly severity: 'error' | 'warning';
  /** `xml`, `mask`, `value`, …: for programs. */
  readonly code: string;
  readonly message: string;
}

/** A file of FDL cheats, read and not yet judged. */
export interface CheatFile {
  /** Its name, without folders. */
  readonly name: string;
  readonly entries: readonly CheatEntry[];
  /** How many `<code>`s it has. */
  readonly codes: number;
  readonly problems: readonly CheatProblem[];
  /** Where it is no XML, or none that is read: what stands behind is not known. */
  readonly broken: CheatProblem | undefined;
}

/** `7 bytes`, `1 byte`. */
export function bytesText(count: number): string {
  return `${count} ${count === 1 ? 'byte' : 'bytes'}`;
}
