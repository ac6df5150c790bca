import { type Condition, type DiagnosisData, STEP_KINDS } from './diagnosis.ts';
import { duplicates } from './duplicates.ts';

/** What no schema sees of the data of a diagnosis: one sentence each. */
export function lintDiagnosis({ causes, signs, questions, steps, figures, advice }: DiagnosisData): readonly string[] {
  const known = new Set(causes.map(({ id }) => id));
  const remedied = new Set(steps.flatMap((step) => (step.causes === 'any' ? [] : step.causes)));
  const conditions = [
    ...signs.map(({ id, when }) => ({ by: `sign ${id}`, when })),
    ...steps.flatMap(({ id, when, cautions }) =>
      [when, ...cautions.map((caution) => caution.when)].flatMap((each) => (each === undefined ? [] : [{ by: `step ${id}`, when: each }])),
    ),
  ];
  return [
    ...Object.entries({ cause: causes, sign: signs, question: questions, step: steps, figure: figures, advice }).flatMap(([what, rows]) =>
      duplicates(
        what,
        rows.map(({ id }) => id),
      ),
    ),
    ...questions.flatMap(({ id, choices }) =>
      duplicates(
        `choice of question ${id}`,
        choices.map((choice) => choice.id),
      ),
    ),
    ...signs.flatMap(({ id, points }) =>
      Object.keys(points)
        .filter((cause) => !known.has(cause))
        .map((cause) => `sign ${id}: cause ${cause} is unknown`),
    ),
    ...[...remedied].filter((cause) => !known.has(cause)).map((cause) => `a step is for the unknown cause ${cause}`),
    ...[...known].filter((cause) => !remedied.has(cause)).map((cause) => `cause ${cause}: no step is for it`),
    ...conditions.flatMap(({ by, when }) => unknownAnswers(when, questions).map((answer) => `${by}: nobody is asked for ${answer}`)),
    ...steps.flatMap((step) =>
      step.figures
        .filter((figure) => figures.every(({ id }) => id !== figure))
        .map((figure) => `step ${step.id}: figure ${figure} is unknown`),
    ),
    ...steps
      .filter(({ kind, effort }, index) => {
        const next = steps[index + 1];
        return next !== undefined && (effort >= next.effort || STEP_KINDS.indexOf(kind) > STEP_KINDS.indexOf(next.kind));
      })
      .map(({ id }) => `step ${id}: stands not in the order of effort`),
    ...steps
      .filter(({ dials, warning }) => dials !== (warning !== undefined))
      .map(({ id }) => `step ${id}: what dials, and nothing else, has a warning`),
  ];
}

/** The ids of all sources that a diagnosis cites. */
export function sourcesOfDiagnosis({ causes, signs, steps, advice, figures }: DiagnosisData): readonly string[] {
  return [
    ...[...causes, ...signs, ...steps, ...advice].flatMap(({ sources }) => sources),
    ...figures.flatMap(({ said }) => said.map(({ source }) => source)),
  ];
}

function unknownAnswers({ answers = {} }: Condition, questions: DiagnosisData['questions']): readonly string[] {
  return Object.entries(answers).flatMap(([id, wanted]) => {
    const question = questions.find((each) => each.id === id);
    return wanted.filter((choice) => !question?.choices.some((each) => each.id === choice)).map((choice) => `${id} ${choice}`);
  });
}
