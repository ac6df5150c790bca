import type { Recipe, RecipeVariant } from '../catalog/index.ts';
import { EVIDENCE } from '../core/index.ts';
import type { RecipeCheck } from '../job/index.ts';
import type { Context } from './context.ts';
import { plural } from './format.ts';
import type { Style } from './style.ts';

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

/** Whether it fits the car, in a few words: `works, proven by 5 owners`. */
export function verdictOf({ answer, owners, needsExperimental, alreadyDone }: RecipeCheck, style: Style): string {
  const verdict = answer === 'works' && owners > 0 ? `works, proven by ${plural(owners, 'owner')}` : answer;
  const more = [alreadyDone ? 'the car holds it already' : undefined, needsExperimental ? 'needs --experimental' : undefined];
  const text = [verdict, ...more].filter((part) => part !== undefined).join('; ');
  return answer === 'works' ? style.good(text) : text;
}
