import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type JsonLine, jsonOf, type Run, useBench } from './support/bench.ts';

const bench = useBench();
const SOS = 'sos-call-failure';
const HIDDEN = ['ecus.60.blocks.3301.@25.3 1→0'];

interface Told {
  readonly run: Run;
  readonly line: JsonLine;
  /** Stdout without its line breaks. */
  readonly text: string;
}

async function told(words: readonly string[], link?: string): Promise<Told> {
  const on = (more: readonly string[]) => (link === undefined ? bench.run(more) : bench.on(link, more));
  const run = await on(words);
  return { run, line: jsonOf(await on([...words, '--json'])), text: run.stdout.replace(/\s+/g, ' ') };
}

function check(profile: string, recipe = SOS): Promise<Told> {
  bench.profile = profile;
  return told(['recipes', 'check', recipe], bench.link());
}

describe('recipes check on a car (sos-failure, cars and layouts)', () => {
  it.each([
    ['2015 640d GC (Mark), F06 (Malik550), 640d (Danny111), 435i (overboostJA), 2016 X1 (gozer61): 3301 worked', 'f06-sos', 'A', 5, false],
    ['the same on a car whose coding data no catalog knows', 'f32-435i', 'A', 5, true],
    ['2015 M6 (hythemr): 3001, not 3301, worked', 'f13-m6', 'B', 1, false],
  ])('%s', async (_, profile, variant, owners, needsExperimental) => {
    const { run, line, text } = await check(profile);
    expect(run.exit).toBe(0);
    expect(line.result.recipes).toMatchObject([
      { id: SOS, answer: 'works', owners, variant, evidence: 'owners', ecus: ['60'], needsExperimental },
    ]);
    expect(text).toContain(`works, proven by ${owners} owner`);
    expect(text).toContain(owners === 5 ? 'overboostJA (435i), gozer61 (2016 X1)' : 'hythemr (2015 M6)');
  });

  it.each([
    ['X5 F15 (nigel52): no 3301', 'f15', 'unknown', 'no block with Check Control masks that is known', '--report FILE'],
    ['2017 X1 F48 (GregX1): unanswered', 'f48-2017', 'unknown', 'is an unknown variant', '--report FILE'],
    ['E82 / E92 (aaronblack): no 3301', 'e82', 'no', 'Owners of an E82, of an E92', 'backup create'],
    ['2008 650i convertible (thekl, E64): no 3301', 'e64-650i', 'no', 'TCM_ALIVE_MONITOR and TCM_ID_MONITOR', 'backup create'],
    ['"X5 g20" / X5M 2019 (up2up)', 'g05-x5', 'no', 'signed from 21-03 on', ''],
  ])('%s', async (_, profile, answer, why, next) => {
    const { run, line, text } = await check(profile);
    expect(run.exit).toBe(0);
    expect(line.result.recipes).toMatchObject([{ id: SOS, answer, owners: 0, variant: null, ecus: [] }]);
    expect(text).toContain(`${SOS}: ${answer}`);
    expect(text).toContain(why);
    expect(text).toContain(next);
  });

  it('says of a derived recipe that nobody has shown it, and of coding data that differ which the unit holds', async () => {
    expect((await check('f06-sos', 'sos-call-restricted')).line.result.recipes).toMatchObject([{ answer: 'unknown', evidence: 'derived' }]);
    const { line } = await check('f32-435i', 'gps-clock');
    expect(line.result.recipes[0]).toMatchObject({ answer: 'no', reason: expect.stringContaining('00000069 (KOMBI holds 7E573260)') });
  });

  it('answers for every recipe where none is named', async () => {
    bench.profile = 'f30-328i';
    const { line, text } = await told(['recipes', 'check'], bench.link());
    const answers = new Map(line.result.recipes.map(({ id, answer }: { id: string; answer: string }) => [id, answer]));
    expect(answers.size).toBeGreaterThan(20);
    expect(Object.fromEntries(answers)).toMatchObject({
      [SOS]: 'works',
      'start-stop-off': 'works',
      'radio-off-on-door': 'works',
      'side-cameras-stay': 'no',
    });
    expect(text).toContain('Why: name them');
  });
});

