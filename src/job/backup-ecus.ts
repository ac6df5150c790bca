import { type BackupEcu, backupBlock } from '../archive/index.ts';
import { type EcuAddress, formatDid, formatEcuAddress, KombiError, toHex } from '../core/index.ts';
import { NegativeResponseError } from '../uds/index.ts';
import type { EcuIdentity } from '../vehicle/index.ts';
import type { BackUpOptions } from './backup-car.ts';
import { headOfEcu } from './backup-heads.ts';
import { createBlockReader, isSilence, outlast } from './block-reader.ts';
import type { Car } from './car.ts';
import { type BlockList, discoverBlocks } from './discover-blocks.ts';
import { progressOfCar } from './progress-of-car.ts';
import { readEcuBlocks } from './read-ecu-blocks.ts';
import { readTwice } from './read-twice.ts';
import type { SavedBlockLists } from './saved-block-lists.ts';

/** One making of a backup. */
export interface BackupRun {
  readonly car: Car;
  readonly saved: SavedBlockLists;
  readonly options: BackUpOptions;
  /** Those that stayed silent when the car was searched for its ECUs: their turn comes when the others are done. */
  readonly silent: ReadonlySet<EcuAddress>;
}

/** An ECU as it is, and as it is saved. */
export interface SavedEcu {
  readonly identity: EcuIdentity;
  readonly saved: BackupEcu;
}

/** All blocks of all ECUs, each read twice. @throws {KombiError} where anything cannot be read but by the ECU's own refusal */
export async function readAll(run: BackupRun, addresses: readonly EcuAddress[]): Promise<readonly SavedEcu[]> {
  const { car, saved, options } = run;
  const progress = progressOfCar(car.client.clock, addresses.length, options.onProgress);
  const identities: EcuIdentity[] = [];
  for (const address of addresses) identities.push(await car.ecu(address));
  const ecus: SavedEcu[] = [];
  for (const identity of identities) {
    const onProgress = progress.next();
    const list = await discoverBlocks(car, identity, { saved, full: options.full ?? false, onProgress });
    if (list.end !== 'whole') throw fellSilent(identity);
    const blocks: BackupEcu['blocks'][number][] = [];
    const unreadable: BackupEcu['unreadable'][number][] = [];
    for (const [index, did] of list.dids.entries()) {
      onProgress({ step: 'backup', ecu: identity.address, done: index, total: list.dids.length });
      try {
        const bytes = await readTwice(car.client, { ecu: identity.address, did }, car.signal);
        blocks.push(backupBlock({ did: formatDid(did), bytes, reads: 2 }));
      } catch (error) {
        if (!(error instanceof NegativeResponseError)) throw error;
        unreadable.push({ did: formatDid(did), nrc: toHex(Uint8Array.of(error.nrc)) });
      }
    }
    await car.assertSame();
    ecus.push({ identity, saved: saveable(identity, { list, blocks, unreadable, answered: true }) });
  }
  return ecus;
}

/**
 * What every ECU gives: a silent one, or one that stops, never ends the reading of the others, and is asked once more when
 * they are done, because it may have been asleep.
 */
export async function readWhatAnswers(run: BackupRun, addresses: readonly EcuAddress[]): Promise<readonly SavedEcu[]> {
  const progress = progressOfCar(run.car.client.clock, addresses.length, run.options.onProgress);
  const ecus = new Map<EcuAddress, SavedEcu>();
  for (const address of addresses) {
    const onProgress = progress.next();
    ecus.set(address, run.silent.has(address) ? neverAnswered(run.car, address) : await readEcu(run, address, onProgress));
  }
  for (const [address, before] of ecus) {
    if (before.saved.silent !== true) continue;
    const now = await readEcu(run, address, progress.again());
    if (now.saved.silent !== true || now.saved.blocks.length > before.saved.blocks.length) ecus.set(address, now);
  }
  return [...ecus.values()];
}

async function readEcu(run: BackupRun, address: EcuAddress, onProgress: NonNullable<BackUpOptions['onProgress']>): Promise<SavedEcu> {
  const { car, saved, options } = run;
  onProgress({ step: 'identify', ecu: address });
  const identity = await outlast(car, () => identify(car, address));
  await car.assertSame();
  if (identity === undefined) return neverAnswered(car, address);
  const reader = createBlockReader(car, address);
  const read = await readEcuBlocks(car, identity, { saved, reader, full: options.full ?? false, givesUp: true, onProgress });
  return { identity, saved: saveable(identity, read) };
}

async function identify(car: Car, address: EcuAddress): Promise<EcuIdentity | undefined> {
  try {
    return await car.ecu(address);
  } catch (error) {
    if (isSilence(error)) return undefined;
    throw error;
  }
}

function neverAnswered({ catalog }: Car, address: EcuAddress): SavedEcu {
  const identity: EcuIdentity = { address, name: catalog.ecuName(address), serial: undefined, svk: undefined };
  return { identity, saved: { ...headOfEcu(identity), complete: false, silent: true, blocks: [], unreadable: [] } };
}

interface ReadEcu extends Pick<BackupEcu, 'blocks' | 'unreadable'> {
  readonly list: BlockList;
  readonly answered: boolean;
}

function saveable(identity: EcuIdentity, { list, blocks, unreadable, answered }: ReadEcu): BackupEcu {
  const { source, ranges, end } = list;
  return {
    ...headOfEcu(identity),
    complete: answered && end === 'whole' && unreadable.length === 0,
    ...(ranges.length === 0 ? {} : { scannedRanges: ranges.map(({ first, last }) => ({ from: formatDid(first), to: formatDid(last) })) }),
    listedBy: source,
    ...(answered ? {} : { silent: true }),
    ...(typeof end === 'object' ? { refusesAll: toHex(Uint8Array.of(end.refusing)) } : {}),
    blocks,
    unreadable,
  };
}

function fellSilent({ name, address }: EcuIdentity): KombiError {
  return new KombiError({
    code: 'ecu.no-response',
    message: `${name} (${formatEcuAddress(address)}) stopped answering while its blocks were looked for`,
    hint: 'Check that the ignition is on; then try again.',
  });
}
