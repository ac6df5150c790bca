import type { Evidence } from '../../core/index.ts';
import type { CheatEntry } from './cheat-file.ts';
import type { CheatPlace } from './cheat-place.ts';

/** Why an entry is not taken. */
export type Refusal = 'cafd' | 'block' | 'range' | 'mask' | 'value' | 'name-unknown' | 'blocked' | 'metadata' | 'contradicts-itself';

/** What became of one entry. */
export interface ImportedEntry {
  readonly entry: CheatEntry;
  /** `taken` as it stands, `resolved` by another entry, `asked` a person, or `refused`. */
  readonly status: 'taken' | 'resolved' | 'asked' | 'refused';
  /** Of a refusal. */
  readonly refusal: Refusal | undefined;
  /** In a sentence: why refused, or by what resolved. */
  readonly note: string | undefined;
  readonly place: CheatPlace | undefined;
  /** Undefined of what is refused. */
  readonly bytes: Uint8Array | undefined;
  readonly evidence: Evidence;
}
