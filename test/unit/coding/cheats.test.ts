import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadCatalog } from '../../../src/catalog/index.ts';
import { editsAt } from '../../../src/coding/cheats/cheat-value.ts';
import {
  type CheatFile,
  formatUnknownNames,
  importCheats,
  lintCheats,
  parseToldValues,
  readCheatFile,
} from '../../../src/coding/cheats/index.ts';
import { decodeOwnRecipes, encodeOwnRecipes } from '../../../src/coding/index.ts';
import { did, fromHex } from '../../../src/core/index.ts';

const catalog = loadCatalog();

function fixture(name: string): Promise<CheatFile> {
  return readCheatFile(readFileSync(new URL(`../../../fixtures/cheats/${name}`, import.meta.url), 'utf8'), name);
}

/** Entries for byte 5 of block 3060 as rows of a file: description, mask and value. */
function file(
  rows: readonly (readonly [description: string, mask: string, value: string])[],
  name = 'a.xml',
  comment = '',
): Promise<CheatFile> {
  const codes = rows.map(
    ([description, mask, value]) =>
      `<code description="${description}"><group id="3060"><function start="5" end="5" mask="${mask}" comment="${comment}">${value}</function></group></code>`,
  );
  return readCheatFile(`<FDL><cafd id="00000794" name="FEM_01">${codes.join('\n')}</cafd></FDL>`, name);
}

async function statuses(...files: Promise<CheatFile>[]): Promise<readonly string[]> {
  const { entries } = importCheats(await Promise.all(files), { catalog });
  return entries.map(
    ({ entry, status, refusal, evidence }) => `${entry.value}: ${status === 'refused' ? refusal : `${status}, ${evidence}`}`,
  );
}

describe('a file of cheats', () => {
  it('becomes recipes: numbers, masks and ranges as they stand, names by another file', async () => {
    const { counts, recipes, unknownNames } = importCheats([await fixture('first.xml'), await fixture('second.xml')], { catalog });
    expect(counts).toEqual({
      entries: { total: 12, taken: 7, resolved: 2, asked: 0, refused: 3 },
      codes: { total: 11, taken: 6, resolved: 2, asked: 0, refused: 3 },
    });
    expect(unknownNames).toMatchObject([
      { key: '7E573040:3060.@14&FF wert_02', numbers: [], entries: 1 },
      { key: '7E573040:3050.@01&01 nicht_aktiv', numbers: ['01'], entries: 1 },
    ]);
    expect(recipes.map(({ id, variants }) => [id, variants[0]?.edits.join(' '), variants[0]?.evidence])).toEqual([
      ['first.five-flashes-7e573040', '3060.@07.0=0 3060.@07.1=0 3060.@07.2=1', 'published'],
      ['first.lamps-of-the-handles-all-four-7e573040', '3070.@04=FF 3070.@05=00 3070.@06=FF 3070.@07=00', 'published'],
      ['first.enable-quiet-start-7e573040', '3023.@00.4=1', 'hypothesis'],
      ['first.lamps-by-day-two-entries-7e573040', '3060.@1F.4=0 3060.@1F.5=1 3060.@1E=64', 'hypothesis'],
      ['second.starts-quietly-7e573040', '3023.@00.4=1', 'hypothesis'],
      ['second.day-lamps-7e573040', '3060.@1F.4=0 3060.@1F.5=1', 'published'],
      ['second.disable-the-sound-of-doors-7e573040', '3050.@01.0=1', 'hypothesis'],
      ['second.quiet-start-elsewhere-7e573040', '3023.@03=01', 'hypothesis'],
    ]);
    expect(recipes[0]).toMatchObject({
      title: { en: 'Five flashes' },
      risk: 'caution',
      variants: [{ cafds: ['7E573040'], series: ['F20', 'F30'], source: 'first.xml by First' }],
    });
  });

  it('is kept as recipes of one’s own, which read back as they were', async () => {
    const { recipes } = importCheats([await fixture('first.xml'), await fixture('second.xml')], { catalog });
    expect(decodeOwnRecipes(encodeOwnRecipes(recipes), 'first.json')).toEqual(recipes);
  });

  it('is understood with its dirt, and each mistake is told with its line', async () => {
    const files = [await fixture('dirty.xml')];
    const imported = importCheats(files, { catalog });
    const lines = lintCheats(files, imported).map(({ line, severity, code, message }) => `${line} ${severity} ${code}: ${message}`);
    expect(lines).toEqual([
      '3 warning missing: <cafd> has no name',
      '4 warning attribute: <code> has "desription", taken for description',
      '11 error mask: the mask "0000010b" has 7 digits, not eight: which are meant is not known',
      '16 error value: the value 02 does not fit into the bits 00000001',
      '21 error value: the value has 4 bytes, the place 1 byte',
      expect.stringMatching(/^26 error contradicts-itself: one entry gives 7E573040:3070\.@08&01 two values: 00 and 01/),
      expect.stringMatching(/^27 error contradicts-itself/),
      '32 error range: "9" to "8" is no range of bytes',
      '33 error range: "9000" to "9000" is no range of bytes',
      '36 error block: the block "F190" is not one of coding, 3000 to 3FFF',
      '41 error metadata: the block holds the coding proof stamp',
      '44 error element: <note> has no place in <cafd>, and is left out',
      expect.stringMatching(/^49 warning attribute: <function> has an attribute "colour"/),
      '49 error cafd: the CAFD "794" is not eight hex digits',
    ]);
    expect(imported.counts.entries).toEqual({ total: 11, taken: 1, resolved: 0, asked: 0, refused: 10 });
    expect(imported.recipes).toMatchObject([
      { id: 'dirty.misspelt-and-still-understood-7e573040', variants: [{ edits: ['3070.@00=1A'] }] },
    ]);
  });

  it.each([
    ['what is no XML, with the line', '<FDL>\n<cafd>\n</FDL>', 3, 'xml'],
    ['one that ends before its end', '<FDL><cafd id="00000794">', 1, 'xml'],
    ['another kind of file', '<html></html>', 1, 'root'],
    ['nothing', '', 1, 'xml'],
    ['a document type', '<!DOCTYPE FDL [<!ENTITY a "&b;&b;">]>\n<FDL>&a;</FDL>', 1, 'doctype'],
    ['an entity that the file would have to explain', '<FDL><cafd id="&a;"/></FDL>', 1, 'xml'],
    ['elements in elements without end', `<FDL>${'<code>'.repeat(40)}`, 1, 'depth'],
  ])('is broken where it is %s', async (_, text, line, code) => {
    expect((await readCheatFile(text, 'x.xml')).broken).toMatchObject({ line, code, severity: 'error' });
  });

  it('may be as large as twenty thousand entries, and more', async () => {
    const rows = Array.from({ length: 20_000 }, (_, index) => [`n ${index}`, '11111111b', 'FF'] as const);
    const { counts, contradictions } = importCheats([await file(rows)], { catalog });
    expect(counts.codes).toMatchObject({ total: 20_000, taken: 20_000 });
    expect(contradictions).toEqual([]);
  });
});

