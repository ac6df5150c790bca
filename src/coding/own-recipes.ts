import * as z from 'zod';
import { type Recipe, recipeSchema } from '../catalog/index.ts';
import { isKombiError, KombiError, lazily, messageOf } from '../core/index.ts';
import { parseEdit } from './edit.ts';

/** Larger than any real file by far. */
const MAX_RECIPE_FILE_BYTES = 16 * 1024 * 1024;
/** What a file may say of itself: that owners or a recording prove something is said where others can check it. */
const EVIDENCE_OF_FILES: ReadonlySet<string> = new Set(['published', 'derived', 'hypothesis']);

const schema = lazily(() => z.strictObject({ format: z.literal(1), recipes: z.array(recipeSchema()) }));

/**
 * Reads a file of own recipes by the same schema as the catalog's.
 *
 * @param file its name, for errors
 * @throws {KombiError} `usage.recipe-file`, naming file and place
 */
export function decodeOwnRecipes(text: string, file: string): readonly Recipe[] {
  const wrong = (problem: string, cause?: unknown) =>
    new KombiError({
      code: 'usage.recipe-file',
      message: `${file} is no file of recipes: ${problem}`,
      hint: 'Make it again with `kombi recipes import FILE.xml --save`, or correct it at that place.',
      cause,
    });
  if (text.length > MAX_RECIPE_FILE_BYTES) throw wrong(`it is larger than ${MAX_RECIPE_FILE_BYTES} bytes`);
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw wrong(messageOf(error), error);
  }
  const parsed = schema().safeParse(content);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw wrong(`${issue?.path.join('.') || 'the file'}: ${issue?.message}`, parsed.error);
  }
  const seen = new Set<string>();
  for (const recipe of parsed.data.recipes) {
    if (!recipe.id.includes('.')) throw wrong(`${recipe.id}: a recipe of one's own has a dot in its name, such as my.${recipe.id}`);
    if (seen.has(recipe.id)) throw wrong(`${recipe.id} stands twice`);
    seen.add(recipe.id);
    const problem = problemOf(recipe);
    if (problem !== undefined) throw wrong(`${recipe.id}: ${problem}`);
  }
  return parsed.data.recipes;
}

/** Shape  JSON, two spaces a level, an LF at the end; {@link decodeOwnRecipes} reads it back. */
export function encodeOwnRecipes(recipes: readonly Recipe[]): string {
  return `${JSON.stringify({ format: 1, recipes: recipes.map(plain) }, null, 2)}\n`;
}

/** As the schema reads it: addresses and blocks in hex. */
function plain(recipe: Recipe): object {
  const hex = (value: number | undefined, digits: number) => value?.toString(16).toUpperCase().padStart(digits, '0');
  return {
    ...recipe,
    variants: recipe.variants.map((variant) => ({ ...variant, ecu: hex(variant.ecu, 2), block: hex(variant.block, 4) })),
  };
}

function problemOf({ variants, hides }: Recipe): string | undefined {
  if (hides.length > 0) return 'to hide messages there is `kombi messages hide`';
  for (const { id, edits, evidence } of variants) {
    if (!EVIDENCE_OF_FILES.has(evidence))
      return `variant ${id} calls its evidence ${evidence}: a file may say ${[...EVIDENCE_OF_FILES].join(', ')}`;
    try {
      // Which ECU it will be does not matter here.
      for (const edit of edits) parseEdit(`00:${edit}`);
    } catch (error) {
      if (isKombiError(error)) return `variant ${id}: ${error.message}`;
      throw error;
    }
  }
  return undefined;
}
