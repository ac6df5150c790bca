import type { EcuAddress, Evidence } from '../core/index.ts';
import type { Label } from './facts.ts';

/** The messages that say that the emergency call failed, or works in part (bmw-diagnostics §8: published). */
export const EMERGENCY_CALL_MESSAGES = { failed: 299, restricted: 475 } as const;

/** How a fact is known that several sources tell: ids of `sources.json`. */
export interface Cited {
  readonly evidence: Evidence;
  readonly sources: readonly string[];
}

/** What can be behind the emergency-call message. */
export interface Cause extends Cited {
  readonly id: string;
  readonly title: Label;
  /** Where nothing is known of the car: how often the sources name it, 1 to 20. */
  readonly points: number;
}

/** What has to be so. All that is named must hold; what nobody knows does not hold. */
export interface Condition {
  /** Whether a car was read at all. */
  readonly car?: boolean | undefined;
  /** Any of these trouble codes, `61:B7F341`. */
  readonly faults?: readonly string[] | undefined;
  /** Of `faults`: failing now, or stored and not failing now; absent: either. */
  readonly state?: 'present' | 'stored' | undefined;
  /** This ECU told its trouble codes, and has none. */
  readonly clean?: EcuAddress | undefined;
  /** This ECU answers and does not tell its trouble codes. */
  readonly untold?: EcuAddress | undefined;
  /** The emergency-call unit: listed and silent, not there, or with another car's VIN. */
  readonly unit?: 'silent' | 'absent' | 'foreign' | undefined;
  /** This ECU is on the car's list and silent. */
  readonly silent?: EcuAddress | undefined;
  /** A message is among the active ones; or stored, and not active. */
  readonly active?: number | undefined;
  readonly stored?: number | undefined;
  /** Any of these messages, active or stored. */
  readonly seen?: readonly number[] | undefined;
  /** None of these, of a cluster that tells its messages. */
  readonly unseen?: readonly number[] | undefined;
  readonly messagesTold?: boolean | undefined;
  /** Whether the emergency-call message is known to be hidden by coding. */
  readonly hidden?: boolean | undefined;
  /** Whether kombi may code this car's cluster; of a car that was not read: yes. */
  readonly codable?: boolean | undefined;
  /** `ecu` against the last backup that holds it. */
  readonly compared?: 'same' | 'coding' | 'unit' | undefined;
  readonly ecu?: EcuAddress | undefined;
  readonly voltsBelow?: number | undefined;
  /** Age of the emergency-call unit, else of the car, in years. */
  readonly yearsFrom?: number | undefined;
  readonly yearsBelow?: number | undefined;
  /** `2017-01` */
  readonly builtBefore?: string | undefined;
  readonly builtFrom?: string | undefined;
  /** Year, month and number of the current I-level, `18-03-510`. */
  readonly iLevelBefore?: string | undefined;
  readonly series?: readonly string[] | undefined;
  readonly family?: 'E' | undefined;
  /** By question: any of these choices. */
  readonly answers?: Readonly<Record<string, readonly string[]>> | undefined;
}

/**
 * A thing that can be seen, and what it says for or against causes.
 *
 * Points  100 the car names the cause now · 90 a code names it · 60 named before · 30 to 50 a plain pointer · 5 to 25 it
 *         fits; below zero it speaks against. The weights are the project's own judgement; what they weigh is the sources'.
 */
export interface Sign extends Cited {
  readonly id: string;
  /** `{codes}`, `{volts}`, `{years}`, `{km}`, `{blocks}`, `{message}`, `{iLevel}` are filled in. */
  readonly text: Label;
  /** `unknown`: it says what nobody knows. Absent: known where the car tells it, else reported. */
  readonly standing?: 'unknown' | undefined;
  readonly when: Condition;
  /** By cause. */
  readonly points: Readonly<Record<string, number>>;
}

export interface Choice {
  readonly id: string;
  readonly label: Label;
  /** What it stands for: a message, a month, a series, a step. */
  readonly as?: string | undefined;
  /** Excludes all others: `nothing`. */
  readonly alone?: boolean | undefined;
}

/** What only a person can tell. */
export interface Question {
  readonly id: string;
  readonly text: Label;
  readonly choices: readonly Choice[];
  /** Several choices may be right. */
  readonly several: boolean;
  /** `unnamed`: only while the car itself names no cause; `untold`: only where no car tells it. */
  readonly ask: 'always' | 'unnamed' | 'untold';
}

export const STEP_KINDS = ['stop', 'reset', 'check', 'warranty', 'part', 'dealer', 'hide'] as const;
export type StepKind = (typeof STEP_KINDS)[number];

/** One instruction of a guided step. */
export interface GuideLine {
  readonly do: string;
  /** How long to keep at it. */
  readonly seconds?: number | undefined;
}

/** What can be done about a cause. */
export interface Step extends Cited {
  readonly id: string;
  readonly kind: StepKind;
  /** The order of all steps. */
  readonly effort: number;
  readonly causes: readonly string[] | 'any';
  readonly when?: Condition | undefined;
  readonly title: Label;
  readonly do: readonly string[];
  /** Where to look, as far as anybody says. */
  readonly where: readonly string[];
  readonly guide: readonly GuideLine[];
  readonly aftercare: readonly string[];
  /** Of a reset: what it resets, and what that costs the owner. */
  readonly resets?: string | undefined;
  readonly price?: string | undefined;
  readonly cautions: readonly { readonly when?: Condition | undefined; readonly text: string }[];
  readonly warning?: string | undefined;
  /** It calls the emergency centre. */
  readonly dials: boolean;
  /** The link must be let go of before. */
  readonly disconnects: boolean;
  /** Not while a job is open. */
  readonly needsNoOpenJob: boolean;
  /** Ids of figures. */
  readonly figures: readonly string[];
  readonly command?: string | undefined;
  readonly skill: 'anyone' | 'owner' | 'shop';
}

export const FIGURE_UNITS = ['USD', 'GBP', 'hours', 'years'] as const;
export type FigureUnit = (typeof FIGURE_UNITS)[number];

/** A figure as one source gives it. Two that disagree both stand. */
export interface SaidFigure {
  readonly low: number;
  /** Absent: the source names one figure. */
  readonly high?: number | undefined;
  /** Absent: that of the figure. */
  readonly unit?: FigureUnit | undefined;
  readonly source: string;
  /** Absent: the source bears no date. */
  readonly date?: string | undefined;
  readonly note?: string | undefined;
}

/** A price, a time or a life. */
export interface Figure {
  readonly id: string;
  readonly what: Label;
  readonly unit: FigureUnit;
  readonly said: readonly SaidFigure[];
}

/** What people ask beside. */
export interface Advice extends Cited {
  readonly id: string;
  readonly title: Label;
  readonly text: readonly string[];
}

/** All that a diagnosis is made of. */
export interface DiagnosisData {
  readonly causes: readonly Cause[];
  readonly signs: readonly Sign[];
  readonly questions: readonly Question[];
  /** In the order of effort. */
  readonly steps: readonly Step[];
  readonly figures: readonly Figure[];
  readonly advice: readonly Advice[];
}
