import type { Catalog, Cause, Condition, Label, Sign } from '../catalog/index.ts';
import type { Evidence } from '../core/index.ts';
import type { SosFacts } from '../vehicle/index.ts';
import type { Answers } from './answers.ts';
import { holds, type Known, valuesFor } from './conditions.ts';
import { questions } from './questions.ts';
import { type AdvisedStep, adviseSteps } from './steps.ts';

export interface DiagnoseOptions {
  /** What the car said; undefined where none was read. */
  readonly facts?: SosFacts | undefined;
  readonly answers: Answers;
  readonly catalog: Catalog;
  /** `2026-11-20`: a unit has an age only on a day. */
  readonly today: string;
}

/** Something that was seen, or that nobody knows. */
export interface Finding {
  readonly id: string;
  /** `known`: the car says it; `reported`: a person does; `unknown`: nobody does. */
  readonly standing: 'known' | 'reported' | 'unknown';
  readonly text: Label;
  /** How well it is known what it means. */
  readonly evidence: Evidence;
  readonly sources: readonly string[];
}

/** A finding, and what it counts for one cause. */
export interface WeighedFinding extends Finding {
  readonly points: number;
}

export interface RankedCause {
  readonly id: string;
  readonly title: Label;
  /** `base` and all points of what speaks for and against, added up. */
  readonly score: number;
  /** What it has where nothing is known of a car: how often the sources name it. */
  readonly base: number;
  readonly for: readonly WeighedFinding[];
  readonly against: readonly WeighedFinding[];
  readonly evidence: Evidence;
  /** Of the cause and of all that was weighed. */
  readonly sources: readonly string[];
}

export interface Diagnosis {
  readonly findings: readonly Finding[];
  /** The most likely first; where two are equal, the one that the sources name more often, then by name. */
  readonly causes: readonly RankedCause[];
  /** What to do, in this order. */
  readonly steps: readonly AdvisedStep[];
}

/** Ranks what can be behind the emergency-call message, and says what to do. The same facts and answers give the same. */
export function diagnoseSos({ facts, answers, catalog, today }: DiagnoseOptions): Diagnosis {
  const { causes, signs, questions: all, steps } = catalog.diagnosis;
  const known: Known = { facts, answers, questions: all, today };
  const seen = signs.filter(({ when }) => holds(when, known)).map((sign) => ({ sign, finding: findingOf(sign, known) }));
  const ranked = causes.map((cause) => rank(cause, seen)).sort(moreLikelyFirst);
  return {
    findings: [...seen.map(({ finding }) => finding), ...unanswered(known, catalog)],
    causes: ranked,
    steps: adviseSteps(ranked, steps, known),
  };
}

interface Seen {
  readonly sign: Sign;
  readonly finding: Finding;
}

function rank({ id, title, points: base, evidence, sources }: Cause, seen: readonly Seen[]): RankedCause {
  const weighed = seen.map(({ sign, finding }) => ({ ...finding, points: sign.points[id] ?? 0 })).filter(({ points }) => points !== 0);
  return {
    id,
    title,
    score: weighed.reduce((sum, { points }) => sum + points, base),
    base,
    for: weighed.filter(({ points }) => points > 0).sort(heavierFirst),
    against: weighed.filter(({ points }) => points < 0).sort(heavierFirst),
    evidence,
    sources: [...new Set([...sources, ...weighed.flatMap((finding) => finding.sources)])],
  };
}

function moreLikelyFirst(left: RankedCause, right: RankedCause): number {
  return right.score - left.score || right.base - left.base || (left.id < right.id ? -1 : 1);
}

function heavierFirst(left: WeighedFinding, right: WeighedFinding): number {
  return Math.abs(right.points) - Math.abs(left.points);
}

function findingOf({ id, text, standing, when, evidence, sources }: Sign, known: Known): Finding {
  const values = valuesFor(when, known);
  const fill = (words: string) => words.replace(/\{(\w+)\}/g, (whole, key: string) => values[key] ?? whole);
  return {
    id,
    standing: standing ?? (saysPerson(when, known) ? 'reported' : 'known'),
    text: { en: fill(text.en), de: fill(text.de) },
    evidence,
    sources,
  };
}

/** Whether it rests on what a person said, or on the series or the year where no car told them. */
function saysPerson({ answers }: Condition, { facts }: Known): boolean {
  return answers !== undefined || facts === undefined;
}

/** One finding for all that somebody might still say. */
function unanswered({ facts, answers }: Known, catalog: Catalog): readonly Finding[] {
  const open = questions(facts, catalog).filter(({ id }) => answers[id] === undefined);
  if (open.length === 0) return [];
  const ids = open.map(({ id }) => id).join(', ');
  const text = { en: `Not answered: ${ids}`, de: `Nicht beantwortet: ${ids}` };
  return [{ id: 'unanswered', standing: 'unknown', text, evidence: 'derived', sources: [] }];
}
