import type { AdvisedStep, Diagnosis, Finding, RankedCause, WeighedFinding } from '../assistant/index.ts';
import type { Catalog, Figure } from '../catalog/index.ts';
import { escapeText } from './escape.ts';
import type { Style } from './style.ts';
import { wrap } from './text.ts';

/** What a diagnosis is told with. */
export interface DiagnosisPage {
  readonly catalog: Catalog;
  readonly language: 'en' | 'de';
  readonly style: Style;
  readonly width: number;
  /** Every cause and step in full. */
  readonly all: boolean;
}

const WORDS = {
  en: {
    known: 'What the car says',
    reported: 'What you said',
    unknown: 'What nobody knows',
    causes: 'What it can be, by points',
    base: 'how often the sources name it',
    less: 'Less likely:',
    steps: 'What to do',
    last: 'And then',
    because: 'Why:',
    where: 'Where:',
    costs: 'Figures:',
    resets: 'Resets',
    price: 'it costs you',
    guide: 'With a timer:',
    more: (count: number) => `${count} more steps, should these not help, with all causes: add --all`,
    sources: 'Who says so: kombi diagnose sos --explain sources',
  },
  de: {
    known: 'Was das Fahrzeug sagt',
    reported: 'Was Sie gesagt haben',
    unknown: 'Was niemand weiß',
    causes: 'Was es sein kann, nach Punkten',
    base: 'wie oft die Quellen es nennen',
    less: 'Weniger wahrscheinlich:',
    steps: 'Was zu tun ist',
    last: 'Und dann',
    because: 'Warum:',
    where: 'Wo:',
    costs: 'Angaben:',
    resets: 'Setzt zurück',
    price: 'es kostet Sie',
    guide: 'Mit Zeitmesser:',
    more: (count: number) => `${count} weitere Schritte, falls diese nicht helfen, und alle Ursachen: mit --all`,
    sources: 'Wer das sagt: kombi diagnose sos --explain sources',
  },
} as const;

/** Causes that are told with what speaks for them. */
const CAUSES_IN_FULL = 3;
/** Steps that are told before the dealer and hiding. */
const STEPS_IN_FULL = 6;

/** A diagnosis for people. */
export function diagnosisLines({ findings, causes, steps }: Diagnosis, page: DiagnosisPage): string[] {
  const words = WORDS[page.language];
  const last = steps.filter(({ kind }) => kind === 'dealer' || kind === 'hide');
  const first = steps.filter((step) => !last.includes(step));
  const shown = page.all ? first : first.filter(({ leading }) => leading).slice(0, STEPS_IN_FULL);
  const end = page.all ? last : last.filter(({ leading }) => leading);
  const left = steps.length - shown.length - end.length;
  const { heading, quiet } = page.style;
  return [
    ...(['known', 'reported', 'unknown'] as const).flatMap((standing) => findingLines(words[standing], standing, findings, page)),
    heading(words.causes),
    ...causeLines(causes, page),
    '',
    heading(words.steps),
    ...shown.flatMap((step, index) => stepLines(step, page, `${index + 1}`)),
    heading(words.last),
    ...end.flatMap((step) => stepLines(step, page, '-')),
    ...(left > 0 ? wrap(quiet(words.more(left)), { width: page.width }) : []),
    ...wrap(quiet(words.sources), { width: page.width }),
  ];
}

function findingLines(title: string, standing: Finding['standing'], findings: readonly Finding[], page: DiagnosisPage): string[] {
  const told = findings.filter((finding) => finding.standing === standing);
  if (told.length === 0) return [];
  const { language, width, style } = page;
  return [
    style.heading(title),
    ...told.flatMap(({ text, sources }) =>
      wrap(`${escapeText(text[language])} ${style.quiet(cite(sources, page))}`.trimEnd(), { width, indent: 4, lead: '  ·' }),
    ),
    '',
  ];
}

