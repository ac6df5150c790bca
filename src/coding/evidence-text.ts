import type { BlockLayout, Statement } from '../catalog/index.ts';
import { formatDid } from '../core/index.ts';

/**
 * How well a layout is known, one line for each thing that must be true: who says so, and how many.
 * `Block 3301: 5 owners (Mark, …)`.
 */
export function describeEvidence({ block, facts }: BlockLayout): readonly string[] {
  const rows: readonly (readonly [what: string, statement: Statement | undefined])[] = [
    [`Block ${formatDid(block)}`, facts.block],
    ['Its parameters', facts.parameters],
    ['Where they lie in it', facts.offsets],
    ['Which value shows a message', facts.polarity],
  ];
  return rows.flatMap(([what, statement]) => (statement === undefined ? [] : [`${what}: ${statementText(statement)}`]));
}

/** `5 owners`, `1 owner`; undefined where no owner is counted. */
export function ownersText({ evidence, count }: Statement): string | undefined {
  return evidence !== 'owners' || count === undefined ? undefined : `${count} ${count === 1 ? 'owner' : 'owners'}`;
}

/** What stands behind a variant of a recipe: `proven by 5 owners (Mark, …)`, `published (…)`. */
export function recipeEvidence(variant: Statement): string {
  return `${ownersText(variant) === undefined ? '' : 'proven by '}${statementText(variant)}`;
}

function statementText(statement: Statement): string {
  const { evidence, who, note } = statement;
  const details = [who?.join(', '), note].filter((part) => part !== undefined);
  return `${ownersText(statement) ?? evidence}${details.length === 0 ? '' : ` (${details.join('; ')})`}`;
}
