import type { Vin } from '../core/index.ts';

/** What a VIN tells without the car. */
export interface VinFacts {
  /** From its first three characters (WMI); undefined where it is not one of BMW's that are published. */
  readonly manufacturer: string | undefined;
  /** The last seven, as BMW shortens a VIN. */
  readonly serial: string;
  /** North American VINs only, where it is the law: whether character 9 is the check digit of the others. */
  readonly checkDigit: 'right' | 'wrong' | undefined;
}

/** Published in lists of WMIs (ISO 3780) and by NHTSA; the words are ours. */
const MANUFACTURERS: Readonly<Record<string, string>> = {
  WBA: 'BMW AG',
  WBS: 'BMW M',
  WBY: 'BMW i',
  '4US': 'BMW, built in the USA',
  '5UX': 'BMW, built in the USA',
  '5YM': 'BMW M, built in the USA',
};

const NORTH_AMERICAN = /^[1-5]/;
const CHECK_DIGIT_INDEX = 8;
const WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
/** What each letter counts in the sum of the check digit: A 1 to H 8, J 1 to R 9, S 2 to Z 9; I, O and Q are in no VIN. */
const VALUES = new Map([...'ABCDEFGH.JKLMN.P.R.STUVWXYZ'].map((letter, index) => [letter, (index % 9) + 1]));

/**
 * What is published of a VIN's characters, and no more: a European VIN has no model year, and what stands at its place
 * must not be taken for one.
 *
 * @see source: ISO 3779 and 3780; check digit: 49 CFR 565.15 (published); type key: on both recorded cars it is that of
 *   the vehicle order (recorded)
 */
export function decodeVin(vin: Vin): VinFacts {
  return {
    manufacturer: MANUFACTURERS[vin.slice(0, 3)],
    serial: vin.slice(-7),
    checkDigit: NORTH_AMERICAN.test(vin) ? (vin[CHECK_DIGIT_INDEX] === checkDigitOf(vin) ? 'right' : 'wrong') : undefined,
  };
}

/**
 * Characters 4 to 7, where they may be the type key: in the VINs of European cars they are, in those of cars for North
 * America, which may begin with W as well, they mean other things. So only a key that somebody knows counts.
 */
export function typeKeyOfVin(vin: Vin): string | undefined {
  return vin.startsWith('W') ? vin.slice(3, 7) : undefined;
}

function checkDigitOf(vin: Vin): string {
  let sum = 0;
  for (const [index, character] of [...vin].entries()) sum += (VALUES.get(character) ?? Number(character)) * (WEIGHTS[index] ?? 0);
  const rest = sum % 11;
  return rest === 10 ? 'X' : String(rest);
}
