import type { Condition, Question } from '../catalog/index.ts';
import { formatEcuAddress } from '../core/index.ts';
import type { SosFacts } from '../vehicle/index.ts';
import type { Answers } from './answers.ts';

/** All that is known when something is judged. */
export interface Known {
  /** What the car said; undefined where none was read. */
  readonly facts: SosFacts | undefined;
  readonly answers: Answers;
  readonly questions: readonly Question[];
  /** `2026-11-20` */
  readonly today: string;
}

type Check = { readonly [Key in keyof Condition]-?: (wanted: NonNullable<Condition[Key]>, known: Known, condition: Condition) => boolean };

const UNIT = 0x61;
const DAYS_PER_YEAR = 365.25;
const MS_PER_DAY = 86_400_000;

/** Whether all that a condition names holds. What nobody knows does not hold. */
export function holds(condition: Condition, known: Known): boolean {
  return (Object.keys(condition) as (keyof Condition)[]).every((key) => {
    const wanted = condition[key];
    // Each check takes what its own key holds; TypeScript cannot follow that over a union of keys.
    return (
      wanted === undefined || (CHECKS[key] as (wanted: unknown, known: Known, condition: Condition) => boolean)(wanted, known, condition)
    );
  });
}

const CHECKS: Check = {
  car: (wanted, { facts }) => (facts !== undefined) === wanted,
  faults: (_, { facts }, condition) => matchingCodes(condition, facts).length > 0,
  state: () => true,
  clean: (ecu, { facts }) => facts?.faultsToldBy.includes(ecu) === true && facts.faults.every((fault) => fault.ecu !== ecu),
  untold: (ecu, { facts }) =>
    facts?.faultsToldBy.includes(ecu) === false && facts.ecus.some(({ address, answers }) => address === ecu && answers),
  unit: (wanted, { facts }) => facts !== undefined && unitState(facts) === wanted,
  silent: (ecu, { facts }) => facts?.ecus.some(({ address, answers }) => address === ecu && !answers) === true,
  active: (id, { facts }) => facts?.messages?.active.includes(id) === true,
  stored: (id, { facts }) => facts?.messages?.stored.some((each) => each.id === id) === true && !facts.messages.active.includes(id),
  seen: (ids, { facts }) => seenAmong(ids, facts).length > 0,
  unseen: (ids, { facts }) => facts?.messages !== undefined && seenAmong(ids, facts).length === 0,
  messagesTold: (wanted, { facts }) => facts !== undefined && (facts.messages !== undefined) === wanted,
  hidden: (wanted, { facts }) => (facts?.hidden?.length ?? 0) > 0 === wanted,
  codable: (wanted, known) => isCodable(known) === wanted,
  compared: (wanted, { facts }, { ecu }) => facts?.compared.some((each) => each.ecu === ecu && each.result === wanted) === true,
  ecu: () => true,
  voltsBelow: (limit, { facts }) => facts?.voltage !== undefined && facts.voltage < limit,
  yearsFrom: (limit, known) => (yearsOf(known) ?? -1) >= limit,
  yearsBelow: (limit, known) => (yearsOf(known) ?? limit) < limit,
  builtBefore: (month, known) => (builtMonth(known) ?? month) < month,
  builtFrom: (month, known) => (builtMonth(known) ?? '') >= month,
  iLevelBefore: (level, { facts }) => (levelOf(facts) ?? level) < level,
  series: (wanted, known) => wanted.includes(seriesOf(known) ?? ''),
  family: (wanted, known) => familyOf(known) === wanted,
  answers: (wanted, { answers }) =>
    Object.entries(wanted).every(([id, choices]) => choices.some((choice) => answers[id]?.includes(choice))),
};

/** What the placeholders of a sign's text stand for. */
export function valuesFor(condition: Condition, known: Known): Readonly<Record<string, string>> {
  const { facts } = known;
  const stored = facts?.messages?.stored.find(({ id }) => id === condition.stored);
  return {
    codes: matchingCodes(condition, facts).join(', '),
    volts: facts?.voltage?.toFixed(1) ?? '',
    years: Math.floor(yearsOf(known) ?? 0).toString(),
    km: stored?.mileageKm.toString() ?? '',
    iLevel: facts?.vehicle.iLevels?.current ?? '',
    message: seenAmong(condition.seen ?? [], facts).join(', '),
    blocks: (facts?.compared ?? [])
      .filter(({ ecu }) => ecu === condition.ecu)
      .flatMap(({ blocks }) => blocks)
      .join(', '),
  };
}

/** Whether kombi may code the cluster: of a car that was not read, what its series lets one expect. */
function isCodable(known: Known): boolean {
  const rule = known.facts?.coding.rule;
  return rule === undefined ? familyOf(known) !== 'E' : rule === 'plain' || rule === 'unknown';
}

function matchingCodes({ faults, state }: Condition, facts: SosFacts | undefined): readonly string[] {
  return (facts?.faults ?? [])
    .filter(({ ecu, code }) => faults?.includes(`${formatEcuAddress(ecu)}:${code}`))
    .filter(({ present }) => state === undefined || present === (state === 'present'))
    .map(({ code }) => code);
}

function unitState({ ecus, unit, vehicle }: SosFacts): Condition['unit'] {
  const found = ecus.find(({ address }) => address === UNIT);
  if (found === undefined) return 'absent';
  if (!found.answers) return 'silent';
  return unit.vin !== undefined && unit.vin !== vehicle.vin ? 'foreign' : undefined;
}

function seenAmong(ids: readonly number[], facts: SosFacts | undefined): readonly number[] {
  const { active = [], stored = [] } = facts?.messages ?? {};
  return ids.filter((id) => active.includes(id) || stored.some((each) => each.id === id));
}

/** Of the unit, which is younger than the car where it was replaced; what a person says is too coarse for it. */
function yearsOf({ facts, today }: Known): number | undefined {
  const built = facts?.unit.built ?? facts?.vehicle.productionDate;
  return built === undefined ? undefined : (Date.parse(today) - Date.parse(built)) / MS_PER_DAY / DAYS_PER_YEAR;
}

/** `18-03-510` of `S15A-18-03-510`. */
function levelOf(facts: SosFacts | undefined): string | undefined {
  return /-(\d\d-\d\d-\d{3})$/.exec(facts?.vehicle.iLevels?.current ?? '')?.[1];
}

function builtMonth(known: Known): string | undefined {
  return known.facts?.vehicle.productionDate ?? saidAs(known, 'built');
}

function seriesOf(known: Known): string | undefined {
  return known.facts?.vehicle.series ?? saidAs(known, 'series');
}

function familyOf(known: Known): string | undefined {
  const family = known.facts?.coding.family;
  return family === undefined || family === 'unknown' ? seriesOf(known)?.[0] : family;
}

/** What the answer to a question stands for. */
export function saidAs({ questions, answers }: Pick<Known, 'questions' | 'answers'>, id: string): string | undefined {
  const [given] = answers[id] ?? [];
  return questions.find((each) => each.id === id)?.choices.find((choice) => choice.id === given)?.as;
}
