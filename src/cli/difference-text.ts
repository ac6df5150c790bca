import { type BackupContent, type BackupEcu, type BlockDifference, blockBytes, type EcuDifference } from '../archive/index.ts';
import type { BlockLayout, Catalog } from '../catalog/index.ts';
import { type DifferingRange, differingRanges, type Effect, effectsOf } from '../coding/index.ts';
import { type Did, did, type EcuAddress, ecuAddress, toHex, type Vin } from '../core/index.ts';
import { escapeText } from './escape.ts';
import { plural } from './format.ts';
import type { Style } from './style.ts';
import { displayWidth, table, wrap } from './text.ts';

/** What two sides hold, and what is known of the car that they are of. */
export interface Sides {
  readonly left: Pick<BackupContent, 'ecus'>;
  readonly right: Pick<BackupContent, 'ecus'>;
  readonly catalog: Catalog;
  readonly vin: string;
  readonly language: 'en' | 'de';
  /** What to call the sides: `the backup`, `the car`. */
  readonly names: { readonly left: string; readonly right: string };
}

/** A block that differs, with what is known of its bytes. */
export interface ExplainedBlock extends BlockDifference {
  readonly layout: BlockLayout | undefined;
  readonly ranges: readonly (DifferingRange & { readonly left: Uint8Array; readonly right: Uint8Array })[];
  readonly effects: readonly Effect[];
}

/** Looks up what the differing bytes of a block mean. */
export function explainBlock(ecu: EcuDifference, block: BlockDifference, sides: Sides): ExplainedBlock {
  const [leftEcu, rightEcu] = [sides.left, sides.right].map(({ ecus }) => ecus.find(({ address }) => address === ecu.address));
  const [left, right] = [bytesOf(leftEcu, block.did), bytesOf(rightEcu, block.did)];
  const place = { ecu: ecuAddress(Number.parseInt(ecu.address, 16)), did: did(Number.parseInt(block.did, 16)) };
  const layout = layoutOf(place, leftEcu ?? rightEcu, sides);
  if (block.kind !== 'changed' || left === undefined || right === undefined) return { ...block, layout, ranges: [], effects: [] };
  return {
    ...block,
    layout,
    ranges: differingRanges(left, right, layout).map((range) => ({ ...range, left: cut(left, range), right: cut(right, range) })),
    effects: left.length === right.length ? effectsOf({ ...place, old: left, new: right }, layout, sides.catalog) : [],
  };
}

/** One ECU of a difference, as a person reads it: each changed byte in its parameter, old → new, and what it means. */
export function ecuDifferenceLines(ecu: EcuDifference, sides: Sides, { style, width }: { style: Style; width: number }): string[] {
  const title = `${escapeText(ecu.name ?? ecu.address)} ${ecu.address}`;
  if (ecu.kind !== 'both') return [`${title} only in ${sideName(ecu.kind, sides)}: ${plural(ecu.blocks.length, 'block')}`];
  const heading = `${title}${ecu.identity.length > 0 ? `, other ${ecu.identity.join(', ')}` : ''}`;
  return [heading, ...ecu.blocks.flatMap((block) => blockLines(explainBlock(ecu, block, sides), sides, { style, width }))];
}

function blockLines(block: ExplainedBlock, sides: Sides, { style, width }: { style: Style; width: number }): string[] {
  const name = block.layout === undefined || block.ranges.every(({ parameter }) => parameter === undefined) ? '' : block.layout.name;
  const lead = `  ${block.did}${name === '' ? '' : ` ${escapeText(name)}`}`;
  const lines = wrap(blockText(block, sides), { width, indent: Math.max(8, displayWidth(lead) + 2), lead });
  const cells: string[][] = [];
  for (const range of block.ranges) {
    cells.push([escapeText(range.parameter ?? `@${hexNumber(range.offset)}`), sideBySide(range, style)]);
    for (const effect of block.effects)
      if (effect.offset >= range.offset && effect.offset < range.offset + range.length)
        cells.push(['', escapeText(effectText(effect, sides.language))]);
  }
  return [...lines, ...table(cells, width, { indent: 8, gap: 3 }).map((line) => line.replaceAll('\u00a0', ' '))];
}

/** `@25 FF→F7`, or which side lacks the block, and why. */
export function blockText({ kind, bytes, unreadable }: BlockDifference, sides: Pick<Sides, 'names'>): string {
  if (kind !== 'changed')
    return `only in ${sideName(kind, sides)}${unreadable === undefined ? '' : ` (the other could not read it: ${unreadable})`}`;
  return bytes.map(({ offset, left, right }) => `@${hexNumber(offset)} ${hexByte(left)}→${hexByte(right)}`).join('  ');
}

/** `bit 3 off: message 299, emergency call system failed: shown → hidden`. */
export function effectText({ bit, value, messageId, label, becomes, evidence }: Effect, language: 'en' | 'de'): string {
  const change = becomes === 'hidden' ? 'shown → hidden' : 'hidden → shown';
  const doubt = evidence === 'hypothesis' ? ' (by a layout that no car has shown)' : '';
  return `bit ${bit} ${value === 1 ? 'on' : 'off'}: message ${messageId}, ${label[language]}: ${change}${doubt}`;
}

function sideName(kind: 'left-only' | 'right-only', { names }: Pick<Sides, 'names'>): string {
  return kind === 'left-only' ? names.left : names.right;
}

/** `FF FF [FF → F7] FF`: both values of a byte that differs, so that no colour is needed to see it. */
function sideBySide({ left, right, length }: ExplainedBlock['ranges'][number], style: Style): string {
  const parts: string[] = [];
  for (let at = 0; at < length; at += 1) {
    const [before, after] = [left[at], right[at]];
    parts.push(
      before === after ? hexByte(before ?? null) : style.mark(`[${hexByte(before ?? null)}\u00a0→\u00a0${hexByte(after ?? null)}]`),
    );
  }
  return parts.join(' ');
}

function layoutOf(place: { ecu: EcuAddress; did: Did }, saved: BackupEcu | undefined, { catalog, vin }: Sides): BlockLayout | undefined {
  // `CAFD_7E570601_001_000_000`: the id decides the layout.
  const cafds = saved?.cafds.flatMap((text) => text.split('_')[1] ?? []) ?? [];
  return catalog.layout({ ecu: place.ecu, block: place.did, cafds, vin: vin as Vin });
}

function bytesOf(ecu: BackupEcu | undefined, block: string): Uint8Array | undefined {
  const found = ecu?.blocks.find((candidate) => candidate.did === block);
  return found && blockBytes(found);
}

function cut(bytes: Uint8Array, { offset, length }: DifferingRange): Uint8Array {
  return bytes.subarray(offset, offset + length);
}

function hexNumber(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, '0');
}

function hexByte(value: number | null): string {
  return value === null ? 'nothing' : toHex(Uint8Array.of(value));
}
