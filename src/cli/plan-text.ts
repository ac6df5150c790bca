import type { BlockLayout, Catalog } from '../catalog/index.ts';
import { type BlockChange, describeEffect, type Effect } from '../coding/index.ts';
import { formatDid, toHex } from '../core/index.ts';
import type { MessageReport, Plan } from '../job/index.ts';
import { cafdsOf } from '../vehicle/index.ts';
import { type BlockRow, rowsOfBlock, rowText } from './block-rows.ts';
import { escapeText } from './escape.ts';
import { ecuTitle } from './format.ts';
import type { Style } from './style.ts';
import { table, wrap } from './text.ts';

export interface PlanTextOptions {
  readonly catalog: Catalog;
  readonly style: Style;
  readonly width: number;
  readonly language: 'en' | 'de';
  /** Show blocks whole, as an experimental plan must. */
  readonly wholeBlocks: boolean;
}

const INDENT = 2;

/** A plan as the person reads it who consents: every byte that changes, what that means, what the car says of it. */
export function planText(plan: Plan, options: PlanTextOptions): string[] {
  const lines: string[] = [];
  for (const change of plan.changes) {
    if (lines.length > 0) lines.push('');
    lines.push(...changeText(plan, change, options));
  }
  if (plan.changes.length > 1) lines.push('');
  const paragraph = (text: string) => wrap(text, { width: options.width, indent: INDENT, lead: ' '.repeat(INDENT) });
  for (const note of plan.notes) lines.push(...paragraph(options.style.warning(escapeText(note.text))));
  for (const text of reportTexts(plan.messages)) lines.push(...paragraph(text));
  lines.push(...paragraph(`Plan ${options.style.mark(plan.id)}`));
  return lines.map((line) => line.replaceAll('\u00a0', ' '));
}

function changeText(plan: Plan, change: BlockChange, options: PlanTextOptions): string[] {
  const { catalog, style, width } = options;
  const ecu = plan.ecus.find(({ address }) => address === change.ecu);
  const layout = ecu && catalog.layout({ ecu: change.ecu, block: change.did, cafds: cafdsOf(ecu.svk), vin: plan.vehicle.vin });
  const title = ecu === undefined ? escapeText(catalog.ecuName(change.ecu)) : ecuTitle(ecu);
  const heading = `${title} · block ${formatDid(change.did)}${layout === undefined ? '' : ` ${escapeText(layout.name)}`}`;
  const rows = rowsOf(change, layout, options.wholeBlocks);
  const cells: string[][] = [];
  for (const row of rows) {
    cells.push([escapeText(row.label), rowText(change, row, style)]);
    for (const effect of plan.effects)
      if (liesIn(effect, change, row)) cells.push(['', escapeText(describeEffect(effect, options.language))]);
  }
  const body = rows.length > 0 ? table(cells, width, { indent: INDENT, gap: 3 }) : ['  The car holds this already.'];
  return [...wrap(style.heading(heading), { width }), ...body];
}

/** The rows that edits touch, in the order of the block; all of them for a whole block. */
function rowsOf(change: BlockChange, layout: BlockLayout | undefined, whole: boolean): readonly BlockRow[] {
  const touched = ({ offset, length }: BlockRow) =>
    change.edits.some(({ target }) => target.offset < offset + length && offset < target.offset + target.length);
  return rowsOfBlock(layout, change.old.length).filter((row) => whole || touched(row));
}

function liesIn(effect: Effect, change: BlockChange, { offset, length }: BlockRow): boolean {
  return effect.ecu === change.ecu && effect.did === change.did && effect.offset >= offset && effect.offset < offset + length;
}

/** What the car itself stores of messages; what was not seen is not denied. */
export function reportTexts(reports: readonly MessageReport[]): string[] {
  const lines: string[] = [];
  const unseen: MessageReport[] = [];
  for (const report of reports) {
    const seen = [
      report.seenActive ? 'active now' : undefined,
      report.stored === undefined ? undefined : `stored at ${report.stored.mileageKm} km`,
    ].filter((part) => part !== undefined);
    if (seen.length > 0) lines.push(`The car on message ${report.id}: ${seen.join(', ')}.`);
    else unseen.push(report);
  }
  if (unseen.length > 0) {
    const told = unseen.some(({ told }) => told) ? 'not seen in its message memory' : 'the cluster does not tell';
    lines.push(`The car on message ${unseen.map(({ id }) => id).join(', ')}: ${told}.`);
  }
  const faults = reports.find((report) => report.faults !== undefined)?.faults ?? [];
  for (const { ecu, code, meaning } of faults)
    lines.push(`${ecuHex(ecu)} stores ${code}: ${escapeText(meaning?.label.en ?? 'no public meaning known')}.`);
  return lines;
}

function ecuHex(address: number): string {
  return `ECU ${toHex(Uint8Array.of(address))}`;
}
