import type { Archive, JournalSummary } from '../archive/index.ts';
import { type EditSyntax, formatAddress, parseEdit } from '../coding/index.ts';
import { EXIT, formatDid, formatEcuAddress, KombiError, toHex } from '../core/index.ts';
import type { Car } from './car.ts';
import { findJob, isUndone } from './find-job.ts';
import { findPastBlock, type PastBlock, type PastByte } from './past-bytes.ts';
import type { Plan } from './plan.ts';
import { type PlanCodingOptions, planCoding } from './plan-coding.ts';

const BITS = 8;
const WHOLE_BYTE = 0xff;

/**
 * Plans to apply past jobs again, after a dealer update took them back: all that were done on this car and not undone, as
 * one job, later ones over earlier ones; bytes that a restore put back are left alone. A byte that holds neither what it
 * held before the jobs nor what they wrote is not touched.
 *
 * @param jobId its txid or a unique beginning of it; default: all
 * @throws {KombiError} `usage.job` (exit 2); exit 3: `reapply.*`, and whatever {@link planCoding} throws
 */
export async function planReapply(
  car: Car,
  archive: Archive,
  options: PlanCodingOptions & { readonly jobId?: string | undefined } = {},
): Promise<Plan> {
  const jobs = await jobsToApply(car, archive, options.jobId);
  const blocks = new Map<string, { place: PastBlock; bytes: Map<number, PastByte> }>();
  for (const job of jobs) {
    for (const op of job.begin.ops) {
      const past = await findPastBlock(car, { archive, job, op, experimental: options.experimental === true });
      const key = `${past.ecu}:${past.did}`;
      const block = blocks.get(key) ?? { place: past, bytes: new Map<number, PastByte>() };
      for (const byte of past.bytes) fold(block.bytes, byte, job.begin.kind);
      blocks.set(key, block);
    }
  }
  const edits = [...blocks.values()].flatMap(({ place, bytes }) => [...bytes.values()].flatMap((byte) => editsOf(car, place, byte)));
  if (edits.length === 0) throw nothingToApply(car);
  return planCoding(car, edits, options);
}

async function jobsToApply(car: Car, archive: Archive, jobId: string | undefined): Promise<readonly JournalSummary[]> {
  const all = await archive.listJournals(car.identity.vin);
  const jobs = jobId === undefined ? all.filter((job) => !isUndone(job, all)) : [findJob(all, jobId, car)];
  const done = jobs.filter(({ state, begin }) => state === 'COMMITTED' && begin.kind !== 'undo');
  if (!done.some(isCoding)) throw nothingToApply(car);
  return done;
}

function isCoding({ begin }: JournalSummary): boolean {
  return begin.kind === 'code' || begin.kind === 'apply';
}

/** Puts a later change over what earlier ones left of the same byte. */
function fold(bytes: Map<number, PastByte>, later: PastByte, kind: JournalSummary['begin']['kind']): void {
  const before = bytes.get(later.offset);
  if (kind === 'restore') {
    if (before === undefined) return;
    const dropped = (before.new ^ later.new) & before.mask;
    const mask = before.bitwise || dropped === 0 ? before.mask & ~dropped : 0;
    if (mask === 0) bytes.delete(later.offset);
    else bytes.set(later.offset, { ...before, mask });
    return;
  }
  if (before === undefined) bytes.set(later.offset, later);
  else {
    const old = merge(later.old, before.old, before.mask);
    bytes.set(later.offset, { ...later, mask: before.mask | later.mask, old, new: merge(before.new, later.new, later.mask) });
  }
}

function merge(byte: number, value: number, bits: number): number {
  return (byte & ~bits) | (value & bits);
}

function editsOf(car: Car, { ecu, did, current }: PastBlock, byte: PastByte): readonly EditSyntax[] {
  const { offset, mask, name } = byte;
  const held = current[offset] ?? 0;
  const address = (bit: number | undefined) =>
    formatAddress(
      name === undefined
        ? { ecu: formatEcuAddress(ecu), did, parameter: undefined, byte: offset, bit }
        : { ecu: car.catalog.ecuName(ecu), did, parameter: name.parameter, byte: name.byte, bit },
    );
  if (!byte.bitwise && ((held ^ byte.old) & mask) !== 0 && ((held ^ byte.new) & mask) !== 0) {
    throw new KombiError({
      code: 'reapply.changed',
      exit: EXIT.refused,
      message: `${address(undefined)} holds ${hex(held)}: neither ${hex(byte.old)}, as before the job, nor ${hex(byte.new)}, as after it`,
      hint: `With the software that is there now it may mean something else. Look at block ${formatDid(did)}, and code it anew with \`kombi code\`.`,
    });
  }
  if (mask === WHOLE_BYTE && !byte.bitwise) return [parseEdit(`${address(undefined)}=${hex(byte.new)}`)];
  const bits = Array.from({ length: BITS }, (_, bit) => bit).filter((bit) => (mask >> bit) & 1);
  return bits.map((bit) => parseEdit(`${address(bit)}=${(byte.new >> bit) & 1}`));
}

function hex(byte: number): string {
  return toHex(Uint8Array.of(byte));
}

function nothingToApply({ identity }: Car): KombiError {
  return new KombiError({
    code: 'reapply.nothing',
    exit: EXIT.refused,
    message: `The archive holds no job on ${identity.vin} that was done and is not taken back`,
    hint: '`kombi history` lists the jobs.',
  });
}