describe('recipes check --vin: supported, unknown or no, by the table from VIN to series alone', () => {
  it.each([
    ['F06 640d GC: three owners of such cars', 'WBA6C92010D000001', 'F06', 'supported', 3, 'Mark, 2015 640d Gran Coupé'],
    ['435i (overboostJA)', 'WBAZF32010D000012', 'F32', 'supported', 1, 'overboostJA'],
    ['2015 M6 (hythemr)', 'WBSLX91010D000002', 'F13', 'supported', 1, 'hythemr'],
    ['2017 X1 F48 (GregX1), Dubai F48 (M83211Dxb): unanswered', 'WBAZF48010D000014', 'F48', 'unknown', 0, 'GregX1, 2017 X1 F48; M83211Dxb'],
    ['F36 420d LCI (TomF36): unanswered', 'WBAZF36010D000013', 'F36', 'unknown', 0, 'TomF36'],
    ['X5 F15 (nigel52): no 3301', 'WBAKS61010D000003', 'F15', 'unknown', 0, 'nigel52, X5 F15) looked and found no such block'],
    ['650i F12 fixed by dealer reflash (Opie55): no report of a recipe', 'WBAZF12010D000011', 'F12', 'unknown', 0, 'nobody told'],
    ['E82 / E92 (aaronblack): no 3301', 'WBAZE82010D000023', 'E82', 'no', 0, 'aaronblack, E82 and E92'],
    ['2008 650i convertible (thekl, E64): no 3301', 'WBAZE64010D000022', 'E64', 'no', 0, 'thekl'],
    ['"All X1s were F48 until 2023" (Opie55), wrong: an E84 is one by its VIN', 'WBAZE84010D000024', 'E84', 'no', 0, 'KWP2000'],
    ['a type key that no table has', 'WBAXXXX010D000001', null, 'unknown', 0, 'type key of this VIN (XXXX)'],
  ])('%s', async (_, vin, series, answer, owners, why) => {
    const { run, line, text } = await told(['recipes', 'check', SOS, '--vin', vin.toLowerCase()]);
    expect(run.exit).toBe(0);
    expect(line.result).toMatchObject({ vin, series, recipes: [{ id: SOS, answer, owners }] });
    expect(text).toContain(why);
    expect(text).toContain('By the VIN alone');
  });

  it('counts nobody for what files publish, and refuses what is no VIN', async () => {
    const { line } = await told(['recipes', 'check', 'start-stop-off', '--vin', 'WBAZF30010D000030']);
    expect(line.result.recipes).toMatchObject([{ answer: 'supported', owners: 0, reason: expect.stringContaining('by no owner') }]);
    expect(await bench.run(['recipes', 'check', '--vin', 'WBA'])).toMatchObject({ exit: 2, stderr: expect.stringContaining('no VIN') });
  });
});

