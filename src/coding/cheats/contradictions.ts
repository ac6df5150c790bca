import { toHex } from '../../core/index.ts';
import type { CheatEntry } from './cheat-file.ts';
import { formatPlace } from './cheat-place.ts';
import { isOneBit, type PlacedEntry, type PlaceSummary, switchOf } from './resolve-names.ts';

/** Two entries of which at most one can be right. */
export interface Contradiction {
  /**
   * `place`: one parameter at two places. `overlap`: masks that cut the same bits differently. `value`: the same words, another number.
   * `switch`: two files switch something on, or off, at one bit, one by 1 and one by 0. `twice`: one code gives the same bits two values.
   */
  readonly kind: 'place' | 'overlap' | 'value' | 'switch' | 'twice';
  readonly message: string;
  readonly entries: readonly [CheatEntry, CheatEntry];
  /** Where no entry can be relied on, as {@link formatPlace} writes it; none where only the two entries are in doubt. */
  readonly places: readonly string[];
}

/** Finds where the files contradict each other, or themselves. Each pair is told once. */
export function findContradictions(places: ReadonlyMap<string, PlaceSummary>): readonly Contradiction[] {
  const summaries = [...places.values()];
  return [
    ...summaries.flatMap((summary) => [...withinPlace(summary)]),
    ...movedParameters(summaries.flatMap(parametersAt)),
    ...overlaps(summaries),
  ];
}

/** Contradictions among the entries for one place. */
function* withinPlace(summary: PlaceSummary): Iterable<Contradiction> {
  const { place, placed } = summary;
  const where = formatPlace(place);
  const byCode = new Map<string, PlacedEntry>();
  const byWords = new Map<string, PlacedEntry>();
  const bySwitch = new Map<string, PlacedEntry>();
  for (const each of placed) {
    const { entry, bytes, name } = each;
    const value = bytes === undefined ? name?.toLowerCase() : toHex(bytes);
    const pair = (first: PlacedEntry): [CheatEntry, CheatEntry] => [first.entry, entry];
    const inCode = firstOf(byCode, `${entry.file} ${entry.code}`, each);
    if (inCode !== each && valueText(inCode) !== value) {
      yield {
        kind: 'twice',
        message: `one entry gives ${where} two values: ${told(inCode)} and ${told(each)}`,
        entries: pair(inCode),
        places: [],
      };
      continue;
    }
    if (bytes !== undefined && entry.description !== undefined) {
      const sameWords = firstOf(byWords, entry.description.toLowerCase(), each);
      if (valueText(sameWords) !== value)
        yield {
          kind: 'value',
          message: `"${entry.description}" is ${told(sameWords)} and ${told(each)} at ${where}`,
          entries: pair(sameWords),
          places: [],
        };
    }
    const purpose = purposeOf(entry);
    const state = stateOf(each, isOneBit(place));
    if (purpose === undefined || state === undefined) continue;
    const same = firstOf(bySwitch, purpose, each);
    // In one file they are two things to choose from.
    if (stateOf(same, true) !== state && same.entry.file !== entry.file)
      yield {
        kind: 'switch',
        message: `to ${purpose} it, ${where} is ${told(same)} by one and ${told(each)} by another`,
        entries: pair(same),
        places: [where],
      };
  }
}

interface NamedPlace {
  readonly name: string;
  readonly place: PlaceSummary['place'];
  readonly entry: CheatEntry;
}

/** `TFL_MODUS` of the comment `TFL_MODUS (default: 02)`. */
function parametersAt({ place, placed }: PlaceSummary): readonly NamedPlace[] {
  const names = new Map<string, NamedPlace>();
  for (const { entry } of placed) {
    const name = /^[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+(?=$|[\s(])/.exec(entry.comment ?? '')?.[0]?.toUpperCase();
    if (name !== undefined && !names.has(name)) names.set(name, { name, place, entry });
  }
  return [...names.values()];
}

/** Parameters of one block that lie at another place by another entry: each is told against the first. */
function movedParameters(parameters: readonly NamedPlace[]): readonly Contradiction[] {
  const first = new Map<string, NamedPlace>();
  return parameters.flatMap((each) => {
    const known = firstOf(first, `${each.place.cafd}:${each.place.block}:${each.name}`, each);
    if (known === each) return [];
    const places = [formatPlace(known.place), formatPlace(each.place)];
    return { kind: 'place', message: `${each.name} lies at ${places.join(' and at ')}`, entries: [known.entry, each.entry], places };
  });
}

/** Masks of one byte that share bits and are not the same: each is told against one other. */
function overlaps(summaries: readonly PlaceSummary[]): readonly Contradiction[] {
  const found: Contradiction[] = [];
  const bytes = new Map<string, PlaceSummary[]>();
  for (const summary of summaries) {
    const { cafd, block, start, end, mask } = summary.place;
    if (end > start) continue;
    const key = `${cafd}:${block}:${start}`;
    const known = bytes.get(key) ?? [];
    const other = known.find(({ place }) => (place.mask & mask) !== 0);
    const [first, second] = [other?.placed[0], summary.placed[0]];
    if (other !== undefined && first !== undefined && second !== undefined) {
      const places = [formatPlace(other.place), formatPlace(summary.place)];
      const message = `${places.join(' and ')} share bits: one of them cuts the byte wrongly`;
      found.push({ kind: 'overlap', message, entries: [first.entry, second.entry], places });
    }
    bytes.set(key, [...known, summary]);
  }
  return found;
}

function firstOf<Item>(known: Map<string, Item>, key: string, item: Item): Item {
  const first = known.get(key) ?? item;
  known.set(key, first);
  return first;
}

/** What an entry says first that it is for. */
function purposeOf({ description }: CheatEntry): 'enable' | 'disable' | undefined {
  const word = /^\W*(\w+)/.exec(description ?? '')?.[1]?.toLowerCase();
  if (word === 'enable' || word === 'activate') return 'enable';
  return word === 'disable' || word === 'deactivate' ? 'disable' : undefined;
}

function stateOf({ bytes, name }: PlacedEntry, oneBit: boolean): number | undefined {
  if (!oneBit) return undefined;
  return bytes === undefined ? switchOf(name ?? '') : bytes[0];
}

function valueText({ bytes, name }: PlacedEntry): string | undefined {
  return bytes === undefined ? name?.toLowerCase() : toHex(bytes);
}

function told({ bytes, name }: PlacedEntry): string {
  return bytes === undefined ? (name ?? '') : toHex(bytes, ' ');
}
