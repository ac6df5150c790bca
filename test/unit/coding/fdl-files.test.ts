import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadCatalog, type Recipe } from '../../../src/catalog/index.ts';
import { editsAt } from '../../../src/coding/cheats/cheat-value.ts';
import { type CheatFile, type CheatImport, type ImportedEntry, importCheats, readCheatFile } from '../../../src/coding/cheats/index.ts';
import { switchOf } from '../../../src/coding/cheats/resolve-names.ts';
import { Car as OpenCar, planRecipes } from '../../../src/job/index.ts';
import { diffStates } from '../../../src/mock/index.ts';
import { enetInMemory } from '../../support/enet-in-memory.ts';
import { watchEveryWrite } from '../../support/watch-every-write.ts';
import { carCodedBy, read, UNIT, write, writeEdits } from './coded-ecu.ts';

const FOLDER = new URL('../../../../shared/data/fdl/', import.meta.url);
const NAMES = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => name.endsWith('.xml')) : [];
const catalog = loadCatalog();

describe.skipIf(NAMES.length === 0)('twelve community files (skipped where ../shared/data/fdl is not there)', () => {
  watchEveryWrite();
  let files: readonly CheatFile[];
  let imported: CheatImport;
  let taken: readonly Taken[];
  beforeAll(async () => {
    files = await Promise.all(NAMES.map((name) => readCheatFile(readFileSync(new URL(name, FOLDER), 'utf8'), name)));
    imported = importCheats(files, { catalog });
    taken = imported.entries.flatMap((each) => takenOf(each));
  });

  it('are read whole: every function of every code, and one misspelt word', () => {
    expect(files.map(({ broken }) => broken)).toEqual(NAMES.map(() => undefined));
    for (const { name, entries } of files) {
      const text = readFileSync(new URL(name, FOLDER), 'utf8').replace(/<!--[\s\S]*?-->/g, '');
      expect([name, entries.length]).toEqual([name, text.match(/<function\s/g)?.length ?? 0]);
    }
    expect(files.flatMap(({ problems }) => problems)).toMatchObject([
      { file: 'Kip_M3.xml', line: 184, message: expect.stringContaining('desription') },
    ]);
  });

  it('are counted so that nothing is lost', () => {
    const { entries, codes } = imported.counts;
    expect(entries).toEqual({ total: 1889, taken: 895, resolved: 80, asked: 0, refused: 914 });
    expect(codes).toEqual({ total: 969, taken: 425, resolved: 53, asked: 0, refused: 491 });
    for (const { total, ...parts } of [entries, codes]) expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBe(total);
    expect(imported.recipes).toHaveLength(codes.taken + codes.resolved);
    const waiting = imported.unknownNames.reduce((sum, name) => sum + name.entries, 0);
    expect(waiting).toBe(imported.entries.filter(({ refusal }) => refusal === 'name-unknown').length);
  });

  it('leave a unit byte for byte as it was, each entry that is taken written and taken back', () => {
    for (const [cafd, own] of byCafd(taken)) {
      const edits = own.map((each) => each.edits);
      const car = carCodedBy(cafd, edits.flat());
      const before = car.exportState();
      for (const { entry, edits: each } of own) {
        const back = writeEdits(car, cafd, each);
        expect(heldBy(car, entry)).toBe(hexOf(entry));
        for (const change of back) write(car, change);
        expect(diffStates(before, car.exportState())).toEqual([]);
      }
      car.close();
    }
    expect(taken.length).toBe(imported.counts.entries.taken + imported.counts.entries.resolved);
  });

  it('the same of each recipe as a whole; it is planned on a car whose coding data match, and refused on another', async () => {
    const all = new Map<string, Recipe[]>();
    for (const recipe of imported.recipes) all.set(cafdOf(recipe), [...(all.get(cafdOf(recipe)) ?? []), recipe]);
    const [other] = [...all.values()].at(-1) ?? [];
    for (const [cafd, recipes] of all) {
      const car = carCodedBy(
        cafd,
        recipes.flatMap(({ variants }) => variants[0]?.edits ?? []),
      );
      const before = car.exportState();
      for (const { variants } of recipes) {
        for (const change of writeEdits(car, cafd, variants[0]?.edits ?? [])) write(car, change);
        expect(diffStates(before, car.exportState())).toEqual([]);
      }
      const open = await OpenCar.open(enetInMemory(car), { catalog });
      const [first] = recipes;
      const planned = first && (await planRecipes(open, [first], { experimental: true }));
      expect(planned?.chosen).toMatchObject([{ ecus: [{ address: UNIT }] }]);
      if (other !== undefined && other !== first)
        await expect(planRecipes(open, [other], { experimental: true })).rejects.toMatchObject({
          code: 'recipe.other-coding-data',
          exit: 3,
        });
      await open.dispose();
      expect(diffStates(before, car.exportState())).toEqual([]);
      car.close();
    }
  });

  it('contradict each other here, and nowhere else that is found', () => {
    expect(imported.contradictions.map(({ kind }) => kind).toSorted()).toEqual([
      ...Array.from({ length: 5 }, () => 'overlap'),
      ...Array.from({ length: 5 }, () => 'place'),
      ...Array.from({ length: 3 }, () => 'switch'),
      'twice',
      'value',
    ]);
    const told = imported.contradictions.map(({ message }) => message).join('\n');
    expect(told).toContain('ASP_BORDSTEINAUTOMATIK_DELTA lies at 00000794:3110.@01&FF and at 00000794:3110.@02&FF');
    expect(told).toContain('to disable it, 00000909:3000.@0F&01 is nicht_aktiv by one and 01 by another');
  });

  it('bear out what the recipes rest on: in one bit aktiv is 1, at 28 places and more, against one that is contradicted', () => {
    const places = new Map<string, { words: Set<number>; numbers: Set<number> }>();
    for (const { entry, place } of imported.entries) {
      if (place === undefined || place.end > place.start || (place.mask & (place.mask - 1)) !== 0) continue;
      const key = `${place.cafd} ${place.block} ${place.start} ${place.mask}`;
      const known = places.get(key) ?? { words: new Set(), numbers: new Set() };
      places.set(key, known);
      const word = /aktiv|active/i.test(entry.value) ? switchOf(entry.value) : undefined;
      if (word !== undefined) known.words.add(word);
      if (/^0[01]$/.test(entry.value)) known.numbers.add(Number(entry.value));
    }
    const both = [...places.values()].filter(({ words, numbers }) => words.size > 0 && numbers.size > 0);
    const agree = both.filter(({ words, numbers }) => [...words].some((word) => numbers.has(word)));
    expect(agree.length).toBeGreaterThanOrEqual(28);
    expect(both.length - agree.length).toBeLessThanOrEqual(2);
  });
});

