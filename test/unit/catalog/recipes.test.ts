import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadCatalog, moduleRiskOf, type Recipe } from '../../../src/catalog/index.ts';
import { editsOfVariant } from '../../../src/coding/index.ts';
import { ecuAddress } from '../../../src/core/index.ts';

const SHEET = new URL('../../../../shared/data/coding-cheatsheet.csv', import.meta.url);
const catalog = loadCatalog();

/** What became of each row of the sheet, by its number from 0: the recipe that it is part of, or why there is none. */
const ROWS: readonly (readonly [rows: string, recipe: string | { readonly leftOut: string }])[] = [
  ['0-1', 'sos-call-failure'],
  ['2', { leftOut: 'a hypothesis that no car has shown: four bytes a group on an E84' }],
  ['3', 'sos-call-restricted'],
  ['4-7', { leftOut: 'derived, and other messages: `messages hide` reaches them by their ids' }],
  ['8-9', { leftOut: 'E-series, by name only: told as text where such a car asks' }],
  ['10,24', 'digital-speed'],
  ['11', 'true-speed'],
  ['12-13', 'range-warnings-later'],
  ['14,25', 'trip-computer-keeps'],
  ['15-17', { leftOut: 'the sheets contradict each other, and only names are given' }],
  ['18', { leftOut: 'what it does depends on when the car was built' }],
  ['19', 'sport-gear-number'],
  ['20', 'engaged-gear'],
  ['21', { leftOut: 'how bright it is at night nobody tells' }],
  ['22', { leftOut: 'its source says that it does not work' }],
  ['23,33-35,52,56-57,90', { leftOut: 'one part of several, of which others are known by names only' }],
  ['26', 'gps-clock'],
  ['27', { leftOut: 'a name (inaktiv) for a whole byte' }],
  ['28', 'start-stop-note-off'],
  ['29-32', { leftOut: 'needs a head-up display or a gearbox that the coding data do not tell' }],
  ['36-37,39,41,69,79,81,84', { leftOut: 'a name for several bits, of which no entry gives the number' }],
  ['38', { leftOut: 'takes a warning away' }],
  ['40', 'power-display'],
  ['42,74,83', { leftOut: 'G-series units whose coding data are signed on most cars' }],
  ['43,68', 'radio-off-on-door'],
  ['44', 'start-without-brake'],
  ['45', 'start-stop-off'],
  ['46,72', 'start-stop-memory'],
  ['47', 'lock-with-engine-quiet'],
  ['48,73', 'front-windows-go-on'],
  ['49', 'comfort-close-sooner'],
  ['50,66,71', 'five-flashes'],
  ['51,58', { leftOut: 'flashing on hard braking, which is regulated' }],
  ['53', 'handle-lights-in-reverse'],
  ['54', { leftOut: 'contradicted: at another byte on older firmware' }],
  ['55,61', 'rear-windows-go-on'],
  ['59', 'rear-camera-stays'],
  ['60', 'side-cameras-stay'],
  ['62-65', { leftOut: 'the immobiliser of an F10 (CAS), which is blocked' }],
  ['67', 'mirror-tilts-more'],
  ['70', 'key-button-lights-home'],
  ['75', 'camera-notice-off'],
  ['76', { leftOut: 'holds that value from the factory on some cars' }],
  ['77-78', { leftOut: 'moving pictures for the driver, which is forbidden in most countries' }],
  ['80', { leftOut: 'which clock it changes nobody tells' }],
  ['82', 'sport-displays'],
  ['85-86', 'lane-warning-sooner'],
  ['87-89', { leftOut: 'the restraint module, which is blocked' }],
  ['91-101,103-104', { leftOut: 'a name without an offset' }],
  ['102', { leftOut: 'the engine, which is blocked' }],
];

