import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recipe } from '../catalog/index.ts';
import { decodeOwnRecipes, encodeOwnRecipes, listRecipes } from '../coding/index.ts';
import { KombiError, messageOf } from '../core/index.ts';
import { assertYes } from './consent.ts';
import type { Context } from './context.ts';

/** Where a person's own recipes lie: beside the backups, so that one folder is all there is to keep. */
async function ownRecipesFolder(context: Context): Promise<string> {
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

/**
 * Keeps recipes, in one file for each first part of their names.
 *
 * @returns the paths
 * @throws {KombiError} `consent.*` (exit 3) where a file is there already and nobody says that it may be replaced
 */
export async function saveOwnRecipes(context: Context, recipes: readonly Recipe[]): Promise<readonly string[]> {
  const folder = await ownRecipesFolder(context);
  const byFile = new Map<string, Recipe[]>();
  for (const recipe of recipes) {
    const path = join(folder, `${recipe.id.slice(0, recipe.id.indexOf('.'))}.json`);
    byFile.set(path, [...(byFile.get(path) ?? []), recipe]);
  }
  const paths = [...byFile.keys()];
  const there = (await Promise.all(paths.map((path) => stat(path).catch(() => undefined)))).flatMap((status, index) =>
    status ? [paths[index]] : [],
  );
  if (there.length > 0) await assertYes(context, `Replace what is kept already? ${there.join(', ')}`);
  try {
    await mkdir(folder, { recursive: true });
    for (const [path, own] of byFile) {
      await writeFile(`${path}.tmp`, encodeOwnRecipes(own), { mode: 0o600 });
      await rename(`${path}.tmp`, path);
    }
  } catch (error) {
    throw new KombiError({
      code: 'usage.file',
      message: `${folder} cannot be written: ${messageOf(error)}`,
      hint: 'Name another folder with --archive.',
    });
  }
  return paths;
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
