import type { Recipe } from '../../../catalog/index.ts';
import { findRecipe } from '../../../coding/index.ts';
import { formatEcuAddress, isVin, KombiError } from '../../../core/index.ts';
import { checkRecipes, checkVin } from '../../../job/index.ts';
import type { CommandSpec, Outcome } from '../../command.ts';
import type { Context } from '../../context.ts';
import { escapeText } from '../../escape.ts';
import { carLine, plural } from '../../format.ts';
import { openTheCar } from '../../open-car.ts';
import { allRecipes } from '../../own-recipes.ts';
import { verdictOf } from '../../recipes-text.ts';
import { table, wrap } from '../../text.ts';

export const check: CommandSpec = {
  name: 'check',
  summary: 'whether recipes fit this car: works, unknown or no, and why',
  description:
    'Asks the car what its units hold, and writes nothing. With --vin there is no car to ask, and only the table from VIN to series answers: supported, unknown or no.',
  arguments: [{ syntax: '[recipe...]', help: 'their names; all of them where none is given' }],
  options: [{ flags: '--vin <vin>', help: 'judge by a VIN alone, without a car' }],
  examples: [
    'kombi recipes check sos-call-failure --link enet:',
    'kombi recipes check --link mock:f06-sos',
    'kombi recipes check sos-call-failure --vin WBA6C92010D000001',
  ],
  run: async (context, input) => {
    const all = await allRecipes(context);
    const named = input.rest(0).map((id) => findRecipe(id, all));
    const recipes = named.length > 0 ? named : all;
    const vin = input.text('vin');
    return vin === undefined ? checkCar(context, recipes, named.length > 0) : checkByVin(context, recipes, vin.toUpperCase());
  },
};

async function checkCar(context: Context, recipes: readonly Recipe[], saysWhy: boolean): Promise<Outcome> {
  const car = await openTheCar(context);
  const checks = await checkRecipes(car, recipes, (await context.progress()).tell);
  const style = await context.style();
  const verdicts = checks.map((each) => ({ ...each, text: verdictOf(each, style) }));
  const lines = saysWhy
    ? verdicts.flatMap(({ recipe, text, reason, hint }) =>
        verdictLines({ id: recipe.id, text, whys: [reason, hint ?? ''], width: context.width }),
      )
    : [
        ...table(
          verdicts.map(({ recipe, text }) => [escapeText(recipe.id), text]),
          context.width,
        ),
        '',
        'Why: name them, as in `kombi recipes check sos-call-failure`',
      ];
  return {
    result: {
      vin: car.identity.vin,
      series: car.identity.series ?? null,
      model: car.identity.model ?? null,
      recipes: checks.map(({ recipe, answer, owners, reason, hint, chosen, needsExperimental, alreadyDone }) => ({
        id: recipe.id,
        answer,
        owners,
        reason,
        ...(hint === undefined ? {} : { hint }),
        variant: chosen?.variant.id ?? null,
        evidence: chosen?.variant.evidence ?? null,
        ecus: chosen?.ecus.map(({ address }) => formatEcuAddress(address)) ?? [],
        needsExperimental,
        alreadyDone,
      })),
    },
    lines: [...wrap(style.heading(await carLine(car)), { width: context.width }), '', ...lines],
  };
}

async function checkByVin(context: Context, recipes: readonly Recipe[], vin: string): Promise<Outcome> {
  if (!isVin(vin)) {
    throw new KombiError({ code: 'usage.vin', message: `"${vin}" is no VIN`, hint: 'A VIN has 17 characters, without I, O and Q.' });
  }
  const catalog = await context.catalog();
  const checks = recipes.map((recipe) => checkVin(catalog, recipe, vin));
  const style = await context.style();
  const [first] = checks;
  const lines = checks.map(({ recipe, answer, worked, reason }) => {
    const text = worked.length > 0 ? `${answer}, ${plural(worked.length, 'owner')}` : answer;
    return verdictLines({ id: recipe.id, text: answer === 'supported' ? style.good(text) : text, whys: [reason], width: context.width });
  });
  return {
    result: {
      vin,
      series: first?.series ?? null,
      model: first?.model ?? null,
      recipes: checks.map(({ recipe, answer, worked, absent, unanswered, reason }) => ({
        id: recipe.id,
        answer,
        owners: worked.length,
        reason,
        worked,
        absent,
        unanswered,
      })),
    },
    lines: [...lines.flat(), 'By the VIN alone. Whether it fits, the car tells: the same with --link.'].flatMap((line) =>
      wrap(line, { width: context.width }),
    ),
  };
}

interface Verdict {
  readonly id: string;
  readonly text: string;
  readonly whys: readonly string[];
  readonly width: number;
}

function verdictLines({ id, text, whys, width }: Verdict): string[] {
  const paragraphs = whys.filter((why) => why !== '').flatMap((why) => wrap(escapeText(why), { width, indent: 2, lead: '  ' }));
  return [...wrap(`${escapeText(id)}: ${text}`, { width }), ...paragraphs];
}
