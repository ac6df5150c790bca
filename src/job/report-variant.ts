import { type Did, type EcuAddress, formatDid, formatEcuAddress, toHex, type Vin } from '../core/index.ts';
import { formatSvkEntry } from '../vehicle/index.ts';
import type { Car } from './car.ts';
import type { DiscoverOptions } from './discover-blocks.ts';
import { listBlocks } from './list-blocks.ts';
import { readIfAllowed } from './read-if-allowed.ts';

const CLUSTER = 0x60 as EcuAddress;
/** Characters of a VIN that name maker and type, and no car. */
const TYPE_CHARACTERS = 7;
const SHOWN = 0xff;
/** As long as a group of masks; shorter runs of FF are everywhere. */
const SHORTEST_RUN = 8;

/** What a cluster holds, for whoever wants to find its masks: shapes only, and no car can be told by it. */
export interface VariantReport {
  readonly format: 'kombi/variant-report@1';
  /** Maker and type key; the rest is X. */
  readonly vin: string;
  readonly series: string | null;
  readonly typeKey: string | null;
  readonly iLevel: string | null;
  readonly protocol: string;
  readonly cluster: { readonly address: string; readonly software: readonly string[]; readonly ident: string | null };
  readonly blocks: readonly ReportedBlock[];
}

interface ReportedBlock {
  readonly did: string;
  readonly length: number | null;
  /** Runs of FF of eight bytes and more, which masks that show nearly all messages consist of. */
  readonly runsOfFf: readonly { readonly offset: string; readonly length: number }[];
}

/**
 * Writes down which blocks the cluster holds, how long they are and where they hold runs of FF. It proposes nothing: a run
 * of FF alone proves no mask.
 *
 * @throws {KombiError} `ecu.*` (exit 3) where the cluster does not answer, `link.*`
 */
export async function reportVariant(car: Car, options: DiscoverOptions = {}): Promise<VariantReport> {
  const { vin, series, typeKey, iLevels, protocol } = car.identity;
  const listing = await listBlocks(car, CLUSTER, options);
  const blocks: ReportedBlock[] = [];
  for (const { did, length, kind } of listing.blocks) {
    const bytes = kind === 'data' ? await readIfAllowed(car, CLUSTER, did) : undefined;
    blocks.push(reported(did, length, bytes));
  }
  const { svk } = listing.ecu;
  return {
    format: 'kombi/variant-report@1',
    vin: redactVin(vin),
    series: series ?? null,
    typeKey: typeKey ?? null,
    iLevel: iLevels?.current ?? null,
    protocol,
    cluster: {
      address: formatEcuAddress(CLUSTER),
      software: svk?.entries.map(formatSvkEntry) ?? [],
      ident: protocol === 'kwp' && svk !== undefined ? toHex(svk.raw) : null,
    },
    blocks,
  };
}

function reported(did: Did, length: number | undefined, bytes: Uint8Array | undefined): ReportedBlock {
  return { did: formatDid(did), length: length ?? null, runsOfFf: bytes === undefined ? [] : runsOfFf(bytes) };
}

/** Where a block holds FF eight times in a row or more. */
export function runsOfFf(bytes: Uint8Array): readonly { readonly offset: string; readonly length: number }[] {
  const runs: { offset: string; length: number }[] = [];
  let start: number | undefined;
  for (let offset = 0; offset <= bytes.length; offset += 1) {
    if (bytes[offset] === SHOWN) {
      start ??= offset;
      continue;
    }
    if (start !== undefined && offset - start >= SHORTEST_RUN)
      runs.push({ offset: `@${start.toString(16).toUpperCase().padStart(2, '0')}`, length: offset - start });
    start = undefined;
  }
  return runs;
}

/** `WBAKS61XXXXXXXXXX`. */
export function redactVin(vin: Vin): string {
  return vin.slice(0, TYPE_CHARACTERS).padEnd(vin.length, 'X');
}
