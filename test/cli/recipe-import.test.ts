import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { jsonOf, useBench } from './support/bench.ts';

const bench = useBench();
const cheat = (name: string) => fileURLToPath(new URL(`../../fixtures/cheats/${name}`, import.meta.url));
const BOTH = [cheat('first.xml'), cheat('second.xml')];
const FLASHES = 'first.five-flashes-7e573040';

beforeEach(() => {
  bench.profile = 'f30-328i';
});

describe('recipes import', () => {
  it('tells what became of every entry, in counts that add up, and keeps nothing unasked', async () => {
    const run = await bench.run(['recipes', 'import', ...BOTH]);
    expect(run.exit).toBe(0);
    const text = run.stdout.replace(/\s+/g, ' ');
    expect(text).toContain('first.xml 8 entries in 7 codes');
    expect(text).toContain('Entries: 12, of which 7 taken, 2 resolved by another entry, 0 by your word, 3 refused');
    expect(text).toContain('1 for units that no recipe may change');
    expect(text).toContain('START_QUIET lies at 7E573040:3023.@00&10 and at 7E573040:3023.@03&FF (first.xml:17, second.xml:21)');
    const { result } = jsonOf(await bench.run(['recipes', 'import', ...BOTH, '--json']));
    expect(result.counts).toMatchObject({ entries: { total: 12 }, refusedBy: { 'name-unknown': 2, blocked: 1 } });
    expect(result.entries).toHaveLength(12);
    expect(jsonOf(await bench.run(['recipes', 'list', '--json'])).result.recipes.some(({ own }: { own: boolean }) => own)).toBe(false);
  });

  it('keeps recipes that are then checked and applied on the car with these coding data, and refused on another', async () => {
    const kept = jsonOf(await bench.run(['recipes', 'import', ...BOTH, '--save', '--json']));
    expect(kept.result.saved).toEqual([join(bench.archive, 'recipes', 'first.json'), join(bench.archive, 'recipes', 'second.json')]);
    const checked = jsonOf(await bench.on(bench.link(), ['recipes', 'check', FLASHES, '--json']));
    expect(checked.result.recipes).toMatchObject([{ answer: 'unknown', evidence: 'published', ecus: ['40'], needsExperimental: false }]);
    const run = await bench.on(bench.link(), ['apply', FLASHES], { answers: ['D000030'] });
    expect([run.exit, run.stderr]).toEqual([0, '']);
    expect(bench.carDifferences()).toEqual(['ecus.40.blocks.3060.@07.2 0→1']);
    expect((await bench.on(bench.link(), ['undo'], { answers: ['D000030'] })).exit).toBe(0);
    bench.files = { backups: 2, journals: ['COMMITTED', 'COMMITTED'] };
    const other = await bench.on('mock:f06-sos', ['apply', FLASHES, '--dry-run', '--json']);
    expect([other.exit, jsonOf(other).error.code]).toEqual([3, 'recipe.other-coding-data']);
  });

  it('lets what rests on a name only be planned as an experiment, whole block shown', async () => {
    await bench.run(['recipes', 'import', ...BOTH, '--save']);
    const words = ['apply', 'first.lamps-by-day-two-entries-7e573040', '--dry-run'];
    expect(jsonOf(await bench.on(bench.link(), [...words, '--json'])).error).toMatchObject({
      code: 'recipe.hypothesis',
      message: expect.stringContaining('TFL_S is 02 by second.xml, line 11'),
    });
    const run = await bench.on(bench.link(), [...words, '--experimental']);
    expect([run.exit, run.stdout]).toEqual([0, expect.stringContaining('[00 → 20]')]);
  });

  it('asks the person who is there for names that nobody gives a number, and again where the answer does not fit', async () => {
    const run = await bench.run(['recipes', 'import', cheat('first.xml'), '--save'], { answers: [true, '01', '40', '02', '', '.'] });
    expect(run.exit).toBe(0);
    expect(run.questions).toEqual([
      '4 values are known by their names only. Give their numbers now?',
      '7E573040:3023.@00&10 aktiv is, in hex:',
      '7E573040:3060.@1F&30 TFL_S is, in hex:',
      '7E573040:3060.@1F&30 TFL_S is, in hex:',
      '7E573040:3060.@14&FF wert_02 is, in hex:',
      '7E573040:3050.@01&01 nicht_aktiv is, in hex:',
    ]);
    expect(run.stderr).toContain('does not fit into the bits 00110000');
    expect(run.stdout.replace(/\s+/g, ' ')).toContain('2 by your word, 3 refused');
    const again = await bench.run(['recipes', 'import', cheat('first.xml'), '--save', '--json']);
    expect([again.exit, jsonOf(again).error.code]).toEqual([3, 'consent.missing']);
    expect((await bench.run(['recipes', 'import', cheat('first.xml'), '--save', '--yes'])).exit).toBe(0);
  });

  it('is scripted: names are written down, filled in, and taken', async () => {
    const names = join(bench.folder, 'names.txt');
    await bench.run(['recipes', 'import', cheat('first.xml'), '--names', names]);
    writeFileSync(names, readFileSync(names, 'utf8').replace('wert_02=', 'wert_02=28'));
    const { result } = jsonOf(await bench.run(['recipes', 'import', cheat('first.xml'), '--values', names, '--json']));
    expect(result.counts.entries).toEqual({ total: 8, taken: 3, resolved: 0, asked: 1, refused: 4 });
    expect(await bench.run(['recipes', 'import', cheat('first.xml'), '--names', names])).toMatchObject({ exit: 2 });
  });

  it.each([
    ['is no XML', '<FDL>\n<cafd', 'line 2'],
    ['has a document type', '<!DOCTYPE a [<!ENTITY x "y">]><FDL/>', 'document type'],
    ['is something else', '\x1b[31m<html/>', 'line 1'],
  ])('refuses a file that %s, and nothing of it comes to the screen', async (_, text, why) => {
    const path = join(bench.folder, 'x.xml');
    writeFileSync(path, text);
    const run = await bench.run(['recipes', 'import', path]);
    expect([run.exit, run.stdout]).toEqual([2, '']);
    expect(run.stderr).toContain(why);
    expect(run.stderr).not.toContain('\x1b');
    expect((await bench.run(['recipes', 'lint', path])).exit).toBe(2);
  });
});