function numbersOf(text: string): readonly number[] {
  return text.split(',').flatMap((part) => {
    const [first = 0, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/** The bits that a row sets, where it says them in numbers or as on and off of one bit: `3060.@07.2=1`. */
function wantedEdits(row: Readonly<Record<string, string>>): readonly string[] {
  const [, cafd, byte, mask] = /\[CAFD (\w{8}); byte (\d+) mask 0x(\w\w)\]/.exec(row['effect'] ?? '') ?? [];
  if (cafd === undefined || mask === undefined) return [];
  const bits = Number.parseInt(mask, 16);
  const words: Readonly<Record<string, number>> = { aktiv: 1, nicht_aktiv: 0 };
  const to = row['to'] ?? '';
  const value = words[to.toLowerCase()] ?? Number.parseInt(to, 16);
  const at = `${row['block_hex']}.@${Number(byte).toString(16).toUpperCase().padStart(2, '0')}`;
  if (bits === 0xff) return [`${at}=${to}`];
  const shift = Math.log2(bits & -bits);
  return [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => (bits >> bit) & 1).map((bit) => `${at}.${bit}=${((value << shift) >> bit) & 1}`);
}

function cellsOf(line: string): readonly string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );
}

describe('the recipes', () => {
  it('have edits that can be read, and for the units that they name', () => {
    for (const { variants } of catalog.recipes)
      for (const variant of variants)
        expect(editsOfVariant(variant, variant.ecu ?? ecuAddress(0), catalog)).toHaveLength(variant.edits.length);
  });

  it('name every owner of the emergency-call row; others: maron (E60, F06) gave the tip; bimmer12, Frupal only watched: not counted', () => {
    const sos = catalog.recipes.find(({ id }) => id === 'sos-call-failure') as Recipe;
    const worked = sos.reports.filter(({ outcome }) => outcome === 'worked').map(({ who }) => who);
    expect(worked).toEqual(['Mark', 'Malik550', 'Danny111', 'overboostJA', 'gozer61', 'hythemr']);
    expect(sos.variants.map(({ id, evidence, count }) => [id, evidence, count])).toEqual([
      ['A', 'owners', 5],
      ['B', 'owners', 1],
    ]);
    expect(JSON.stringify(sos)).not.toMatch(/maron|bimmer12|Frupal/);
  });

  it('each say what they do in two languages, how careful to be, and for whom they are (Prevention; DIY vs shop split: recipe field skill)', () => {
    for (const { id, title, does, skill, risk, caution } of catalog.recipes) {
      expect([id, title.en !== title.de, does.en !== does.de]).toEqual([id, true, true]);
      expect(['owner', 'experienced']).toContain(skill);
      expect([id, caution !== undefined]).toEqual([id, risk === 'caution']);
    }
  });

  it.skipIf(!existsSync(SHEET))(
    'are the rows of the cheat sheet, each in or left out for a reason (needs ../shared/data/coding-cheatsheet.csv)',
    () => {
      const [head = [], ...rows] = readFileSync(SHEET, 'utf8').trim().split(/\r?\n/).map(cellsOf);
      const sheet = rows.map((row) => Object.fromEntries(head.map((name, index) => [name, row[index] ?? ''])));
      const numbers = ROWS.flatMap(([text]) => numbersOf(text));
      expect(numbers.toSorted((left, right) => left - right)).toEqual(sheet.map((_, index) => index));
      for (const [text, what] of ROWS) {
        if (typeof what !== 'string') continue;
        const recipe = catalog.recipes.find(({ id }) => id === what);
        for (const index of numbersOf(text)) {
          const row = sheet[index] ?? {};
          const cafd = /\[CAFD (\w{8});/.exec(row['effect'] ?? '')?.[1];
          if (cafd === undefined) continue;
          const variant = recipe?.variants.find(({ cafds }) => cafds.includes(cafd));
          expect([index, variant?.edits]).toEqual([index, expect.arrayContaining([...wantedEdits(row)])]);
        }
      }
    },
  );
});

describe('the risk of a unit', () => {
  it.each([
    ['airbags', 0x01],
    ['brakes', 0x29],
    ['parking brake', 0x2a],
    ['steering', 0x30],
    ['engine', 0x12],
    ['steering lock', 0x65],
    ['immobiliser', 0x40],
  ])('is blocked by its address: %s', (_, address) => {
    expect(catalog.moduleRisk({ ecu: ecuAddress(address), cafds: [] })?.tier).toBe('blocked');
  });

  it('at 40 is that of the immobiliser, unless its coding data are known as those of a body controller', () => {
    const at40 = (...cafds: string[]) => catalog.moduleRisk({ ecu: ecuAddress(0x40), cafds })?.tier;
    expect([at40('00000794'), at40('0000000F'), at40('12345678'), at40()]).toEqual(['caution', 'blocked', 'blocked', 'blocked']);
  });

  it('is known by coding data alone where there is no car, and is none for a cluster', () => {
    expect(moduleRiskOf(catalog.moduleRisks, { cafds: ['00001B2D'] })?.tier).toBe('blocked');
    expect(catalog.moduleRisk({ cafds: ['00000069'] })).toBeUndefined();
    expect(catalog.moduleRisk({ ecu: ecuAddress(0x60), cafds: ['00000069'] })).toBeUndefined();
  });
});
