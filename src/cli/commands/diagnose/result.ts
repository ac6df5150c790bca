import type { AdvisedStep, Diagnosis, Finding, RankedCause, WeighedFinding } from '../../../assistant/index.ts';
import type { Catalog, Figure } from '../../../catalog/index.ts';
import type { SosFacts } from '../../../vehicle/index.ts';

interface Told {
  readonly facts: SosFacts | undefined;
  readonly catalog: Catalog;
  readonly language: 'en' | 'de';
}

/** A diagnosis for programs. */
export function diagnosisResult({ findings, causes, steps }: Diagnosis, { facts, catalog, language }: Told) {
  const finding = ({ id, standing, text, evidence, sources }: Finding) => ({ id, standing, text: text[language], evidence, sources });
  const weighed = ({ id, text, points, evidence, sources }: WeighedFinding) => ({
    finding: id,
    text: text[language],
    points,
    evidence,
    sources,
  });
  const cause = ({ title, for: speaksFor, against, ...rest }: RankedCause) => ({
    ...rest,
    title: title[language],
    for: speaksFor.map(weighed),
    against: against.map(weighed),
  });
  const vehicle = facts?.vehicle;
  return {
    vehicle: vehicle === undefined ? null : { vin: vehicle.vin, series: vehicle.series ?? null, model: vehicle.model ?? null },
    findings: findings.map(finding),
    causes: causes.map(cause),
    steps: steps.map((step) => stepResult(step, { catalog, language })),
  };
}

/** A step for programs. */
export function stepResult(step: AdvisedStep, { catalog, language }: Pick<Told, 'catalog' | 'language'>) {
  const { id, kind, title, reason, leading, serves, skill, guide, where, aftercare, cautions, dials, evidence, sources } = step;
  return {
    id,
    kind,
    title: title[language],
    reason: reason[language],
    leading,
    serves,
    skill,
    do: step.do,
    where,
    guide,
    aftercare,
    cautions,
    dials,
    ...(step.warning === undefined ? {} : { warning: step.warning }),
    ...(step.resets === undefined ? {} : { resets: step.resets }),
    ...(step.price === undefined ? {} : { price: step.price }),
    ...(step.command === undefined ? {} : { command: step.command }),
    costs: catalog.diagnosis.figures.filter((figure) => step.figures.includes(figure.id)).map((figure) => figureResult(figure, language)),
    evidence,
    sources,
  };
}

export function figureResult({ id, what, unit, said }: Figure, language: 'en' | 'de') {
  return {
    id,
    what: what[language],
    said: said.map((each) => ({
      low: each.low,
      high: each.high ?? null,
      unit: each.unit ?? unit,
      source: each.source,
      date: each.date ?? null,
      ...(each.note === undefined ? {} : { note: each.note }),
    })),
  };
}