describe.each(['enet', 'elm327'])('apply over %s', (kind) => {
  it('carries several recipes out as one job, says what comes next, and undo leaves nothing', async () => {
    const link = bench.link(`link=${kind}`);
    const words = ['apply', SOS, 'gps-clock', '--label', 'quiet'];
    const planned = jsonOf(await bench.on(link, [...words, '--dry-run', '--json']));
    expect(planned.result.plan.edits).toMatchObject([
      { address: 'KOMBI:3301/CC_ACTIVIERUNG_5.5.3', canonical: '60:3301.@25.3', old: '1', new: '0' },
      { address: 'KOMBI:3000.@01.7', old: '0', new: '1' },
    ]);
    const notes: { code: string; text: string }[] = planned.result.plan.notes;
    expect(notes.filter(({ code }) => code === 'recipe').map(({ text }) => text)).toEqual([
      expect.stringContaining('proven by 5 owners'),
      expect.stringContaining('gps-clock'),
    ]);
    expect(notes.find(({ code }) => code === 'caution')?.text).toContain('kombi diagnose sos');
    const run = jsonOf(await bench.on(link, [...words, '--accept', planned.result.plan.id, '--json']));
    expect(run).toMatchObject({ ok: true, vehicle: 'changed', result: { verified: 2 } });
    expect(bench.carDifferences()).toEqual(['ecus.60.blocks.3000.@01.7 0→1', ...HIDDEN]);
    const again = jsonOf(await bench.on(link, [...words, '--json']));
    expect(again).toMatchObject({ vehicle: 'untouched', result: { plan: { alreadyDone: true } } });
    expect((await bench.on(link, ['undo'], { answers: ['D000001'] })).exit).toBe(0);
    bench.files = { backups: 2, journals: ['COMMITTED', 'COMMITTED'] };
  });
});

describe('apply', () => {
  it('Asked to reset time (Mark, hythemr): says so, and offers the GPS clock unless it comes along', async () => {
    const run = await bench.on(bench.link(), ['apply', SOS], { answers: ['D000001'] });
    expect(run.exit).toBe(0);
    expect(run.stdout).toContain('may ask for time and date');
    expect(run.stdout).toContain('kombi apply gps-clock');
    bench.car = HIDDEN;
    bench.files = { backups: 1, journals: ['COMMITTED'] };
    const both = await bench.on(bench.link(), ['apply', SOS, 'gps-clock', '--dry-run']);
    expect(both.stdout).not.toContain('kombi apply gps-clock');
  });

  it('Mechanics code the message out (S1); pragmatic on old 2G/3G cars (S3): points to the diagnosis first, and wants consent', async () => {
    const { line, text } = await told(['apply', SOS, '--dry-run'], bench.link());
    expect(text).toContain('Run `kombi diagnose sos` first');
    expect(line.result.plan.notes).toContainEqual({ code: 'caution', text: expect.stringContaining('a part that can be replaced') });
    const run = await bench.on(bench.link(), ['apply', SOS, '--yes', '--json']);
    expect([run.exit, jsonOf(run).error.code]).toEqual([3, 'consent.missing']);
  });

  it('chooses the variant by what the cluster holds: 3001 on the M6, never by the name (2015 M6, hythemr)', async () => {
    bench.profile = 'f13-m6';
    const { line } = await told(['apply', SOS, '--dry-run'], bench.link());
    expect(line.result.plan.edits).toMatchObject([{ address: 'KOMBI:3001/CC_ACTIVIERUNG_5.5.3', old: '1', new: '0' }]);
  });

  it('Stop/start off, radio off on door open: one job on the body controller (extra recipes, CSV)', async () => {
    bench.profile = 'f30-328i';
    const words = ['apply', 'start-stop-off', 'radio-off-on-door', 'five-flashes'];
    const run = await bench.on(bench.link(), words, { answers: ['D000030'] });
    expect([run.exit, run.stderr]).toEqual([0, '']);
    expect(run.stdout.replace(/\s+/g, ' ')).toContain('Body functions in the unit that also holds the immobiliser.');
    bench.car = ['ecus.40.blocks.3020.@01.0 0→1', 'ecus.40.blocks.3023.@00.4 0→1', 'ecus.40.blocks.3060.@07.2 0→1'];
    bench.files = { backups: 1, journals: ['COMMITTED'] };
  });

  it.each([
    [['start-stop-off', 'start-stop-memory'], 2, 'usage.conflicting-recipes'],
    [['start-stop-of'], 2, 'usage.recipe'],
    [['start-stop-off'], 3, 'recipe.other-coding-data'],
  ])('refuses %s', async (names, exit, code) => {
    const run = await bench.on(bench.link(), ['apply', ...names, '--json']);
    expect([run.exit, jsonOf(run).error.code]).toEqual([exit, code]);
  });

  it('refuses a hypothesis of a layout without --experimental, and without a terminal everything', async () => {
    const refused = jsonOf(await bench.on(bench.link(), ['apply', SOS, '--json']));
    expect(refused.error.code).toBe('consent.missing');
    bench.profile = 'f32-435i';
    const { run, line } = await told(['apply', SOS, '--dry-run'], bench.link());
    expect([run.exit, line.error.code]).toEqual([3, 'coding.hypothesis']);
  });
});

