import type { Recipe } from '../../catalog/index.ts';
import { recipeEvidence } from '../../coding/index.ts';
import { isKombiError, type KombiError } from '../../core/index.ts';
import type { Car } from '../car.ts';
import type { OnProgress } from '../plan.ts';
import type { ChosenVariant } from './choose-variant.ts';
import { planRecipes, type RecipePlan } from './plan-recipes.ts';

/** What a recipe would come to on this car. */
export interface RecipeCheck {
  readonly recipe: Recipe;
  /** `works`: owners, or a recording, show it for a car that holds this; `unknown`: nobody does; `no`: it cannot be. */
  readonly answer: 'works' | 'unknown' | 'no';
  /** How many owners prove it. */
  readonly owners: number;
  /** Why, in one sentence for people. */
  readonly reason: string;
  /** What to do next, where the answer is not yes. */
  readonly hint: string | undefined;
  /** Undefined where none fits this car. */
  readonly chosen: ChosenVariant | undefined;
  readonly needsExperimental: boolean;
  /** The car holds all of it already. */
  readonly alreadyDone: boolean;
}

const PROVEN: ReadonlySet<string> = new Set(['recorded', 'owners', 'synthetic']);
/** The ECUs and rules of this car say no; what else keeps a recipe from being planned is only not known. */
const NO = ['recipe.blocked', 'recipe.other-coding-data', 'car.e-series', 'car.signed-coding', 'ecu', 'block.absent'];
const UNKNOWN = ['recipe', 'coding', 'car.unknown-series', 'usage', 'block', 'uds'];

/**
 * Tries a recipe on this car without writing anything.
 *
 * @throws {KombiError} `link.*`, `car.changed`: what says nothing of the recipe
 */
export async function checkRecipe(car: Car, recipe: Recipe): Promise<RecipeCheck> {
  try {
    return await checkPlanned(car, recipe);
  } catch (error) {
    const answer = answerOf(car, error);
    if (answer === undefined || !isKombiError(error)) throw error;
    return {
      recipe,
      answer,
      owners: 0,
      reason: sentence(error),
      hint: error.hint,
      chosen: undefined,
      needsExperimental: false,
      alreadyDone: false,
    };
  }
}

/** {@link checkRecipe} for many, in their order; a block is read once, however many of them look at it. */
export async function checkRecipes(car: Car, recipes: readonly Recipe[], onProgress?: OnProgress): Promise<readonly RecipeCheck[]> {
  using _memory = car.client.rememberReads();
  const checks: RecipeCheck[] = [];
  for (const recipe of recipes) {
    onProgress?.({ step: 'check', done: checks.length, total: recipes.length });
    checks.push(await checkRecipe(car, recipe));
  }
  return checks;
}

async function checkPlanned(car: Car, recipe: Recipe): Promise<RecipeCheck> {
  let needsExperimental = false;
  const { plan, chosen } = await planRecipes(car, [recipe]).catch((error: unknown): Promise<RecipePlan> => {
    if (!isKombiError(error, 'coding.hypothesis') && !isKombiError(error, 'recipe.hypothesis')) throw error;
    needsExperimental = true;
    return planRecipes(car, [recipe], { experimental: true });
  });
  const [only] = chosen;
  const evidence = only?.variant.evidence ?? 'hypothesis';
  return {
    recipe,
    answer: PROVEN.has(evidence) ? 'works' : 'unknown',
    owners: evidence === 'owners' ? (only?.variant.count ?? 0) : 0,
    reason: only === undefined ? '' : `variant ${only.variant.id} fits: ${recipeEvidence(only.variant)}`,
    hint: undefined,
    chosen: only,
    needsExperimental,
    alreadyDone: plan.alreadyDone,
  };
}

function answerOf(car: Car, error: unknown): 'unknown' | 'no' | undefined {
  // Of an E-series cluster it is known that its masks are elsewhere.
  if (isKombiError(error, 'coding.no-mask') && car.identity.protocol === 'kwp') return 'no';
  if (NO.some((code) => isKombiError(error, code))) return 'no';
  return UNKNOWN.some((code) => isKombiError(error, code)) ? 'unknown' : undefined;
}

function sentence({ message, items }: KombiError): string {
  return items.length === 0 ? message : `${message} (${items.join('; ')})`;
}
