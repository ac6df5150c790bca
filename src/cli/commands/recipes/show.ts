import type { Recipe, RecipeVariant } from '../../../catalog/index.ts';
import { findRecipe, recipeEvidence } from '../../../coding/index.ts';
import { formatDid, formatEcuAddress } from '../../../core/index.ts';
import type { CommandSpec } from '../../command.ts';
import type { Context } from '../../context.ts';
import { escapeText } from '../../escape.ts';
import { allRecipes } from '../../own-recipes.ts';
import { recipeResult } from '../../recipes-text.ts';
import { wrap } from '../../text.ts';

export const show: CommandSpec = {
  name: 'show',
  summary: 'one recipe: what it does, its variants, who says so',
  arguments: [{ syntax: '<recipe>', help: 'its name' }],
  examples: ['kombi recipes show sos-call-failure', 'kombi recipes show five-flashes --json'],
  run: async (context, input) => {
    const recipe = findRecipe(input.required(0), await allRecipes(context));
    const { sources } = await context.catalog();
    const titleOf = (id: string) => sources.find((source) => source.id === id)?.title ?? id;
    const { language } = context;
    return {
      result: {
        ...recipeResult(recipe, context),
        ...(recipe.caution === undefined ? {} : { caution: recipe.caution[language] }),
        hides: recipe.hides,
        variants: recipe.variants.map((variant) => ({ ...variantResult(variant), sourceTitle: titleOf(variant.source) })),
        reports: recipe.reports,
        conflicts: recipe.conflicts,
        followUp: recipe.followUp.map(({ text, recipe: next }) => ({
          text: text[language],
          ...(next === undefined ? {} : { recipe: next }),
        })),
      },
      lines: await lines(recipe, context, titleOf),
    };
  },
};

function variantResult({ id, ecu, cafds, series, block, edits, evidence, source, count, who, note }: RecipeVariant) {
  return {
    id,
    ecu: ecu === undefined ? null : formatEcuAddress(ecu),
    ...(block === undefined ? {} : { block: formatDid(block) }),
    cafds,
    series,
    edits,
    evidence,
    source,
    ...(count === undefined ? {} : { owners: count }),
    ...(who === undefined ? {} : { who }),
    ...(note === undefined ? {} : { note }),
  };
}

async function lines(recipe: Recipe, context: Context, titleOf: (id: string) => string): Promise<string[]> {
  const { language, width } = context;
  const [style, catalog] = [await context.style(), await context.catalog()];
  const paragraph = (text: string, indent = 0) => wrap(escapeText(text), { width, indent, lead: ' '.repeat(indent) });
  const variants = recipe.variants.flatMap((variant) => {
    const ecu = variant.ecu === undefined ? 'the unit' : catalog.ecuName(variant.ecu);
    const where = variant.block === undefined ? `with CAFD ${variant.cafds.join(', ')}` : `with masks in block ${formatDid(variant.block)}`;
    const series = variant.series.length === 0 ? '' : `, ${variant.series.join(' ')}`;
    const edits = variant.block === undefined ? variant.edits.join(' ') : recipe.hides.map((id) => `message ${id} hidden`).join(', ');
    return [
      ...paragraph(`${variant.id}: ${ecu} ${where}${series}`, 2),
      ...paragraph(edits, 4),
      ...paragraph(`${recipeEvidence(variant)}; ${titleOf(variant.source)}`, 4),
    ];
  });
  const reports = recipe.reports.map(({ who, car, outcome }) => `${who} (${car}): ${outcome}`);
  return [
    ...wrap(style.heading(`${escapeText(recipe.id)}: ${escapeText(recipe.title[language])}`), { width }),
    ...paragraph(recipe.does[language]),
    ...(recipe.caution === undefined ? [] : wrap(style.warning(escapeText(recipe.caution[language])), { width })),
    'Variants, of which the car chooses',
    ...variants,
    ...(reports.length === 0 ? [] : ['What owners told', ...reports.flatMap((text) => paragraph(text, 2))]),
    ...(recipe.conflicts.length === 0 ? [] : paragraph(`Not together with ${recipe.conflicts.join(', ')}`)),
    ...recipe.followUp.flatMap(({ text, recipe: next }) =>
      paragraph(`Afterwards: ${text[language]}${next === undefined ? '' : ` See ${next}.`}`),
    ),
  ];
}
