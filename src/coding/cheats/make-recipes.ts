import { type Catalog, type Recipe, weakestEvidence } from '../../catalog/index.ts';
import type { CheatEntry } from './cheat-file.ts';
import { riskOf } from './cheat-risk.ts';
import { editsAt } from './cheat-value.ts';
import type { ImportedEntry } from './imported-entry.ts';

/** What became of one code: of all its entries together. */
export interface ImportedCode {
  readonly status: ImportedEntry['status'];
  readonly entries: readonly ImportedEntry[];
}

const MOST_TEXT = 1000;
/** As the schema of recipes has it. */
const MOST_EDITS = 4096;
const SLUG_LENGTH = 60;
const STATUSES = ['taken', 'resolved', 'asked', 'refused'] as const;

/** One recipe for each code of which every entry is understood: half a code might be worse than none. */
export function makeRecipes(
  entries: readonly ImportedEntry[],
  catalog: Catalog,
): { readonly recipes: readonly Recipe[]; readonly codes: readonly ImportedCode[] } {
  const codes = codesOf(entries);
  const ids = new Map<string, number>();
  const recipes = codes.flatMap(({ status, entries: own }) => (status === 'refused' ? [] : recipeOf(own, catalog, ids)));
  return { recipes, codes };
}

function codesOf(entries: readonly ImportedEntry[]): readonly ImportedCode[] {
  const codes = new Map<string, ImportedEntry[]>();
  for (const each of entries) {
    const key = `${each.entry.code} ${each.entry.file}`;
    const own = codes.get(key);
    if (own === undefined) codes.set(key, [each]);
    else own.push(each);
  }
  return [...codes.values()].map((own) => ({ status: worstOf(own), entries: own }));
}

function recipeOf(entries: readonly ImportedEntry[], catalog: Catalog, ids: Map<string, number>): readonly Recipe[] {
  const [first] = entries;
  if (first?.place === undefined) return [];
  const { entry, place } = first;
  const text = (entry.description ?? '').slice(0, MOST_TEXT) || `${entry.file}, line ${entry.line}`;
  const label = { en: text, de: text };
  const risk = riskOf(entry, catalog);
  const notes = new Set(entries.flatMap(({ note }) => note ?? []));
  return [
    {
      id: freshId(entry, ids),
      title: label,
      does: label,
      ...(risk === undefined ? { risk: 'comfort' } : { risk: 'caution', caution: risk.why }),
      skill: 'experienced',
      hides: [],
      variants: [
        {
          id: 'a',
          cafds: [place.cafd],
          series: seriesOf(entry.series),
          edits: editsOf(entries),
          evidence: weakestEvidence(entries.map(({ evidence }) => evidence)),
          source: entry.author === undefined ? entry.file : `${entry.file} by ${entry.author}`,
          ...(notes.size === 0 ? {} : { note: [...notes].join('; ').slice(0, MOST_TEXT) }),
        },
      ],
      reports: [],
      conflicts: [],
      followUp: [],
    },
  ];
}

/** `botho.radio-off-when-door-opens-794`: file, words and coding data, and a number where that is taken. */
function freshId({ file, description, cafd }: CheatEntry, ids: Map<string, number>): string {
  const stem = slug(file.replace(/\.[^.]*$/, '')) || 'file';
  const data = cafd?.toLowerCase().replace(/^0+(?=.)/, '') ?? '';
  const words = slug(description ?? '')
    .slice(0, SLUG_LENGTH)
    .replace(/-$/, '');
  const id = `${stem}.${words === '' ? '' : `${words}-`}${data}`;
  const count = (ids.get(id) ?? 0) + 1;
  ids.set(id, count);
  return count === 1 ? id : `${id}-${count}`;
}

function slug(text: string): string {
  const plain = text
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
  return plain.replace(/^-|-$/g, '');
}

/** `F20` of `F020`; what is no series is left out. */
function seriesOf(text: string | undefined): readonly string[] {
  const words = (text ?? '').toUpperCase().split(/[\s,;]+/);
  return [
    ...new Set(words.filter((word) => /^[A-Z]{1,2}\d{2,3}[A-Z]?$/.test(word)).map((word) => word.replace(/^([A-Z])0(?=\d\d$)/, '$1'))),
  ];
}

function editsOf(entries: readonly ImportedEntry[]): readonly string[] {
  return [...new Set(entries.flatMap(({ place, bytes }) => (place === undefined || bytes === undefined ? [] : editsAt(place, bytes))))];
}

/** The most doubtful of its entries decides; more edits than a recipe may have are none. */
function worstOf(entries: readonly ImportedEntry[]): ImportedEntry['status'] {
  const worst = STATUSES[Math.max(...entries.map(({ status }) => STATUSES.indexOf(status)))] ?? 'refused';
  return worst === 'refused' || editsOf(entries).length > MOST_EDITS ? 'refused' : worst;
}
