import type { Did } from '../core/index.ts';
import { NRC } from '../uds/index.ts';
import type { BlockAnswer, BlockReader } from './block-reader.ts';

/** What an ECU says of a block that it holds. */
export type HeldBlock = Exclude<BlockAnswer, { readonly kind: 'absent' } | { readonly kind: 'gone' }>;

export interface ScanResult {
  /** In ascending order; bytes where it shows them. */
  readonly found: ReadonlyMap<Did, HeldBlock>;
  /**
   * `whole`: every identifier was asked for. `gone`: the ECU fell silent. `refusing`: it refuses whatever it is asked for
   * with one code, so nobody can tell what it holds.
   */
  readonly end: 'whole' | 'gone' | { readonly refusing: number };
}

/** So many refusals with one code, and no other answer, are no list of blocks. */
const UNIFORM_ANSWERS = 64;

export interface ScanOptions {
  readonly order: readonly Did[];
  /** Whether to end at an ECU that refuses all alike. */
  readonly givesUp: boolean;
  /** Called after each identifier. */
  onAsked(progress: { readonly asked: number; readonly found: number }): void;
}

/**
 * Asks an ECU for each identifier. Only an answer for every single one makes a list whole: nothing is known that would
 * allow to end earlier.
 */
export async function scanBlocks(reader: BlockReader, { order, givesUp, onAsked }: ScanOptions): Promise<ScanResult> {
  const found = new Map<Did, HeldBlock>();
  let uniform: number | undefined;
  let asked = 0;
  for (const did of order) {
    const answer = await reader.read(did);
    if (answer.kind === 'gone') return { found: ascending(found), end: 'gone' };
    const nrc = answer.kind === 'refused' || answer.kind === 'absent' ? answer.nrc : undefined;
    uniform = asked === 0 || uniform === nrc ? nrc : undefined;
    asked += 1;
    if (answer.kind !== 'absent') found.set(did, answer);
    if (givesUp && asked === UNIFORM_ANSWERS && uniform !== undefined && uniform !== NRC.requestOutOfRange) {
      // An ECU without the service has no blocks that it could be asked for.
      return answer.kind === 'absent' ? { found: new Map(), end: 'whole' } : { found: new Map(), end: { refusing: uniform } };
    }
    onAsked({ asked, found: found.size });
  }
  return { found: ascending(found), end: 'whole' };
}

function ascending(found: ReadonlyMap<Did, HeldBlock>): ReadonlyMap<Did, HeldBlock> {
  return new Map([...found].sort(([left], [right]) => left - right));
}