function causeLines(causes: readonly RankedCause[], page: DiagnosisPage): string[] {
  const { language, width, style, all } = page;
  const words = WORDS[language];
  const full = all ? causes : causes.slice(0, CAUSES_IN_FULL);
  const rest = causes.filter((cause) => !full.includes(cause) && cause.score > 0);
  const weigh = ({ points, text, sources }: Pick<WeighedFinding, 'points' | 'text' | 'sources'>) =>
    wrap(`${escapeText(text[language])} ${style.quiet(cite(sources, page))}`.trimEnd(), {
      width,
      indent: 13,
      lead: `     ${signed(points)}`,
    });
  return [
    ...full.flatMap(({ score, title, base, for: speaksFor, against, sources }) => [
      ...wrap(style.mark(escapeText(title[language])), { width, indent: 6, lead: String(score).padStart(4) }),
      ...[...speaksFor, ...against].flatMap(weigh),
      ...weigh({ points: base, text: { en: words.base, de: words.base }, sources: speaksFor.length + against.length === 0 ? sources : [] }),
    ]),
    ...(rest.length === 0
      ? []
      : wrap(`${words.less} ${rest.map(({ id, score }) => `${id} ${score}`).join(', ')}`, { width, indent: 6, lead: '  ' })),
  ];
}

function signed(points: number): string {
  return `${points > 0 ? '+' : '−'}${Math.abs(points)}`.padStart(6);
}

/** A step: number, title, why, what, where, what it costs, and the command. */
export function stepLines(step: AdvisedStep, page: DiagnosisPage, mark: string): string[] {
  const { language, width, style } = page;
  const words = WORDS[language];
  const paragraph = (text: string) => wrap(text, { width, indent: 4 });
  return [
    ...wrap(style.mark(escapeText(step.title[language])), { width, indent: 4, lead: ` ${mark}` }),
    ...(step.reason[language] === '' ? [] : paragraph(`${words.because} ${escapeText(step.reason[language])}`)),
    ...(step.warning === undefined ? [] : paragraph(style.failure(step.warning))),
    ...step.do.flatMap((text) => paragraph(escapeText(text))),
    ...(step.where.length === 0 ? [] : paragraph(`${words.where} ${step.where.join('; ')}`)),
    ...(step.resets === undefined ? [] : paragraph(`${words.resets} ${step.resets}; ${words.price} ${step.price ?? ''}.`)),
    ...step.cautions.flatMap((text) => paragraph(style.warning(text))),
    ...figuresOf(step, page).flatMap(({ what, unit, said }) =>
      paragraph(`${words.costs} ${what[language]}: ${saidText(said, unit, page)}`),
    ),
    ...(step.guide.length === 0 ? [] : [`    ${words.guide} kombi diagnose sos --guide ${step.id}`]),
    ...(step.command === undefined ? [] : [`    $ ${step.command}`]),
  ];
}

function figuresOf({ figures }: AdvisedStep, { catalog }: DiagnosisPage): readonly Figure[] {
  return catalog.diagnosis.figures.filter(({ id }) => figures.includes(id));
}

/** `150–300 USD (S2), 500–800 USD (S3)`: where sources disagree, both. */
export function saidText(said: Figure['said'], unit: Figure['unit'], { catalog }: Pick<DiagnosisPage, 'catalog'>): string {
  return said
    .map((each) => {
      const range = each.high === undefined ? `${each.low}` : `${each.low}–${each.high}`;
      const by = [sourceName(catalog, each.source), each.date, each.note].filter((part) => part !== undefined).join(', ');
      return `${range} ${each.unit ?? unit} (${by})`;
    })
    .join(', ');
}

function cite(sources: readonly string[], { catalog }: DiagnosisPage): string {
  return sources.length === 0 ? '' : `[${sources.map((id) => sourceName(catalog, id)).join(', ')}]`;
}

/** `S2` where a source is known by such a name, else its id. */
function sourceName(catalog: Catalog, id: string): string {
  const title = catalog.sources.find((source) => source.id === id)?.title ?? '';
  return /^(S\d): /.exec(title)?.[1] ?? id;
}