interface Taken {
  readonly cafd: string;
  readonly entry: ImportedEntry;
  readonly edits: readonly string[];
}

function takenOf(entry: ImportedEntry): readonly Taken[] {
  const { place, bytes } = entry;
  return place === undefined || bytes === undefined ? [] : [{ cafd: place.cafd, entry, edits: editsAt(place, bytes) }];
}

function byCafd(taken: readonly Taken[]): ReadonlyMap<string, readonly Taken[]> {
  const groups = new Map<string, Taken[]>();
  for (const each of taken) groups.set(each.cafd, [...(groups.get(each.cafd) ?? []), each]);
  return groups;
}

function cafdOf({ variants }: Recipe): string {
  return variants[0]?.cafds[0] ?? '';
}

/** What the unit now holds at the place of an entry, shifted back as the format says: not by the code that wrote it. */
function heldBy(car: Parameters<typeof read>[0], { place }: ImportedEntry): string {
  if (place === undefined) return '';
  const bytes = read(car, place.block).slice(place.start, place.end + 1);
  const zeros = place.mask.toString(2).length - place.mask.toString(2).replace(/0+$/, '').length;
  return Buffer.from(bytes.map((byte) => (byte & place.mask) >> zeros))
    .toString('hex')
    .toUpperCase();
}

function hexOf({ bytes }: ImportedEntry): string {
  return Buffer.from(bytes ?? [])
    .toString('hex')
    .toUpperCase();
}
