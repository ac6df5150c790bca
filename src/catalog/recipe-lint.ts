import { formatDid } from '../core/index.ts';
import type { Catalog } from './catalog.ts';
import { duplicates } from './duplicates.ts';
import type { Recipe } from './recipe.ts';

/** What no schema sees of recipes: references to nothing, variants that nobody could tell apart, ECUs that recipes must not change. */
export function lintRecipes(catalog: Catalog): readonly string[] {
  const ids = new Set(catalog.recipes.map(({ id }) => id));
  return [
    ...duplicates(
      'recipe',
      catalog.recipes.map(({ id }) => id),
    ),
    ...catalog.recipes.flatMap((recipe) => lintRecipe(recipe, ids, catalog)),
    ...duplicates(
      'coding data of a module risk',
      catalog.moduleRisks.flatMap(({ cafds }) => cafds),
    ),
  ];
}

function lintRecipe(recipe: Recipe, ids: ReadonlySet<string>, catalog: Catalog): readonly string[] {
  const { id, variants, hides, conflicts, followUp } = recipe;
  const named = [...conflicts, ...followUp.flatMap(({ recipe }) => recipe ?? [])];
  const masks = new Set(catalog.checkControlLayouts().map(({ block }) => block));
  return [
    ...(id.includes('.') ? [`recipe ${id}: a dot is for recipes of one's own`] : []),
    ...duplicates(
      `variant of recipe ${id}`,
      variants.map((variant) => variant.id),
    ),
    ...duplicates(
      `coding data of recipe ${id}`,
      variants.flatMap(({ cafds }) => cafds),
    ),
    ...named.filter((other) => !ids.has(other)).map((other) => `recipe ${id}: recipe ${other} is unknown`),
    ...hides.filter((message) => catalog.message(message) === undefined).map((message) => `recipe ${id}: message ${message} is unknown`),
    ...variants.flatMap(({ block, ecu, cafds, evidence, id: variant }) => [
      ...((evidence === 'synthetic') === cafds.some((id) => isSynthetic(id, catalog))
        ? []
        : [`recipe ${id}: variant ${variant} is synthetic where its coding data are not, or the other way round`]),
      ...(block !== undefined && !masks.has(block) ? [`recipe ${id}: no layout has masks in block ${formatDid(block)}`] : []),
      ...(ecu === undefined ? [`recipe ${id}: variant ${variant} names no ecu`] : []),
      ...(catalog.moduleRisk({ ecu, cafds })?.tier === 'blocked' ? [`recipe ${id}: variant ${variant} is for an ecu that is blocked`] : []),
    ]),
  ];
}

function isSynthetic(cafd: string, catalog: Catalog): boolean {
  return catalog.cafds.some(({ id, evidence }) => id === cafd && evidence === 'synthetic');
}