describe('recipes lint', () => {
  it('says what is wrong with a file, with its lines, and ends with 2', async () => {
    const run = await bench.run(['recipes', 'lint', cheat('dirty.xml')], { columns: 200 });
    expect(run.exit).toBe(2);
    expect(run.stdout).toContain('dirty.xml:11 error: the mask "0000010b" has 7 digits, not eight: which are meant is not known\n');
    expect(run.stdout).toMatch(/11 errors, 3 warnings\n$/);
    const line = await bench.run(['recipes', 'lint', cheat('dirty.xml'), '--json']);
    expect(JSON.parse(line.stdout)).toMatchObject({ ok: false, result: { errors: 11, warnings: 3 }, error: { code: 'usage.cheat-file' } });
  });

  it('ends with 0 where there are warnings only, and looks into files of recipes too', async () => {
    await bench.run(['recipes', 'import', ...BOTH, '--save']);
    const own = join(bench.archive, 'recipes', 'first.json');
    const { result } = jsonOf(await bench.run(['recipes', 'lint', ...BOTH, own, '--json']));
    expect(result).toMatchObject({ errors: 0, warnings: 2, names: 2 });
    const broken = join(bench.folder, 'broken.json');
    writeFileSync(broken, readFileSync(own, 'utf8').replace('"comfort"', '"none"').replace('"caution",', '"caution", "x": 1,'));
    expect((await bench.run(['recipes', 'lint', broken])).exit).toBe(2);
  });
});
