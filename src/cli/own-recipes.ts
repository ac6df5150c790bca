import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recipe } from '../catalog/index.ts';
import { decodeOwnRecipes, listRecipes } from '../coding/index.ts';
import { KombiError, messageOf } from '../core/index.ts';
import type { Context } from './context.ts';

/** Where a person's own recipes lie: beside the backups, so that one folder is all there is to keep. */
export async function ownRecipesFolder(context: Context): Promise<string> {
  return join(await context.archiveDirectory(), 'recipes');
}

/** @throws {KombiError} `usage.recipe-file` for a file that is none, or two that name the same recipe */
export async function loadOwnRecipes(context: Context): Promise<readonly Recipe[]> {
  const folder = await ownRecipesFolder(context);
  const names = await readdir(folder).catch((): string[] => []);
  const recipes = new Map<string, Recipe>();
  for (const name of names.filter((each) => each.endsWith('.json')).sort()) {
    const path = join(folder, name);
    for (const recipe of decodeOwnRecipes(await readText(path), path)) {
      if (recipes.has(recipe.id)) throw unreadable(path, `${recipe.id} stands in another file too`);
      recipes.set(recipe.id, recipe);
    }
  }
  return [...recipes.values()];
}

/** Those of the catalog, then one's own. */
export async function allRecipes(context: Context): Promise<readonly Recipe[]> {
  return listRecipes(await context.catalog(), await loadOwnRecipes(context));
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw unreadable(path, messageOf(error));
  }
}

function unreadable(path: string, problem: string): KombiError {
  return new KombiError({ code: 'usage.recipe-file', message: `${path} cannot be used: ${problem}`, hint: 'Move it away, or correct it.' });
}
