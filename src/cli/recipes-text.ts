import type { Recipe, RecipeVariant } from '../catalog/index.ts';
import { EVIDENCE } from '../core/index.ts';
import type { Context } from './context.ts';

/** The variant that most stands behind; a mock car's own facts count last. */
export function bestVariant({ variants }: Recipe): RecipeVariant | undefined {
  return variants.toSorted((left, right) => EVIDENCE.indexOf(left.evidence) - EVIDENCE.indexOf(right.evidence))[0];
}

export function ownersOf({ variants }: Recipe): number {
  return variants.reduce((sum, { evidence, count }) => sum + (evidence === 'owners' ? (count ?? 0) : 0), 0);
}

export function recipeResult(recipe: Recipe, { language }: Context) {
  const { id, title, does, risk, skill } = recipe;
  return {
    id,
    title: title[language],
    does: does[language],
    risk,
    skill,
    own: id.includes('.'),
    evidence: bestVariant(recipe)?.evidence,
    owners: ownersOf(recipe),
  };
}
