import type { Recipe } from '../../catalog/index.ts';
import { conflictingRecipes, recipeEvidence, refuseConflicts } from '../../coding/index.ts';
import { EXIT, isKombiError, KombiError } from '../../core/index.ts';
import { cafdsOf } from '../../vehicle/index.ts';
import type { Car } from '../car.ts';
import type { Plan, PlanNote } from '../plan.ts';
import { type PlanCodingOptions, planCoding } from '../plan-coding.ts';
import { type ChosenVariant, chooseVariant } from './choose-variant.ts';

/** Recipes as one plan: carried out as one job, all or none. */
export interface RecipePlan {
  readonly plan: Plan;
  readonly chosen: readonly ChosenVariant[];
}

/**
 * Plans recipes against blocks just read, each with the variant that fits this car.
 *
 * @throws {KombiError} `usage.conflicting-recipes` before the car is asked, or where they give the same bits different values; exit 3:
 *   `recipe.hypothesis` without `experimental`, whatever {@link chooseVariant} and {@link planCoding} throw
 */
export async function planRecipes(car: Car, recipes: readonly Recipe[], options: PlanCodingOptions = {}): Promise<RecipePlan> {
  refuseConflicts(recipes);
  const chosen: ChosenVariant[] = [];
  for (const recipe of recipes) chosen.push(await chooseVariant(car, recipe, options));
  if (options.experimental !== true) for (const each of chosen) refuseHypothesis(each);
  const edits = chosen.flatMap((each) => each.edits);
  const plan = await planCoding(car, edits, options).catch((error: unknown) => {
    if (recipes.length > 1 && isKombiError(error, 'usage.conflicting-edits')) throw conflictingRecipes(recipes, error.message);
    throw error;
  });
  const notes = new Map(chosen.flatMap((each) => notesOf(car, each)).map((note) => [note.text, note]));
  return { plan: { ...plan, notes: [...notes.values(), ...plan.notes] }, chosen };
}

function refuseHypothesis({ recipe, variant }: ChosenVariant): void {
  if (variant.evidence !== 'hypothesis') return;
  throw new KombiError({
    code: 'recipe.hypothesis',
    exit: EXIT.refused,
    message: `${recipe.id} is not written: it is a hypothesis (${variant.note ?? 'no source shows it'})`,
    items: [recipeEvidence(variant)],
    hint: '--experimental allows it and shows the whole block: check there that the bytes hold what you expect.',
  });
}

function notesOf(car: Car, { recipe, variant, ecus }: ChosenVariant): readonly PlanNote[] {
  const notes: PlanNote[] = [
    { code: 'recipe', text: `${recipe.id}: ${sentence(recipe.does.en)} Variant ${variant.id}: ${recipeEvidence(variant)}.` },
  ];
  if (recipe.caution !== undefined) notes.push({ code: 'caution', text: sentence(recipe.caution.en) });
  for (const ecu of ecus) {
    const risk = car.catalog.moduleRisk({ ecu: ecu.address, cafds: cafdsOf(ecu.svk) });
    if (risk !== undefined) notes.push({ code: 'caution', text: sentence(risk.why.en) });
  }
  if (variant.evidence === 'hypothesis')
    notes.push({ code: 'experimental', text: `Experimental: ${recipe.id} is a hypothesis. Check every byte of the block.` });
  return notes;
}

function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
