/** recipes: named edits tried on a car: which variant fits it, what is known of that, several as one plan. */
export * from './check-recipe.ts';
export * from './check-vin.ts';
export type { ChosenVariant } from './choose-variant.ts';
export * from './plan-recipes.ts';
