import { findRecipe } from '../../coding/index.ts';
import { planRecipes } from '../../job/index.ts';
import { runWritingCommand } from '../carry-out-plan.ts';
import type { CommandSpec } from '../command.ts';
import { allRecipes } from '../own-recipes.ts';

export const apply: CommandSpec = {
  name: 'apply',
  summary: 'carry recipes out: plan, consent, backup, write, verify',
  description:
    'Several recipes are one plan and one job: all or none. Which variant fits, the car decides. Nothing is written before you have seen the plan and consented to it, as with `kombi code`.',
  arguments: [{ syntax: '<recipe...>', help: 'their names; `kombi recipes list` shows them' }],
  options: [
    { flags: '--dry-run', help: 'show the plan and stop' },
    { flags: '--label <text>', help: 'a name for the job and its backup' },
  ],
  examples: ['kombi apply sos-call-failure --dry-run --link mock:f06-sos', 'kombi apply sos-call-failure gps-clock --link mock:f06-sos'],
  run: async (context, input) => {
    const all = await allRecipes(context);
    const recipes = [...new Set(input.rest(0).map((id) => findRecipe(id, all)))];
    const { language } = context;
    const { experimental } = context.globals;
    return runWritingCommand(context, {
      plan: async (car) => (await planRecipes(car, recipes, { experimental })).plan,
      dryRun: input.flag('dryRun'),
      label: input.text('label'),
      followUp: recipes.flatMap(({ followUp }) =>
        followUp
          .filter(({ recipe }) => !recipes.some(({ id }) => id === recipe))
          .map(({ text, recipe }) => `${text[language]}${recipe === undefined ? '' : ` kombi apply ${recipe}`}`),
      ),
    });
  },
};
