import type { Catalog } from '../catalog/index.ts';
import { copyBytes, type Did, type EcuAddress, equalBytes, KombiError, toHex, type Vin } from '../core/index.ts';
import type { BlockBytes } from './block-kind.ts';
import type { EditSyntax } from './edit.ts';
import { disagreement, oldValueDiffers, refuseHypothesis, refuseProtected } from './refusals.ts';
import { lookUp, type ResolveContext, resolveAddress, type Target } from './target.ts';

/** An edit whose address and lengths are known to fit the block. */
export interface Edit {
  readonly target: Target;
  /** The stated old value; for a bit one byte, 0 or 1. */
  readonly old: Uint8Array | undefined;
  readonly new: Uint8Array;
}

/** One edit as a plan shows it; `<address>=<old>:<new>` is the edit again. */
export interface PlannedEdit {
  /** As typed. */
  readonly address: string;
  readonly canonical: string;
  /** Hex, or 0 or 1 for a bit: what the car holds. */
  readonly old: string;
  readonly new: string;
  readonly target: Target;
}

/** What will be written to one block. No bit outside `mask` differs between `old` and `new`. */
export interface BlockChange {
  readonly ecu: EcuAddress;
  readonly did: Did;
  readonly old: Uint8Array;
  readonly mask: Uint8Array;
  readonly new: Uint8Array;
  readonly edits: readonly PlannedEdit[];
}

export interface ChangeBlockOptions {
  readonly ecu: EcuAddress;
  readonly did: Did;
  /** The block as just read. */
  readonly bytes: Uint8Array;
  readonly edits: readonly Edit[];
  readonly catalog: Catalog;
  readonly cafds: readonly string[];
  readonly vin?: Vin | undefined;
  /** The block behind it, where that tells what it is (see {@link placesBehindTlid}). */
  readonly next?: BlockBytes | undefined;
  /** Lets an edit rely on a hypothesis. */
  readonly experimental?: boolean | undefined;
}

/**
 * Checks all that can be wrong with an edit before any car is asked; a value for a whole block needs the car's length.
 *
 * @throws {KombiError} `usage.length`, and whatever `checkAddress` throws
 */
export function checkEdit(edit: EditSyntax, catalog: Catalog): EcuAddress {
  const { ecu, length } = lookUp(edit.address, catalog);
  if (length !== undefined) refuseLength(edit, length);
  return ecu;
}

/**
 * Looks an edit up on this car.
 *
 * @throws {KombiError} `usage.length` where a value has not as many bytes as its range; whatever {@link resolveAddress} throws
 */
export function resolveEdit(edit: EditSyntax, context: ResolveContext): Edit {
  const target = resolveAddress(edit.address, context);
  refuseLength(edit, target.length);
  return { target, old: edit.old, new: edit.new };
}

/**
 * What edits make of a block: a bit edit keeps its neighbours, everything not named stays.
 *
 * @throws {KombiError} `usage.conflicting-edits`; `coding.protected-block`; `coding.hypothesis` without `experimental`;
 *   `coding.old-value-differs` where a stated old value is not what the car holds, unless it holds the new value already
 */
export function changeBlock({ ecu, did, bytes, edits, catalog, cafds, vin, next: behind, experimental }: ChangeBlockOptions): BlockChange {
  const mask = new Uint8Array(bytes.length);
  const next = copyBytes(bytes);
  const targets = edits.map(({ target }) => target);
  for (const edit of edits) {
    apply(edit, { mask, next, targets });
  }
  refuseProtected(catalog, { ecu, did, cafds, vin, bytes, next: behind });
  if (experimental !== true) for (const target of targets) refuseHypothesis(target);
  const planned = edits.map((edit) => plannedEdit(edit, bytes));
  return { ecu, did, old: copyBytes(bytes), mask, new: next, edits: planned };
}

/**
 * The change that takes a change back. Bits outside its mask stay as they are now.
 *
 * @param current the block as just read; as the change left it unless given
 */
export function revert(change: BlockChange, current: Uint8Array = change.new): BlockChange {
  return {
    ...change,
    old: copyBytes(current),
    new: current.map((byte, index) => merge(byte, change.old[index] ?? 0, change.mask[index] ?? 0)),
    edits: change.edits.map((edit) => ({ ...edit, old: valueText(edit.target, current), new: edit.old })),
  };
}

export function changesNothing(change: BlockChange): boolean {
  return equalBytes(change.old, change.new);
}

function apply({ target, new: value }: Edit, block: { mask: Uint8Array; next: Uint8Array; targets: readonly Target[] }): void {
  for (let index = 0; index < target.length; index += 1) {
    const at = target.offset + index;
    const bits = target.bit === undefined ? 0xff : 1 << target.bit;
    const wanted = target.bit === undefined ? (value[index] ?? 0) : (value[0] ?? 0) << target.bit;
    const already = block.mask[at] ?? 0;
    const present = block.next[at] ?? 0;
    if (((present ^ wanted) & already & bits) !== 0) throw disagreement(target, block.targets);
    block.next[at] = merge(present, wanted, bits);
    block.mask[at] = already | bits;
  }
}

function plannedEdit({ target, old, new: value }: Edit, bytes: Uint8Array): PlannedEdit {
  const held = heldValue(target, bytes);
  if (old !== undefined && !equalBytes(held, old) && !equalBytes(held, value))
    throw oldValueDiffers({ target, held, stated: old, new: value });
  return { address: target.address, canonical: target.canonical, old: valueText(target, bytes), new: textOf(target, value), target };
}

function heldValue({ offset, length, bit }: Target, bytes: Uint8Array): Uint8Array {
  return bit === undefined ? bytes.subarray(offset, offset + length) : Uint8Array.of(((bytes[offset] ?? 0) >> bit) & 1);
}

function valueText(target: Target, bytes: Uint8Array): string {
  return textOf(target, heldValue(target, bytes));
}

function textOf({ bit }: Target, value: Uint8Array): string {
  return bit === undefined ? toHex(value) : String(value[0] ?? 0);
}

function merge(byte: number, value: number, bits: number): number {
  return (byte & ~bits) | (value & bits);
}

function refuseLength({ text, address, old, new: next }: EditSyntax, length: number): void {
  for (const value of [old, next]) {
    if (value === undefined || value.length === length) continue;
    throw new KombiError({
      code: 'usage.length',
      message: `"${text}": ${address.text} holds ${bytesOf(length)}, but ${toHex(value)} is ${bytesOf(value.length)}`,
      hint: 'Give exactly as many bytes, two hex digits each, or name one byte of the range.',
    });
  }
}

function bytesOf(count: number): string {
  return count === 1 ? '1 byte' : `${count} bytes`;
}
