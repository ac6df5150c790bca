import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { loadCatalog } from '../../../src/catalog/index.ts';
import { formatUnknownNames, importCheats, lintCheats, parseToldValues, readCheatFile } from '../../../src/coding/cheats/index.ts';
import { decodeOwnRecipes, encodeOwnRecipes, parseEdit } from '../../../src/coding/index.ts';
import { HOSTILE_TEXTS } from '../hostile.ts';
import { hostileJson, mutatedDocument } from '../mutate-json.ts';
import type { Random } from '../random.ts';
import { bytesTarget, demand, type Target, textTarget } from '../target.ts';

const fixture = (name: string) => readFileSync(new URL(`../../../fixtures/cheats/${name}`, import.meta.url), 'utf8');
const SAMPLES = [fixture('first.xml'), fixture('second.xml'), fixture('dirty.xml')];
const catalog = loadCatalog();
const ENCODER = new TextEncoder();

const CAFDS = ['00000794', '7e573040', '000000FF', '00000911', 'FFFFFFFF', '', '794', '__proto__'];
const MODULES = ['FEM_BODY', 'ACSM_4B', 'DSC', 'KOMBI', '', 'constructor', 'HU_NBT'];
const WORDS = ['ENABLE x', 'DISABLE x', 'Logo', '', 'ä ß', 'x'.repeat(300)];
const COMMENTS = ['TFL_MODUS', 'TFL_MODUS (default: 02)', 'A_B_C', ''];
const MASKS = ['11111111b', '00000001b', '00110000b', '0000010b', '00000000b', '11111111', '2', ''];
const VALUES = ['00', '01', 'FF', '0xFF', 'FF, FF', 'aktiv', 'nicht_aktiv', 'wert_01', 'TFL_S', '', '1', ',', 'FF,', '00, 01, 02, 03'];
const NUMBERS = ['0', '1', '3', '31', '4095', '4096', '-1', '1e3', '', '99999999999999999999'];
const BLOCKS = ['3060', '3000', '37FE', 'F190', '30', '', 'zzzz'];

/** A file out of what files are made of, mostly whole. */
function cheatsOf(random: Random): string {
  const attribute = (name: string, values: readonly string[]) => {
    if (random.oneIn(12)) return '';
    const value = random.oneIn(40) ? escaped(random.pick(HOSTILE_TEXTS)) : random.pick(values);
    return ` ${random.oneIn(40) ? `${name}x` : name}="${value}"`;
  };
  const many = (most: number, make: () => string) =>
    Array.from({ length: random.below(most + 1) }, make).join(random.pick(['', '\n', ' ']));
  const entry = () =>
    `<function${attribute('start', NUMBERS)}${attribute('end', NUMBERS)}${attribute('mask', MASKS)}${attribute('comment', COMMENTS)}>${random.pick(VALUES)}</function>`;
  const group = () => `<group${attribute('id', BLOCKS)}>${many(3, entry)}</group>`;
  const code = () => `<code${attribute('description', WORDS)}>${many(2, group)}</code>`;
  const cafd = () =>
    `<cafd${attribute('id', CAFDS)}${attribute('name', MODULES)}${attribute('series', ['F020,F030', 'x'])}>${many(3, code)}</cafd>`;
  return `<FDL>${many(3, cafd)}</FDL>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

async function takeCheats(text: string): Promise<void> {
  const file = await readCheatFile(text, 'x.xml');
  const imported = importCheats([file], { catalog });
  const { entries, recipes, counts, unknownNames } = imported;
  demand(entries.length === file.entries.length, 'an entry is lost');
  for (const { total, taken, resolved, asked, refused } of Object.values(counts))
    demand(total === taken + resolved + asked + refused, 'the counts do not add up');
  demand(recipes.length === counts.codes.total - counts.codes.refused, 'a code that is taken is no recipe');
  for (const { variants } of recipes) for (const edit of variants[0]?.edits ?? []) parseEdit(`40:${edit}`);
  demand(
    isDeepStrictEqual(decodeOwnRecipes(encodeOwnRecipes(recipes), 'x.json'), JSON.parse(JSON.stringify(recipes))),
    'it is kept otherwise than it is',
  );
  for (const { line } of lintCheats([file], imported)) demand(line >= 1, 'a problem on no line');
  demand(parseToldValues(formatUnknownNames(unknownNames), unknownNames).size === 0, 'a form that nobody has filled in has answers');
}

const RECIPES = importCheats(
  [await readCheatFile(fixture('first.xml'), 'first.xml'), await readCheatFile(fixture('second.xml'), 'second.xml')],
  {
    catalog,
  },
).recipes.slice(0, 3);
const OWN = JSON.parse(encodeOwnRecipes(RECIPES)) as object;

/** Files of cheats, and recipes of one's own, as somebody sends them. */
export const RECIPE_TARGETS: readonly Target[] = [
  textTarget({ name: 'cheats', waits: true, errors: [], samples: SAMPLES, make: cheatsOf, parse: takeCheats }),
  bytesTarget({
    name: 'recipes',
    errors: ['usage'],
    samples: [ENCODER.encode(encodeOwnRecipes(RECIPES))],
    make: (random) => ENCODER.encode(hostileJson(random, mutatedDocument(random, OWN))),
    parse: (input) => {
      const recipes = decodeOwnRecipes(Buffer.from(input).toString('utf8'), 'x.json');
      demand(isDeepStrictEqual(decodeOwnRecipes(encodeOwnRecipes(recipes), 'x.json'), recipes), 'it is written otherwise than it is read');
    },
  }),
];
