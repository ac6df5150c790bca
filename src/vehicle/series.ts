import type { Vin } from '../core/index.ts';

/** What kind of electronics a car has, as far as that decides how it is read and coded. */
export type SeriesFamily = 'E' | 'F' | 'G' | 'unknown';

/**
 * The family of a series, as its vehicle order or anybody names it: `F006`, `F06`, `G031`, `E61_`.
 *
 * Motorcycles (`K…`), `I…`, `U…` and whatever else is named are `unknown`: no source that is used here says how they are coded.
 *
 * @see source: bmw-diagnostics §5.3 (recorded: `F010` of an F10, `G031` of a G31), §7.5 and the CAS of a recorded E61
 *   (`E61_` in block 3F00, derived), §6 "Secure coding" for what the letters decide
 */
export function seriesFamily(series: string | undefined): SeriesFamily {
  const letter = /^([EFG])\d{2,3}_?$/i.exec(series?.trim() ?? '')?.[1]?.toUpperCase();
  return letter === 'E' || letter === 'F' || letter === 'G' ? letter : 'unknown';
}

/** One I-level taken apart: `S15A-21-03-540`. */
export interface ILevel {
  /** `F010`, `S15A`: the electronics that it is a level of. */
  readonly prefix: string;
  /** Two digits. */
  readonly year: number;
  readonly month: number;
  readonly number: number;
}

/** Undefined where the text is no I-level. @see source: bmw-diagnostics §5.3 (recorded) */
export function parseILevel(text: string | undefined): ILevel | undefined {
  const match = /^([A-Z0-9]{4})-(\d{2})-(\d{2})-(\d{1,5})$/.exec(text ?? '');
  if (match === null) return undefined;
  const [, prefix = '', year, month, number] = match;
  return { prefix, year: Number(year), month: Number(month), number: Number(number) };
}

/** The first electronics whose I-levels begin with S (bmw-diagnostics §6: "series S15A+"). */
const FIRST_G_LEVEL = 15;
/** From here on vendors call coding data signed (bmw-diagnostics §6: likely, no table per ECU is public). */
const SIGNED_FROM = { year: 21, month: 3, text: '21-03' } as const;

/** How a car's coding may be changed. */
export type CodingRule = 'plain' | 'signed' | 'e-series' | 'unknown';

export interface RuledCoding {
  readonly rule: CodingRule;
  readonly family: SeriesFamily;
  /** Why, in one sentence for people: what the car said, and what follows. */
  readonly reason: string;
}

/** What the rule is made of; {@link VehicleIdentity} fits. */
export interface RuledCar {
  readonly vin?: Vin;
  readonly series: string | undefined;
  readonly iLevels?: { readonly current: string } | undefined;
  /** How its ECUs speak; absent: UDS. */
  readonly protocol?: 'uds' | 'kwp' | undefined;
}

/**
 * Whether this car's coding blocks may be written as they are. The I-level decides before the name: a car is what its
 * electronics are. G-series whose I-level is not told, or is 21-03 or later, count as signed.
 *
 * @see source: bmw-diagnostics §6 "Rule for the tool" (house rule; 21-03 is a vendor's statement)
 */
export function codingRule({ series, iLevels, protocol }: RuledCar): RuledCoding {
  const told = iLevels?.current;
  const level = parseILevel(told);
  if (protocol === 'kwp') {
    return {
      rule: 'e-series',
      family: 'E',
      reason: `${series === undefined ? 'This' : `This ${series}`} is an E-series car: its units speak KWP2000`,
    };
  }
  const byLevel = levelFamily(level);
  const family = byLevel === 'unknown' ? seriesFamily(series) : byLevel;
  const name = series ?? 'the car';
  switch (family) {
    case 'E':
      return { rule: 'e-series', family, reason: `The vehicle order names an E-series car (${name})` };
    case 'F':
      return {
        rule: 'plain',
        family,
        reason: `${name}${level === undefined ? '' : ` with I-level ${told}`}: F-series coding data are not signed`,
      };
    case 'G':
      return { ...gSeries(name, told, level), family };
    case 'unknown':
      return {
        rule: 'unknown',
        family,
        reason: `${series === undefined ? 'The car tells no series' : `Series ${series}`}${told === undefined ? ' and no I-level' : ` with I-level ${told}`}: nothing public says whether its coding data are signed`,
      };
  }
}

function gSeries(name: string, told: string | undefined, level: ILevel | undefined): { rule: CodingRule; reason: string } {
  if (level === undefined) {
    return {
      rule: 'signed',
      reason: `${name} is a G-series car whose I-level is ${told === undefined ? 'not told' : `not understood (${told})`}: from ${SIGNED_FROM.text} on coding data are signed`,
    };
  }
  const { year, month } = level;
  const isSigned = year > SIGNED_FROM.year || (year === SIGNED_FROM.year && month >= SIGNED_FROM.month);
  return isSigned
    ? { rule: 'signed', reason: `${name} has I-level ${told}: G-series coding data are signed from ${SIGNED_FROM.text} on` }
    : {
        rule: 'plain',
        reason: `${name} has I-level ${told}, before ${SIGNED_FROM.text}: its coding data need no signature, as vendors say`,
      };
}

function levelFamily(level: ILevel | undefined): SeriesFamily {
  if (level === undefined) return 'unknown';
  const signed = /^S(\d\d)[A-Z]$/.exec(level.prefix)?.[1];
  if (signed !== undefined && Number(signed) >= FIRST_G_LEVEL) return 'G';
  return /^F\d{3}$/.test(level.prefix) ? 'F' : 'unknown';
}
