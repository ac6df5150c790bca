import type { Archive, JournalOperation, JournalSummary } from '../archive/index.ts';
import { type BlockLayout, layoutFits, parameterNames, parameterRange } from '../catalog/index.ts';
import { type Did, did, type EcuAddress, EXIT, ecuAddress, formatDid, fromHex, isKombiError, KombiError } from '../core/index.ts';
import { cafdsOf, type EcuIdentity, formatSvkEntry } from '../vehicle/index.ts';
import type { Car } from './car.ts';
import { svkShaOf } from './kernel/fence.ts';
import { readIfAllowed } from './read-if-allowed.ts';

/** One byte that a past job changed, and where the car holds it now. */
export interface PastByte {
  readonly offset: number;
  readonly old: number;
  /** Of Check Control masks only the bits that changed: each belongs to another message. */
  readonly mask: number;
  readonly new: number;
  /** Whether each bit stands for itself, as in Check Control masks, or all that the mask holds are one value. */
  readonly bitwise: boolean;
  /** Where nothing but its name says that it is the same byte: which of which parameter. */
  readonly name: { readonly parameter: string; readonly byte: number } | undefined;
}

/** A block of a past job as the car holds it now. */
export interface PastBlock {
  readonly ecu: EcuAddress;
  readonly did: Did;
  readonly current: Uint8Array;
  readonly bytes: readonly PastByte[];
}

/**
 * Finds the bytes of a past job again. With the same coding data (CAFD, version included) and the same length they lie where
 * they lay; after a change of coding data only where both layouts are known and call them by one name.
 *
 * @param experimental lets a hypothesis name them
 * @throws {KombiError} exit 3: `reapply.other-ecu`, `reapply.layout-changed`, `ecu.*`
 */
export async function findPastBlock(
  car: Car,
  past: { readonly archive: Archive; readonly job: JournalSummary; readonly op: JournalOperation; readonly experimental: boolean },
): Promise<PastBlock> {
  const { op, job } = past;
  const place = { ecu: ecuAddress(Number.parseInt(op.ecu, 16)), did: did(Number.parseInt(op.did, 16)) };
  const now = await car.ecu(place.ecu);
  const saved = job.begin.ecus.find(({ address }) => address === op.ecu);
  if (saved !== undefined && saved.serial !== (now.serial ?? '')) throw otherUnit(now, job);
  const current = await readIfAllowed(car, place.ecu, place.did);
  if (current === undefined) throw layoutChanged(now, place.did, 'the block is gone');
  const layoutOf = (cafds: readonly string[]) => car.catalog.layout({ ecu: place.ecu, block: place.did, cafds, vin: car.identity.vin });
  const layout = fitting(layoutOf(cafdsOf(now.svk)), current.length);
  const [mask, old, next] = [fromHex(op.mask), fromHex(op.old), fromHex(op.new)];
  const changed = [...mask.keys()].filter((at) => mask[at] !== 0);
  const cafdsThen = saved?.svkSha === svkShaOf(now) ? undefined : await savedCafds(past.archive, job, op.ecu);
  const isSame = current.length === mask.length && (cafdsThen === undefined || sameSet(cafdsThen, cafdNames(now)));
  const before = fitting(layoutOf((cafdsThen ?? []).map(cafdId)), mask.length);
  const bytes = changed.map((at): PastByte => {
    const found = isSame ? { offset: at, name: undefined } : byName(at, before, layout, past.experimental);
    if (found === undefined) {
      throw layoutChanged(now, place.did, 'nothing proves that its bytes are still the same parameters');
    }
    const bitwise = inMask(layout, found.offset);
    const values = { old: old[at] ?? 0, new: next[at] ?? 0 };
    return { ...found, ...values, bitwise, mask: (mask[at] ?? 0) & (bitwise ? values.old ^ values.new : 0xff) };
  });
  return { ...place, current, bytes: bytes.filter(({ mask }) => mask !== 0) };
}

/** Where the layout now has the byte that the layout before had at an offset. */
function byName(at: number, before: BlockLayout | undefined, layout: BlockLayout | undefined, experimental: boolean) {
  if (before === undefined || layout === undefined) return undefined;
  if (!experimental && [before, layout].some(({ evidence }) => evidence === 'hypothesis')) return undefined;
  for (const parameter of parameterNames(before)) {
    const [was, is] = [parameterRange(before, parameter), parameterRange(layout, parameter)];
    if (was === undefined || is === undefined || at < was.offset || at >= was.offset + was.length) continue;
    if (was.length !== is.length) return undefined;
    return { offset: is.offset + at - was.offset, name: { parameter: is.name, byte: at - was.offset } };
  }
  return undefined;
}

function fitting(layout: BlockLayout | undefined, length: number): BlockLayout | undefined {
  return layout !== undefined && layoutFits(layout, length) ? layout : undefined;
}

function inMask(layout: BlockLayout | undefined, offset: number): boolean {
  const mask = layout?.mask;
  return mask !== undefined && offset >= mask.firstOffset && offset < mask.firstOffset + mask.groups * mask.groupBytes;
}

/** `CAFD_7E570601_001_000_000` of the unit when the job was done; none where its backup is not here. */
async function savedCafds(archive: Archive, { begin }: JournalSummary, ecu: string): Promise<readonly string[]> {
  try {
    const backup = await archive.loadBackup(begin.backup);
    return backup.ecus.find(({ address }) => address === ecu)?.cafds ?? [];
  } catch (error) {
    if (isKombiError(error, 'usage')) return [];
    throw error;
  }
}

function cafdNames({ svk }: EcuIdentity): readonly string[] {
  return svk?.entries.filter(({ processClass }) => processClass === 'CAFD').map(formatSvkEntry) ?? [];
}

function cafdId(name: string): string {
  return name.split('_')[1] ?? '';
}

/** Nothing is the same as nothing that is not known. */
function sameSet(left: readonly string[], right: readonly string[]): boolean {
  return left.length > 0 && left.length === right.length && left.every((each) => right.includes(each));
}

function otherUnit({ name }: EcuIdentity, { begin }: JournalSummary): KombiError {
  return new KombiError({
    code: 'reapply.other-ecu',
    exit: EXIT.refused,
    message: `${name} is not the unit of job ${begin.txid}: its serial differs`,
    hint: 'A new unit is coded anew, with `kombi code` or `kombi messages hide`; `kombi history` tells what was changed in the old one.',
  });
}

function layoutChanged({ name }: EcuIdentity, block: Did, why: string): KombiError {
  return new KombiError({
    code: 'reapply.layout-changed',
    exit: EXIT.refused,
    message: `${name} holds other coding data than at the time of the job, and of block ${formatDid(block)} ${why}`,
    hint: 'Read the block, and code it anew by names that hold for this software: `kombi blocks`, `kombi code`.',
  });
}