describe('a value', () => {
  it.each([
    ['11111111b', '32', ['3060.@05=32']],
    ['00110000b', '02', ['3060.@05.4=0', '3060.@05.5=1']],
    ['10000000b', '01', ['3060.@05.7=1']],
  ])('under %s is shifted to the lowest bit of the mask: %s', (mask, value, edits) => {
    const place = { cafd: '00000794', block: did(0x3060), start: 5, end: 5, mask: Number.parseInt(mask, 2) };
    expect(editsAt(place, fromHex(value))).toEqual(edits);
  });

  it.each([
    ['aktiv, where another gives 1', [['on', '00000100b', 'aktiv']], [['x', '00000100b', '01']], 'aktiv: resolved, derived'],
    [
      'nicht_aktiv, where another gives only 1',
      [['off', '00000100b', 'nicht_aktiv']],
      [['x', '00000100b', '01']],
      'nicht_aktiv: name-unknown',
    ],
    ['aktiv, where nobody gives a number', [['on', '00000100b', 'aktiv']], [['x', '00001000b', '01']], 'aktiv: name-unknown'],
    ['the only name beside the only number', [['x', '00110000b', 'TFL_S']], [['y', '00110000b', '02']], 'TFL_S: resolved, hypothesis'],
    [
      'a name beside two numbers',
      [['x', '00110000b', 'TFL_S']],
      [
        ['y', '00110000b', '02'],
        ['z', '00110000b', '01'],
      ],
      'TFL_S: name-unknown',
    ],
    [
      'one of two names',
      [
        ['x', '11111111b', 'ece'],
        ['y', '11111111b', 'gb'],
      ],
      [['z', '11111111b', '08']],
      'ece: name-unknown',
    ],
    ['the how-manieth of a list', [['x', '11111111b', 'wert_01']], [['y', '11111111b', '00']], 'wert_01: name-unknown'],
  ] as const)('by its name: %s', async (_, names, numbers, expected) => {
    expect((await statuses(file(names), file(numbers, 'b.xml')))[0]).toBe(expected);
  });

  it('is asked for where no entry gives it, and taken by a person’s word if it fits', async () => {
    const files = [await fixture('first.xml')];
    const { unknownNames } = importCheats(files, { catalog });
    const form = formatUnknownNames(unknownNames);
    expect(form).toContain('# FEM_01: Longer light\n7E573040:3060.@14&FF wert_02=\n');
    expect(parseToldValues(form, unknownNames).size).toBe(0);
    const told = parseToldValues(form.replace('wert_02=', 'wert_02 = 28 # mine'), unknownNames);
    const { counts, entries } = importCheats(files, { catalog, told });
    expect(counts.entries).toMatchObject({ asked: 1, total: 8 });
    expect(entries.find(({ status }) => status === 'asked')).toMatchObject({ bytes: fromHex('28'), evidence: 'hypothesis' });
    expect(() => parseToldValues(form.replace('TFL_S=', 'TFL_S=7'), unknownNames)).toThrow('odd number');
    expect(() => parseToldValues(form.replace('TFL_S=', 'TFL_S=04'), unknownNames)).toThrow(/^Line \d+: .*does not fit/);
  });
});

