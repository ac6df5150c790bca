import { checkRecipes } from '../../job/index.ts';
import { escapeText } from '../escape.ts';
import { openTheCar } from '../open-car.ts';
import { allRecipes } from '../own-recipes.ts';
import { verdictOf } from '../recipes-text.ts';
import type { AssistedCar } from './assisted-car.ts';

/** The recipes that may fit this car; those that somebody chooses become one plan. */
export async function cookRecipes(assisted: AssistedCar): Promise<void> {
  const { offered, others, choices } = await offer(assisted);
  if (others > 0) await assisted.tell([`${others} more do not fit this car: \`kombi recipes check\` says why.`]);
  if (choices.length === 0) return;
  const prompter = await assisted.prompter();
  const chosen = await prompter.chooseSome('Which recipes? (space marks one; none: back)', choices, assisted.signal);
  if (chosen.length === 0) return;
  const unproven = offered.some(({ recipe, needsExperimental }) => needsExperimental && chosen.includes(recipe.id));
  if (
    unproven &&
    !(await prompter.confirm('Nobody has proved this on a car. See a plan all the same, with --experimental?', false, assisted.signal))
  )
    return;
  await assisted.run(['apply', ...chosen, ...(unproven ? ['--experimental'] : [])]);
}

async function offer(assisted: AssistedCar) {
  await using look = assisted.look();
  const car = await openTheCar(look);
  const style = await look.talkStyle();
  const checks = await checkRecipes(car, await allRecipes(look), (await look.progress()).tell);
  const offered = checks.filter(({ answer, alreadyDone, chosen }) => answer !== 'no' && !alreadyDone && chosen !== undefined);
  return {
    offered,
    others: checks.length - offered.length,
    choices: offered.map((check) => ({
      value: check.recipe.id,
      label: `${escapeText(check.recipe.title[look.language])}: ${verdictOf(check, style)}`,
      hint: escapeText(check.recipe.does[look.language]),
    })),
  };
}
