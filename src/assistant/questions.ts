import type { Catalog, Question } from '../catalog/index.ts';
import type { SosFacts } from '../vehicle/index.ts';
import { holds, type Known } from './conditions.ts';

/** From so many points on a sign of the car's own names a cause; see the scale of `Sign`. */
const NAMES_A_CAUSE = 60;

/** What a person should be asked about a car that said this: little, where the car itself names the cause. */
export function questions(facts: SosFacts | undefined, catalog: Catalog): readonly Question[] {
  const { questions: all, signs } = catalog.diagnosis;
  // No sign that names a cause by the car's words alone looks at the day.
  const known: Known = { facts, answers: {}, questions: all, today: '' };
  const isNamed = signs.some(({ when, points }) => Object.values(points).some((each) => each >= NAMES_A_CAUSE) && holds(when, known));
  return openQuestions(known).filter(({ ask }) => ask !== 'unnamed' || !isNamed);
}

/** All that the car does not tell itself. */
function openQuestions({ facts, questions: all }: Pick<Known, 'facts' | 'questions'>): readonly Question[] {
  const told: Readonly<Record<string, string | undefined>> = { built: facts?.vehicle.productionDate, series: facts?.vehicle.series };
  return all.filter(({ id, ask }) => ask !== 'untold' || told[id] === undefined);
}
