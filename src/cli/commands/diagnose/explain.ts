import { type Advice, type Catalog, nearestMatch, sourcesOfDiagnosis } from '../../../catalog/index.ts';
import { KombiError } from '../../../core/index.ts';
import type { Outcome } from '../../command.ts';
import type { Context } from '../../context.ts';
import { saidText } from '../../diagnosis-text.ts';
import { table, wrap } from '../../text.ts';
import { figureResult } from './result.ts';

/** What people ask beside: costs, sources, and the catalog's pieces of advice. @throws {KombiError} `usage.topic` (exit 2) */
export async function explainTopic(context: Context, topic: string): Promise<Outcome> {
  const catalog = await context.catalog();
  if (topic === 'costs') return explainCosts(context, catalog);
  if (topic === 'sources') return listSources(context, catalog);
  const { advice } = catalog.diagnosis;
  const found = advice.find(({ id }) => id === topic);
  if (found !== undefined) return explainAdvice(context, found);
  const topics = ['costs', ...advice.map(({ id }) => id), 'sources'];
  const nearest = nearestMatch(topic, topics);
  throw new KombiError({
    code: 'usage.topic',
    message: `"${topic}" is no topic`,
    hint: `${nearest === undefined ? '' : `Did you mean ${nearest}? `}Topics: ${topics.join(', ')}.`,
  });
}

function explainCosts({ language, width }: Context, catalog: Catalog): Outcome {
  const { figures } = catalog.diagnosis;
  return {
    result: { costs: figures.map((figure) => figureResult(figure, language)) },
    lines: [
      ...table(
        figures.map(({ what, unit, said }) => [what[language], saidText(said, unit, { catalog })]),
        width,
      ),
      ...wrap(COSTS_NOTE[language], { width }),
    ],
  };
}

const COSTS_NOTE = {
  en: 'Where sources disagree both figures stand; S2 bears no date. None of them is an offer.',
  de: 'Wo Quellen uneins sind, stehen beide Angaben; S2 nennt kein Datum. Keine ist ein Angebot.',
} as const;

async function explainAdvice(context: Context, { id, title, text, evidence, sources }: Advice): Promise<Outcome> {
  const { language, width } = context;
  const style = await context.style();
  return {
    result: { advice: { id, title: title[language], text, evidence, sources } },
    lines: [
      style.heading(title[language]),
      ...text.flatMap((line) => wrap(line, { width, indent: 4, lead: '  ·' })),
      ...wrap(style.quiet(`[${sources.join(', ')}]`), { width, indent: 4 }),
    ],
  };
}

function listSources({ width }: Context, catalog: Catalog): Outcome {
  const used = new Set(sourcesOfDiagnosis(catalog.diagnosis));
  const sources = catalog.sources.filter(({ id }) => used.has(id));
  return {
    result: { sources },
    lines: table(
      sources.map(({ id, title }) => [id, title]),
      width,
    ),
  };
}
