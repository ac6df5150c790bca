import type { Archive } from '../archive/index.ts';
import { type Did, did, formatEcuAddress, isKombiError, toHex } from '../core/index.ts';
import { NegativeResponseError, NRC } from '../uds/index.ts';
import { cafdsOf, type EcuIdentity } from '../vehicle/index.ts';
import type { Car } from './car.ts';
import type { OnProgress } from './plan.ts';

export type BlockListSource = 'catalog' | 'archive' | 'scan';

export interface BlockList {
  readonly source: BlockListSource;
  readonly dids: readonly Did[];
}

/**
 * Where coding blocks are looked for, the ranges seen in recorded cars first (G31: all within 3000-35FF and 37xx;
 * `2E`/`22` 3000-3EFF is the coding range of the E-series descriptions, bmw-diagnostics §5.9).
 */
const SCAN_RANGES: readonly (readonly [first: number, last: number])[] = [
  [0x3000, 0x35ff],
  [0x3700, 0x37ff],
  [0x3600, 0x36ff],
  [0x3800, 0x3eff],
];
const SCAN_TOTAL = SCAN_RANGES.reduce((sum, [first, last]) => sum + last - first + 1, 0);

export interface DiscoverOptions {
  readonly archive?: Archive;
  readonly onProgress?: OnProgress;
}

/** The coding blocks of an ECU: known from its CAFD, else from the last complete backup with the same SVK, else by a scan. */
export async function discoverBlocks(car: Car, ecu: EcuIdentity, options: DiscoverOptions = {}): Promise<BlockList> {
  const known = car.catalog.knownBlocks(cafdsOf(ecu.svk));
  if (known !== undefined) return { source: 'catalog', dids: known };
  const saved = options.archive && (await blocksInArchive(options.archive, car, ecu));
  if (saved !== undefined) return { source: 'archive', dids: saved };
  return { source: 'scan', dids: await scanBlocks(car, ecu, options.onProgress) };
}

async function blocksInArchive(archive: Archive, car: Car, ecu: EcuIdentity): Promise<readonly Did[] | undefined> {
  const { svk } = ecu;
  if (svk === undefined) return undefined;
  const summaries = await archive.listBackups(car.identity.vin);
  for (const summary of summaries.toReversed()) {
    const content = await archive.loadBackup(summary.id).catch((error: unknown) => {
      if (isKombiError(error)) return undefined;
      throw error;
    });
    const saved = content?.ecus.find((candidate) => candidate.address === formatEcuAddress(ecu.address));
    if (saved?.complete && saved.svk === toHex(svk.raw)) {
      const dids = [...saved.blocks, ...saved.unreadable].map((block) => did(Number.parseInt(block.did, 16)));
      return dids.sort((left, right) => left - right);
    }
  }
  return undefined;
}

async function scanBlocks(car: Car, ecu: EcuIdentity, onProgress?: OnProgress): Promise<readonly Did[]> {
  const found: Did[] = [];
  let done = 0;
  for (const [first, last] of SCAN_RANGES) {
    for (let value = first; value <= last; value += 1) {
      if (await exists(car, ecu, did(value))) found.push(did(value));
      done += 1;
      if (done % 64 === 0) onProgress?.({ step: 'scan', ecu: ecu.address, done, total: SCAN_TOTAL });
    }
  }
  return found.sort((left, right) => left - right);
}

/** A refusal other than "out of range" says that there is something, though it may not be read. */
async function exists(car: Car, ecu: EcuIdentity, block: Did): Promise<boolean> {
  try {
    await car.client.readDid(ecu.address, block, car.signal === undefined ? {} : { signal: car.signal });
    return true;
  } catch (error) {
    if (error instanceof NegativeResponseError) return error.nrc !== NRC.requestOutOfRange && error.nrc !== NRC.serviceNotSupported;
    throw error;
  }
}
