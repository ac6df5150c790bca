import type { Did } from '../core/index.ts';
import { cafdsOf, type EcuIdentity } from '../vehicle/index.ts';
import { type BlockReader, createBlockReader } from './block-reader.ts';
import type { Car } from './car.ts';
import { CODING_INDEX, type DidRange, FULL_RANGES, LEARNT_RANGES, scanOrder } from './did-ranges.ts';
import type { OnProgress } from './plan.ts';
import type { SavedBlockLists } from './saved-block-lists.ts';
import { type ScanResult, scanBlocks } from './scan-blocks.ts';

export type BlockListSource = 'catalog' | 'archive' | 'scan';

export interface BlockList {
  readonly source: BlockListSource;
  /** Ascending. */
  readonly dids: readonly Did[];
  /** Where every identifier was asked for, now or for the backup that knows the list; empty where the coding data tell it. */
  readonly ranges: readonly DidRange[];
  /** How a scan ended; a list from elsewhere is whole. */
  readonly end: ScanResult['end'];
  /** What a scan read on its way. */
  readonly seen: ScanResult['found'];
}

export interface DiscoverOptions {
  /** What earlier backups of this car know. */
  readonly saved?: SavedBlockLists;
  /** Ask for every identifier from 3000 to 3EFF, whatever is known; else, where nothing is, in the ranges of recorded cars. */
  readonly full?: boolean;
  /** End the scan of an ECU that refuses all alike. */
  readonly givesUp?: boolean;
  readonly onProgress?: OnProgress;
  /** Reads the blocks of this ECU; made here unless the caller goes on with it. */
  readonly reader?: BlockReader;
}

const PROGRESS_STEP = 16;
const NOTHING_SEEN: ScanResult['found'] = new Map();

/** The coding blocks of an ECU: known from its CAFD, else from the last backup that lists them for the same SVK, else by a scan. */
export async function discoverBlocks(car: Car, ecu: EcuIdentity, options: DiscoverOptions = {}): Promise<BlockList> {
  const coding = options.full === true ? FULL_RANGES : LEARNT_RANGES;
  const wanted = car.identity.protocol === 'kwp' ? [...coding, CODING_INDEX] : coding;
  const known = car.catalog.knownBlocks(cafdsOf(ecu.svk));
  if (options.full !== true) {
    if (known !== undefined) return { source: 'catalog', dids: known, ranges: [], end: 'whole', seen: NOTHING_SEEN };
    const saved = await options.saved?.of(ecu, wanted);
    if (saved !== undefined) return { source: 'archive', ...saved, end: 'whole', seen: NOTHING_SEEN };
  }
  const order = scanOrder(wanted, known);
  const reader = options.reader ?? createBlockReader(car, ecu.address);
  const { found, end } = await scanBlocks(reader, {
    order,
    givesUp: options.givesUp ?? false,
    onAsked: ({ asked, found }) => {
      if (asked % PROGRESS_STEP === 1) options.onProgress?.({ step: 'scan', ecu: ecu.address, done: asked, total: order.length, found });
    },
  });
  return { source: 'scan', dids: [...found.keys()], ranges: end === 'whole' ? wanted : [], end, seen: found };
}
