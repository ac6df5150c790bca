import { type Catalog, nearestMatch, type Recipe, type RecipeVariant } from '../catalog/index.ts';
import { type EcuAddress, KombiError } from '../core/index.ts';
import { type EditSyntax, parseEdit } from './edit.ts';

/** Every recipe there is: those of the catalog, then a person's own. */
export function listRecipes(catalog: Catalog, own: readonly Recipe[] = []): readonly Recipe[] {
  return [...catalog.recipes, ...own];
}

/** @throws {KombiError} `usage.recipe` where none is called so, with the nearest */
export function findRecipe(id: string, recipes: readonly Recipe[]): Recipe {
  const found = recipes.find((recipe) => recipe.id === id.toLowerCase());
  if (found !== undefined) return found;
  const nearest = nearestMatch(
    id,
    recipes.map((recipe) => recipe.id),
  );
  throw new KombiError({
    code: 'usage.recipe',
    message: `No recipe is called "${id}"`,
    hint: nearest === undefined ? '`kombi recipes list` shows all.' : `Did you mean ${nearest}? \`kombi recipes list\` shows all.`,
  });
}

/**
 * The edits of a variant on one ECU: `KOMBI:3000.@01.7=1`.
 *
 * @throws {KombiError} as {@link parseEdit}
 */
export function editsOfVariant({ edits }: RecipeVariant, ecu: EcuAddress, catalog: Catalog): readonly EditSyntax[] {
  return edits.map((edit) => parseEdit(`${catalog.ecuName(ecu)}:${edit}`));
}

/**
 * Refuses recipes that say of each other that they cannot be meant together.
 *
 * @throws {KombiError} `usage.conflicting-recipes`
 */
export function refuseConflicts(recipes: readonly Recipe[]): void {
  for (const recipe of recipes) {
    const other = recipes.find(({ id }) => recipe.conflicts.includes(id));
    if (other !== undefined) throw conflictingRecipes([recipe, other], 'one undoes what the other is for');
  }
}

export function conflictingRecipes(recipes: readonly Recipe[], why: string): KombiError {
  return new KombiError({
    code: 'usage.conflicting-recipes',
    message: `${recipes.map(({ id }) => id).join(' and ')} cannot be applied together: ${why}`,
    hint: 'Keep one of them.',
  });
}
