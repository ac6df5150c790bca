import type { CommandSpec } from '../../command.ts';
import { escapeText } from '../../escape.ts';
import { plural } from '../../format.ts';
import { allRecipes } from '../../own-recipes.ts';
import { recipeResult } from '../../recipes-text.ts';
import { table } from '../../text.ts';

export const list: CommandSpec = {
  name: 'list',
  summary: 'the recipes, and what stands behind each',
  examples: ['kombi recipes list', 'kombi recipes list --lang de'],
  run: async (context) => {
    const recipes = (await allRecipes(context)).map((recipe) => recipeResult(recipe, context));
    const style = await context.style();
    const rows = recipes.map(({ id, title, risk, evidence, owners }) => {
      const standing = owners > 0 ? plural(owners, 'owner') : (evidence ?? '');
      return [style.mark(escapeText(id)), standing, `${escapeText(title)}${risk === 'caution' ? style.warning(' (caution)') : ''}`];
    });
    return { result: { recipes }, lines: table(rows, context.width) };
  },
};
