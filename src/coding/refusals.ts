import type { Catalog, Statement } from '../catalog/index.ts';
import { copyBytes, formatDid, KombiError, toHex } from '../core/index.ts';
import { formatAddress } from './address.ts';
import { type BlockBytes, type BlockOwner, kindOfBlock } from './block-kind.ts';
import { describeEvidence, ownersText } from './evidence-text.ts';
import type { Target } from './target.ts';

/** More bit edits than these are no help to anybody. */
const OFFERED_BITS = 8;

/** @throws {KombiError} `coding.protected-block` for blocks that say what the coding is, or sign it */
export function refuseProtected(catalog: Catalog, block: BlockBytes & BlockOwner & { readonly next?: BlockBytes | undefined }): void {
  const { holds } = kindOfBlock(block, block, catalog);
  if (holds === undefined) return;
  const { ecu, did } = block;
  throw new KombiError({
    code: 'coding.protected-block',
    message: `Block ${formatDid(did)} of ${catalog.ecuName(ecu)} holds ${holds} and is never edited`,
    hint: 'Change a block that holds coding data; `kombi blocks` lists them.',
  });
}

/** @throws {KombiError} `coding.hypothesis` for a parameter whose place nobody has shown */
export function refuseHypothesis({ address, evidence, layout, parameter, did }: Target): void {
  if (evidence !== 'hypothesis' || layout === undefined) return;
  const { block, parameters, offsets } = layout.facts;
  const doubts = [block, parameters, offsets]
    .filter((fact: Statement) => fact.evidence === 'hypothesis')
    .map(({ note }) => note ?? 'no source shows it');
  const owners = ownersText(block);
  throw new KombiError({
    code: 'coding.hypothesis',
    message: `"${address}" is not written: ${owners === undefined ? '' : `${owners} found it in block ${formatDid(did)}, but `}where ${parameter} lies in block ${formatDid(did)} is a hypothesis (${doubts.join('; ')})`,
    items: describeEvidence(layout),
    hint: 'Read the block and check that the bytes lie where you expect them; --experimental then allows the edit and shows them all.',
  });
}

export function disagreement(target: Target, others: readonly Target[]): KombiError {
  const other = others.find(
    (each) => each !== target && each.offset < target.offset + target.length && target.offset < each.offset + each.length,
  );
  return new KombiError({
    code: 'usage.conflicting-edits',
    message: `"${other?.address ?? target.address}" and "${target.address}" give the same bits different values`,
    hint: 'Keep one of the two.',
  });
}

export interface DifferingValue {
  readonly target: Target;
  /** What the car holds; for a bit one byte, 0 or 1. */
  readonly held: Uint8Array;
  readonly stated: Uint8Array;
  readonly new: Uint8Array;
}

/** A byte edit on a car that holds something else would change more than its writer meant: offer the bits that were meant. */
export function oldValueDiffers(value: DifferingValue): KombiError {
  const { target, held, stated } = value;
  const text = (bytes: Uint8Array) => (target.bit === undefined ? toHex(bytes) : String(bytes[0] ?? 0));
  return new KombiError({
    code: 'coding.old-value-differs',
    message: `${target.address} holds ${text(held)} in this car, not ${text(stated)}`,
    hint:
      target.bit === undefined ? offerBits(value) : `To write ${text(value.new)} whatever is there: ${target.address}=${text(value.new)}`,
  });
}

function offerBits({ target, held, stated, new: next }: DifferingValue): string {
  const edits: string[] = [];
  const result = copyBytes(held);
  for (let index = 0; index < held.length; index += 1) {
    const meant = (stated[index] ?? 0) ^ (next[index] ?? 0);
    const missing = meant & ((held[index] ?? 0) ^ (next[index] ?? 0));
    result[index] = (held[index] ?? 0) ^ missing;
    for (let bit = 0; bit < 8; bit += 1)
      if ((missing >> bit) & 1) edits.push(`${bitAddress(target, index, bit)}=${((next[index] ?? 0) >> bit) & 1}`);
  }
  if (edits.length === 0) return 'The bits that your edit changes hold their new value already: there is nothing to do.';
  if (edits.length > OFFERED_BITS) return 'Read it first, then state what it holds.';
  return `To change only the bits that ${toHex(stated)}:${toHex(next)} changes (${toHex(held)} → ${toHex(result)}): ${edits.join(' ')}`;
}

function bitAddress({ syntax, offset, parameter }: Target, index: number, bit: number): string {
  const byte = syntax.byte ?? (parameter === undefined ? offset + index : index);
  return formatAddress({ ...syntax, byte, bit });
}
