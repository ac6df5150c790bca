import type { Catalog, Recipe } from '../../catalog/index.ts';
import { type Evidence, toHex } from '../../core/index.ts';
import type { CheatEntry, CheatFile } from './cheat-file.ts';
import { type CheatPlace, formatPlace, isFlaw, placeOf } from './cheat-place.ts';
import { riskOf } from './cheat-risk.ts';
import { readValue } from './cheat-value.ts';
import { type Contradiction, findContradictions } from './contradictions.ts';
import type { ImportedEntry, Refusal } from './imported-entry.ts';
import { makeRecipes } from './make-recipes.ts';
import { type PlacedEntry, type PlaceSummary, resolveName, summarizePlaces } from './resolve-names.ts';

/** A name of which no entry gives the number. */
export interface UnknownName {
  /** As {@link formatPlace} writes it, and the name: `00000794:3060.@1F&30 TFL_S`. */
  readonly key: string;
  readonly place: CheatPlace;
  readonly name: string;
  readonly module: string | undefined;
  readonly description: string | undefined;
  /** Numbers that other entries give this place, in hex: candidates. */
  readonly numbers: readonly string[];
  /** How many entries wait for it. */
  readonly entries: number;
}

/** How many there are of each; the other four add up to `total`. */
export interface Counts {
  readonly total: number;
  readonly taken: number;
  readonly resolved: number;
  readonly asked: number;
  readonly refused: number;
}

export interface CheatImport {
  readonly entries: readonly ImportedEntry[];
  readonly recipes: readonly Recipe[];
  /** Of entries, and of the codes that they make up: a code is refused where one of its entries is. */
  readonly counts: { readonly entries: Counts; readonly codes: Counts };
  readonly unknownNames: readonly UnknownName[];
  readonly contradictions: readonly Contradiction[];
}

export interface ImportOptions {
  readonly catalog: Catalog;
  /** What names stand for, by {@link UnknownName.key}, as a person told. */
  readonly told?: ReadonlyMap<string, Uint8Array>;
}

/** Turns files of cheats, read together, into recipes: numbers as they stand, names by what other entries or a person say. */
export function importCheats(files: readonly CheatFile[], { catalog, told = new Map() }: ImportOptions): CheatImport {
  const judged = files.flatMap(({ entries }) => entries.map(judge));
  const places = summarizePlaces(judged.flatMap((each) => ('status' in each ? [] : [each])));
  const contradictions = findContradictions(places);
  const against = new Map(
    contradictions.flatMap((contradiction) =>
      [...contradiction.entries, ...contradiction.places].map((what) => [what, contradiction] as const),
    ),
  );
  const entries = judged.map((each) => ('status' in each ? each : settle(each, { catalog, places, told, against })));
  const { recipes, codes } = makeRecipes(entries, catalog);
  return {
    entries,
    recipes,
    counts: { entries: countOf(entries), codes: countOf(codes) },
    unknownNames: unknownNames(entries, places),
    contradictions,
  };
}

/** What can be said of an entry by itself. */
function judge(entry: CheatEntry): PlacedEntry | ImportedEntry {
  const place = placeOf(entry);
  if (isFlaw(place)) return refused(entry, place.code, place.message);
  const value = readValue(entry.value, place);
  return isFlaw(value) ? refused(entry, value.code, value.message, place) : { entry, place, ...value };
}

function refused(entry: CheatEntry, refusal: Refusal, note: string, place?: CheatPlace): ImportedEntry {
  return { entry, status: 'refused', refusal, note, place, bytes: undefined, evidence: 'published' };
}

interface Settling {
  readonly catalog: Catalog;
  readonly places: ReadonlyMap<string, PlaceSummary>;
  readonly told: ReadonlyMap<string, Uint8Array>;
  /** By entry, or by place. */
  readonly against: ReadonlyMap<CheatEntry | string, Contradiction>;
}

/** What becomes of an entry beside all the others. */
function settle(placed: PlacedEntry, { catalog, places, told, against }: Settling): ImportedEntry {
  const { entry, place, bytes, name } = placed;
  const risk = riskOf(entry, catalog);
  if (risk?.tier === 'blocked') return refused(entry, 'blocked', risk.why.en, place);
  const metadata = catalog.protectedBlocks.find(
    ({ ecu, cafds, first, last }) => !ecu && !cafds && first <= place.block && place.block <= last,
  );
  if (metadata !== undefined) return refused(entry, 'metadata', `the block holds ${metadata.holds}`, place);
  const contradiction = against.get(entry) ?? against.get(formatPlace(place));
  if (contradiction?.kind === 'twice') return refused(entry, 'contradicts-itself', contradiction.message, place);
  const doubt = contradiction === undefined ? undefined : `contradicted: ${contradiction.message}`;
  const settled = (status: ImportedEntry['status'], value: Uint8Array, evidence: Evidence, note?: string): ImportedEntry => ({
    entry,
    status,
    refusal: undefined,
    note: [note, doubt].filter((part) => part !== undefined).join('; ') || undefined,
    place,
    bytes: value,
    evidence: doubt === undefined ? evidence : 'hypothesis',
  });
  if (bytes !== undefined) return settled('taken', bytes, 'published');
  const summary = places.get(formatPlace(place));
  const resolved = summary && resolveName(name, summary);
  if (resolved !== undefined) {
    const { by } = resolved;
    return settled(
      'resolved',
      resolved.bytes,
      resolved.evidence,
      `${name} is ${toHex(resolved.bytes, ' ')} by ${by.file}, line ${by.line}`,
    );
  }
  const answer = told.get(nameKey(place, name));
  if (answer !== undefined) return settled('asked', answer, 'hypothesis', `${name} is ${toHex(answer, ' ')} by your word`);
  return refused(entry, 'name-unknown', `no entry gives the number of ${name}`, place);
}

export function nameKey(place: CheatPlace, name: string): string {
  return `${formatPlace(place)} ${name}`;
}

function unknownNames(entries: readonly ImportedEntry[], places: ReadonlyMap<string, PlaceSummary>): readonly UnknownName[] {
  const names = new Map<string, UnknownName>();
  for (const { entry, place, refusal } of entries) {
    if (refusal !== 'name-unknown' || place === undefined) continue;
    const key = nameKey(place, entry.value);
    const known = names.get(key);
    const { module, description, value: name } = entry;
    const numbers = [...(places.get(formatPlace(place))?.numbers.keys() ?? [])];
    names.set(
      key,
      known === undefined ? { key, place, name, module, description, numbers, entries: 1 } : { ...known, entries: known.entries + 1 },
    );
  }
  return [...names.values()];
}

function countOf(all: readonly Pick<ImportedEntry, 'status'>[]): Counts {
  const counts = { total: all.length, taken: 0, resolved: 0, asked: 0, refused: 0 };
  for (const { status } of all) counts[status] += 1;
  return counts;
}
