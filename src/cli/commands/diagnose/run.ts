import { diagnoseSos, questions } from '../../../assistant/index.ts';
import { isKombiError } from '../../../core/index.ts';
import { gatherSosFacts } from '../../../job/index.ts';
import type { SosFacts } from '../../../vehicle/index.ts';
import type { Outcome } from '../../command.ts';
import type { Context } from '../../context.ts';
import { diagnosisLines } from '../../diagnosis-text.ts';
import { carLine } from '../../format.ts';
import type { Input } from '../../input.ts';
import { linkAskedFor, openTheCar } from '../../open-car.ts';
import { wrap } from '../../text.ts';
import { askQuestions, loadAnswers } from './ask.ts';
import { diagnosisResult } from './result.ts';

/** Reads, asks, ranks and tells. */
export async function runDiagnosis(context: Context, input: Input): Promise<Outcome> {
  const catalog = await context.catalog();
  const file = input.text('answers');
  // A file that is wrong is refused before any car is asked.
  const given = file === undefined ? undefined : await loadAnswers(context, file);
  const facts = input.flag('car') ? await readFacts(context) : undefined;
  const asks = given === undefined && context.isPersonThere && !context.globals.yes;
  const answers = given ?? (asks ? await askQuestions(context, questions(facts, catalog)) : {});
  const today = context.io.now().toISOString().slice(0, 10);
  const diagnosis = diagnoseSos({ facts, answers, catalog, today });
  return {
    result: diagnosisResult(diagnosis, { facts, catalog, language: context.language }),
    lines: diagnosisLines(diagnosis, {
      catalog,
      language: context.language,
      style: await context.style(),
      width: context.width,
      all: input.flag('all'),
    }),
  };
}

/** Undefined where there is no car to ask: without a link one is only looked for where a person sits. */
async function readFacts(context: Context): Promise<SosFacts | undefined> {
  const car = linkAskedFor(context) === undefined && !context.isPersonThere ? undefined : await openIfAny(context);
  if (car === undefined) {
    await context.say('No link was given, so no car is asked: only answers count.');
    return undefined;
  }
  await context.show(wrap((await context.style()).heading(await carLine(car)), { width: context.width }));
  const facts = await gatherSosFacts(car, { archive: await context.archive(), onProgress: (await context.progress()).tell });
  // Nobody knows how long a person will think: the car may sleep meanwhile.
  await car.dispose();
  return facts;
}

async function openIfAny(context: Context) {
  try {
    return await openTheCar(context);
  } catch (error) {
    if (isKombiError(error, 'usage.link-missing')) return undefined;
    throw error;
  }
}