describe('contradictions', () => {
  const kinds = async (...files: Promise<CheatFile>[]) =>
    importCheats(await Promise.all(files), { catalog }).contradictions.map(({ kind, entries }) => [
      kind,
      ...entries.map((each) => each.file),
    ]);

  it.each([
    [
      'the same words with another number',
      [
        ['Logo', '11110000b', '01'],
        ['logo', '11110000b', '02'],
      ],
      ['value', 'a.xml', 'a.xml'],
    ],
    [
      'masks that share bits',
      [
        ['x', '11110000b', '01'],
        ['y', '00110000b', '02'],
      ],
      ['overlap', 'a.xml', 'a.xml'],
    ],
  ] as const)('within a file: %s', async (_, rows, expected) => {
    expect(await kinds(file(rows))).toEqual([expected]);
  });

  it('between files: on by one, off by the other; and a parameter at two places', async () => {
    expect(await kinds(file([['DISABLE chime', '00000001b', 'nicht_aktiv']]), file([['Disable it', '00000001b', '01']], 'b.xml'))).toEqual([
      ['switch', 'a.xml', 'b.xml'],
    ]);
    const places = [
      file([['x', '00000001b', '01']], 'a.xml', 'TFL_MODUS (default: 00)'),
      file([['y', '00000010b', '01']], 'b.xml', 'TFL_MODUS'),
    ];
    expect(await kinds(...places)).toEqual([['place', 'a.xml', 'b.xml']]);
    // What is in doubt is a hypothesis, whoever says it.
    expect(await statuses(...places)).toEqual(['01: taken, hypothesis', '01: taken, hypothesis']);
  });

  it('are none: two states to choose from, the same said twice', async () => {
    const choices = [
      ['ENABLE a', '00000001b', '01'],
      ['ENABLE b', '00000001b', '00'],
      ['ENABLE a', '00000001b', '01'],
    ] as const;
    expect(await kinds(file(choices), file([choices[0]], 'b.xml'))).toEqual([]);
  });
});

describe('units that recipes may not change', () => {
  it.each([
    ['ACSM_4C', '00000999', 'airbags'],
    ['DSC-DXC_CT01', '00000999', 'brakes'],
    ['EPS', '00000999', 'steering'],
    ['DME_BAC2', '00000999', 'engine'],
    ['CAS_04', '0000000F', 'immobiliser'],
    ['FEM_BODY', '00000999', 'immobiliser'],
    ['called something else', '00001B2D', 'airbags'],
    ['GKEB23', '0000023F', 'gearbox'],
  ])('are known by their name or their coding data: %s %s', async (module, cafd, why) => {
    const text = `<FDL><cafd id="${cafd}" name="${module}"><code description="x"><group id="3000"><function start="0" end="0" mask="11111111b">01</function></group></code></cafd></FDL>`;
    const { entries, recipes } = importCheats([await readCheatFile(text, 'x.xml')], { catalog });
    expect(entries).toMatchObject([{ status: 'refused', refusal: 'blocked', note: expect.stringContaining(why) }]);
    expect(recipes).toEqual([]);
  });
});