describe("recipes of one's own", () => {
  const OWN = {
    id: 'my.brakes',
    title: { en: 'brakes', de: 'Bremsen' },
    does: { en: 'Something.', de: 'Etwas.' },
    variants: [{ id: 'a', cafds: ['7E573029'], edits: ['3000.@00=01'], evidence: 'published', source: 'me' }],
  };
  const write = (...recipes: object[]) => {
    mkdirSync(join(bench.archive, 'recipes'), { recursive: true });
    writeFileSync(join(bench.archive, 'recipes', 'my.json'), JSON.stringify({ format: 1, recipes }));
  };

  it('are listed, shown and checked beside the others; a brake unit is blocked all the same', async () => {
    bench.profile = 'f30-328i';
    write(OWN);
    const { line } = await told(['recipes', 'list']);
    expect(line.result.recipes.at(-1)).toMatchObject({ id: 'my.brakes', own: true, evidence: 'published', owners: 0 });
    expect((await told(['recipes', 'show', 'my.brakes'])).line.result.variants).toMatchObject([{ ecu: null, cafds: ['7E573029'] }]);
    const { line: checked } = await told(['recipes', 'check', 'my.brakes'], bench.link());
    expect(checked.result.recipes).toMatchObject([{ answer: 'no', reason: expect.stringContaining('DSC (29)') }]);
    const applied = await bench.on(bench.link(), ['apply', 'my.brakes', '--experimental', '--json']);
    expect([applied.exit, jsonOf(applied).error.code]).toEqual([3, 'recipe.blocked']);
  });

  it('go to the unit that holds their coding data, whichever it is; a hypothesis needs --experimental', async () => {
    bench.profile = 'f30-328i';
    const variant = { id: 'a', cafds: ['7E573040'], edits: ['3023.@00.4=1'], evidence: 'hypothesis', source: 'me' };
    write({ ...OWN, id: 'my.quiet', variants: [variant] });
    const refused = await bench.on(bench.link(), ['apply', 'my.quiet', '--json']);
    expect([refused.exit, jsonOf(refused).error.code]).toEqual([3, 'recipe.hypothesis']);
    const planned = await bench.on(bench.link(), ['apply', 'my.quiet', '--dry-run', '--experimental']);
    expect([planned.exit, planned.stdout]).toEqual([0, expect.stringContaining('[0A → 1A] 00 00 00 0C 00 14 00')]);
  });

  it.each([
    ['says that owners prove it', { variants: [{ ...OWN.variants[0], evidence: 'owners' }] }, 'calls its evidence owners'],
    ['has the name of one that comes along', { id: SOS }, 'has a dot in its name'],
    ['has an edit that is none', { variants: [{ ...OWN.variants[0], edits: ['3000.@00=0'] }] }, 'odd number of hex digits'],
    ['has a field that no recipe has', { evil: 1 }, 'Unrecognized key'],
    [
      'hides messages',
      { hides: [302], variants: [{ id: 'a', ecu: '60', block: '3301', evidence: 'published', source: 'me' }] },
      'messages hide',
    ],
  ])('are refused where one %s', async (_, wrong, why) => {
    write({ ...OWN, ...wrong });
    const run = await bench.run(['recipes', 'list', '--json']);
    expect(run.exit).toBe(2);
    expect(jsonOf(run).error).toMatchObject({ code: 'usage.recipe-file', message: expect.stringContaining(why) });
  });
});
