import { EMERGENCY_CALL_MESSAGES, type Label, type Step, type StepKind } from '../catalog/index.ts';
import { holds, type Known, saidAs } from './conditions.ts';
import type { RankedCause } from './diagnose.ts';

/** A step, and why it is advised. */
export interface AdvisedStep extends Omit<Step, 'cautions'> {
  /** Whether it serves a cause that leads; the others are for when these have not helped. */
  readonly leading: boolean;
  /** The causes that it serves, most likely first; none where it serves all. */
  readonly serves: readonly string[];
  readonly reason: Label;
  /** Those that hold for this car. */
  readonly cautions: readonly string[];
}

/** A finding of so many points for a cause points to it; see the scale of `Sign`. Where none does, all causes count alike. */
const POINTER = 30;
/** Of the points of the likeliest that something points to: who has as much leads with it. */
const LEADS_WITH = 0.7;
/** Kinds that follow when all else is told, whatever leads. */
const LAST_KINDS: readonly StepKind[] = ['dealer', 'hide'];
const { failed: FAILED, restricted: RESTRICTED } = EMERGENCY_CALL_MESSAGES;

/**
 * What to do about ranked causes: the steps that serve those which lead, in the order of effort, then the others in theirs,
 * then the dealer and hiding. What dials never leads. Resets that were tried already are left out.
 */
export function adviseSteps(ranked: readonly RankedCause[], steps: readonly Step[], known: Known): readonly AdvisedStep[] {
  const leading = leadingCauses(ranked);
  const tried = new Set((known.answers['tried'] ?? []).map((choice) => saidAs({ ...known, answers: { tried: [choice] } }, 'tried')));
  const advised = steps
    .filter(({ id, when }) => !tried.has(id) && (when === undefined || holds(when, known)))
    .map((step) => advise(step, { ranked, leading, known }));
  const isLast = ({ kind }: AdvisedStep) => LAST_KINDS.includes(kind);
  return [
    ...advised.filter((step) => step.leading && !isLast(step)),
    ...advised.filter((step) => !step.leading && !isLast(step)),
    ...advised.filter(isLast),
  ];
}

function leadingCauses(ranked: readonly RankedCause[]): readonly RankedCause[] {
  const first = ranked.find((cause) => cause.for.some(({ points }) => points >= POINTER));
  const least = first === undefined ? 1 : first.score * LEADS_WITH;
  return ranked.filter(({ score }) => score >= least);
}

interface Bench {
  readonly ranked: readonly RankedCause[];
  readonly leading: readonly RankedCause[];
  readonly known: Known;
}

function advise(step: Step, { ranked, leading, known }: Bench): AdvisedStep {
  const served = step.causes === 'any' ? [] : ranked.filter(({ id }) => step.causes.includes(id));
  const [first] = served;
  const values: Readonly<Record<string, string>> = { hide: String(messageToHide(known)), rule: known.facts?.coding.reason ?? '' };
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (whole, key: string) => values[key] ?? whole);
  return {
    ...step,
    do: step.do.map(fill).filter((text) => text !== ''),
    ...(step.command === undefined ? {} : { command: fill(step.command) }),
    cautions: step.cautions.filter(({ when }) => when === undefined || holds(when, known)).map(({ text }) => text),
    leading: !step.dials && (step.causes === 'any' || served.some((cause) => leading.includes(cause))),
    serves: served.map(({ id }) => id),
    reason: first === undefined ? ANYWAY : reasonOf(first),
  };
}

const ANYWAY: Label = { en: 'Whatever the cause is.', de: 'Was immer die Ursache ist.' };

/** The likeliest cause that a step serves, and the strongest thing that speaks for it. */
function reasonOf({ title, for: speaksFor }: RankedCause): Label {
  const [strongest] = speaksFor;
  const say = (language: 'en' | 'de', nothing: string) =>
    strongest === undefined ? `${title[language]}: ${nothing}` : `${title[language]}: ${strongest.text[language]}`;
  return {
    en: say('en', 'named by the sources; nothing seen here points to it'),
    de: say('de', 'von den Quellen genannt; hier weist nichts darauf'),
  };
}

/** 475 where the car or the person says that it is that one. */
function messageToHide(known: Known): number {
  const { active = [], stored = [] } = known.facts?.messages ?? {};
  const seen = (id: number) => active.includes(id) || stored.some((each) => each.id === id);
  if (seen(FAILED)) return FAILED;
  if (seen(RESTRICTED)) return RESTRICTED;
  return Number(saidAs(known, 'text') ?? FAILED);
}
