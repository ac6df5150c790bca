import { type Evidence, toHex } from '../../core/index.ts';
import type { CheatEntry } from './cheat-file.ts';
import { type CheatPlace, formatPlace } from './cheat-place.ts';
import type { CheatValue } from './cheat-value.ts';

/** An entry whose place and value are sound. */
export type PlacedEntry = { readonly entry: CheatEntry; readonly place: CheatPlace } & CheatValue;

/** What a name stands for, by another entry. */
export interface ResolvedName {
  readonly bytes: Uint8Array;
  /** The entry that gives the number. */
  readonly by: CheatEntry;
  /** `derived`: one bit, and the word says whether it is on. `hypothesis`: it is the only number that anybody gives there. */
  readonly evidence: Evidence;
}

const ON = new Set(['aktiv', 'active', 'ein', 'on', 'enable', 'enabled', 'verbaut', 'ja', 'yes']);
const OFF = new Set(['nicht', 'inaktiv', 'inactive', 'aus', 'off', 'disable', 'disabled', 'nein', 'no', 'not', 'ohne']);
/** The how-manieth of a list that differs from CAFD to CAFD, not the number that it stands for. */
const ORDINAL = /^(?:\d+_value|(?:wert|stufe|variant|variante)_?\d+)$/i;

/** Whether a name means on (1) or off (0); undefined where it means neither. `nicht_aktiv` is 0, `KL_Ein` 1. */
export function switchOf(name: string): 0 | 1 | undefined {
  const words = name.toLowerCase().split(/[^a-zäöü]+/);
  if (words.some((word) => OFF.has(word))) return 0;
  return words.some((word) => ON.has(word)) ? 1 : undefined;
}

export function isOneBit({ start, end, mask }: CheatPlace): boolean {
  return start === end && (mask & (mask - 1)) === 0;
}

/** A number, and the first entry that gives it. */
interface GivenNumber {
  readonly bytes: Uint8Array;
  readonly by: CheatEntry;
}

/** All that the files say of one place. */
export class PlaceSummary {
  readonly place: CheatPlace;
  readonly placed: PlacedEntry[] = [];
  /** By its hex. */
  readonly numbers = new Map<string, GivenNumber>();
  /** In lower case. */
  readonly names = new Set<string>();

  constructor(place: CheatPlace) {
    this.place = place;
  }

  add(placed: PlacedEntry): void {
    const { bytes, name, entry } = placed;
    this.placed.push(placed);
    if (name !== undefined) this.names.add(name.toLowerCase());
    if (bytes !== undefined && !this.numbers.has(toHex(bytes))) this.numbers.set(toHex(bytes), { bytes, by: entry });
  }
}

/** @returns by {@link formatPlace} */
export function summarizePlaces(placed: readonly PlacedEntry[]): ReadonlyMap<string, PlaceSummary> {
  const places = new Map<string, PlaceSummary>();
  for (const each of placed) {
    const key = formatPlace(each.place);
    const summary = places.get(key) ?? new PlaceSummary(each.place);
    places.set(key, summary);
    summary.add(each);
  }
  return places;
}

/**
 * What a name stands for, told by the other entries for the same place. Nothing says which number belongs to which name, so
 * it counts only where one fits: of a single bit the number that the word means, else the only number beside the only name.
 */
export function resolveName(name: string, { place, numbers, names }: PlaceSummary): ResolvedName | undefined {
  const meant = isOneBit(place) ? switchOf(name) : undefined;
  if (meant !== undefined) {
    const found = numbers.get(`0${meant}`);
    return found && { ...found, evidence: 'derived' };
  }
  const [only] = numbers.values();
  if (only === undefined || numbers.size > 1 || names.size !== 1 || ORDINAL.test(name)) return undefined;
  return { ...only, evidence: 'hypothesis' };
}
