import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type JsonLine, jsonOf, type Run, useBench } from './support/bench.ts';

const DOCUMENT = new URL('../../../shared/domain/sos-failure.md', import.meta.url);
const bench = useBench();
const HIDE = ['messages', 'hide', '299', '--dry-run'];
const EDIT_OF = (block: string) => [{ address: `KOMBI:${block}/CC_ACTIVIERUNG_5.5.3`, canonical: `60:${block}.@25.3`, old: '1', new: '0' }];

interface Told {
  readonly run: Run;
  readonly line: JsonLine;
}

/** A command on this test's car, as people and as programs read it. */
async function on(profile: string, words: readonly string[]): Promise<Told> {
  bench.profile = profile;
  const run = await bench.on(bench.link(), words);
  const json = await bench.on(bench.link(), [...words, '--json']);
  expect(json.exit).toBe(run.exit);
  return { run, line: jsonOf(json) };
}

async function refusedWith(profile: string, words: readonly string[], code: string): Promise<string> {
  const { run, line } = await on(profile, words);
  expect([run.exit, line.ok, line.vehicle]).toEqual([3, false, 'untouched']);
  expect(line.error.code).toBe(code);
  // What matters must not depend on where a line was broken.
  return run.stderr.replace(/\s+/g, ' ');
}

describe('2015 640d GC (Mark), F06 (Malik550), 640d (Danny111): 3301 worked', () => {
  it('plans bit 3 of byte 5 in group 5 of block 3301', async () => {
    const { run, line } = await on('f06-sos', HIDE);
    expect(run.exit).toBe(0);
    expect(line.result.plan.edits).toEqual(EDIT_OF('3301'));
    expect(line.result.plan.effects).toEqual([
      { message: 299, becomes: 'hidden', label: 'emergency call system failed', evidence: 'synthetic' },
    ]);
    expect(run.stdout).toContain('[FF → F7]');
  });
});

describe.each([
  ['435i (overboostJA): 3301 worked', 'f32-435i', '435i (F32)'],
  ['2016 X1 (gozer61): 3301 worked', 'f48-x1', 'X1 (F48)'],
  ['650i F12 fixed by dealer reflash (Opie55)', 'f12-650i', '650i Convertible (F12)'],
  ['F36 420d LCI (TomF36): unanswered', 'f36-420d', '420d Gran Coupé (F36)'],
])('%s', (_, profile, name) => {
  it('is refused as a hypothesis, with the owners who found the block counted and named', async () => {
    const text = await refusedWith(profile, HIDE, 'coding.hypothesis');
    expect(text).toContain('5 owners found it in block 3301, but where CC_ACTIVIERUNG_5 lies in block 3301 is a hypothesis');
    expect(text).toMatch(/Block 3301: 5 owners \(Mark .*overboostJA \(435i\), gozer61 \(2016 X1\)\)/);
  });

  it('is planned with --experimental: the same bit, the whole block, and how well each fact is known', async () => {
    const { run, line } = await on(profile, [...HIDE, '--experimental']);
    expect(run.exit).toBe(0);
    expect(line.result.plan.edits).toEqual(EDIT_OF('3301'));
    expect(line.result.plan.effects).toMatchObject([{ message: 299, becomes: 'hidden', evidence: 'hypothesis' }]);
    const notes: { code: string; text: string }[] = line.result.plan.notes;
    expect(notes.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['signature-block', 'hides-emergency-call', 'experimental', 'evidence']),
    );
    expect(notes.find(({ text }) => text.startsWith('Block 3301'))?.text).toContain('5 owners');
    expect(run.stdout).toContain(name);
    expect(run.stdout).toContain('CC_ACTIVIERUNG_40');
  });
});

describe('2015 M6 (hythemr): 3001, not 3301, worked', () => {
  it('plans the same bit in block 3001, because that is what the cluster holds', async () => {
    const { run, line } = await on('f13-m6', HIDE);
    expect(run.exit).toBe(0);
    expect(line.result.plan.edits).toEqual(EDIT_OF('3001'));
  });
});

describe('E82 / E92 (aaronblack): no 3301', () => {
  it.each([
    ['e82', '1 Series Coupé (E82)'],
    ['e92', '3 Series Coupé (E92)'],
  ])('%s is no UDS car: refused with what owners report of it, and the way out', async (profile, name) => {
    const text = await refusedWith(profile, HIDE, 'coding.no-mask');
    expect(text).toContain(`E-series cluster (${profile.toUpperCase()})`);
    expect(text).toContain('Owners of an E82, of an E92');
    expect(text).toContain('backup create');
    const { run } = await on(profile, ['info']);
    expect(run.stdout).toContain(name);
  });
});

describe('2008 650i convertible (thekl, E64): no 3301', () => {
  it('is refused in the same way, with what the owner of an E93 M3 did as text only', async () => {
    const text = await refusedWith('e64-650i', HIDE, 'coding.no-mask');
    expect(text).toContain('2008 650i convertible (E64)');
    expect(text).toContain('TCM_ALIVE_MONITOR and TCM_ID_MONITOR');
    expect(await refusedWith('e64-650i', [...HIDE, '--experimental'], 'coding.no-mask')).toContain('no message of it can be hidden');
  });
});

describe('X5 F15 (nigel52): no 3301', () => {
  it('is refused, and nothing is proposed though block 300A looks like masks', async () => {
    const text = await refusedWith('f15', HIDE, 'coding.no-mask');
    expect(text).toContain('no block with Check Control masks that is known');
    expect(text).not.toContain('300A');
  });

  it('can be reported: which blocks, how long, where they hold runs of FF, and no VIN', async () => {
    bench.profile = 'f15';
    const file = join(bench.folder, 'cluster.json');
    const run = await bench.on(bench.link(), ['messages', 'show', '299', '--report', file]);
    expect([run.exit, run.stderr]).toEqual([3, expect.stringContaining('without the VIN')]);
    const text = readFileSync(file, 'utf8');
    const report = JSON.parse(text);
    expect(text).not.toContain('D000003');
    expect(report).toMatchObject({ format: 'kombi/variant-report@1', vin: 'WBAKS61XXXXXXXXXX', series: 'F15' });
    expect(report.blocks.find(({ did }: { did: string }) => did === '300A')).toEqual({
      did: '300A',
      length: 128,
      runsOfFf: [{ offset: '@00', length: 128 }],
    });
    const again = await bench.on(bench.link(), ['messages', 'show', '299', '--report', file]);
    expect([again.exit, again.stderr]).toEqual([2, expect.stringContaining('not there yet')]);
  });
});

describe('"X5 g20" (up2up)', () => {
  it('is what its vehicle order says, a G05, and its coding is signed', async () => {
    const { line } = await on('g05-x5', ['info']);
    expect(line.result).toMatchObject({ series: 'G05', iLevel: 'S18A-22-07-505' });
    const text = await refusedWith('g05-x5', HIDE, 'car.signed-coding');
    expect(text).toContain('G05 has I-level S18A-22-07-505: G-series coding data are signed from 21-03 on');
    expect(text).toContain('no valid signature');
    await refusedWith('g05-x5', ['code', '60:3000.@00=01', '--dry-run', '--experimental'], 'car.signed-coding');
  });
});

describe('X5M 2019 (up2up): possible signed coding', () => {
  it('never updated, has no masks that are known', async () => {
    expect(await refusedWith('f95-x5m', HIDE, 'coding.no-mask')).toContain('CAFD 7E579560');
  });

  it('refuses the write itself, and is as before', async () => {
    bench.profile = 'f95-x5m';
    const words = ['code', '60:3000.@00=01'];
    const planned = jsonOf(await bench.on(bench.link(), [...words, '--dry-run', '--json']));
    const run = await bench.on(bench.link(), [...words, '--accept', planned.result.plan.id]);
    bench.files = { backups: 1, journals: ['ABORTED'] };
    expect(run.exit).toBe(3);
    expect(run.stderr.replace(/\s+/g, ' ')).toMatch(/refused the write with 33 \(it wants to be unlocked\).*locked or signed/);
  });
});

describe.each([
  ['2017 X1 F48 (GregX1): unanswered', 'f48-2017'],
  ['Dubai F48 (M83211Dxb): unanswered', 'f48-2017'],
])('%s', (_, profile) => {
  it('is an unknown variant where block 3301 is no mask, whatever other X1s hold', async () => {
    const text = await refusedWith(profile, HIDE, 'coding.unknown-variant');
    expect(text).toContain('Block 3301 does not hold FF where group 5 of the masks would lie');
    expect(text).toContain('--report');
    await refusedWith(profile, [...HIDE, '--experimental'], 'coding.unknown-variant');
  });
});

describe('"All X1s were F48 until 2023" (Opie55), wrong: E84 came first', () => {
  it('an E84 is an E-series car by its own answers; its masks of four bytes a group are not guessed', async () => {
    const { line } = await on('e84-x1', ['info']);
    expect(line.result).toMatchObject({ vin: 'WBAZE84010D000024', series: 'E84' });
    const text = await refusedWith('e84-x1', HIDE, 'coding.no-mask');
    expect(text).toContain('On an E84 one owner saw four bytes a group');
    const named = await on('e84-x1', ['read', 'KOMBI:3001/CC_ACTIVIERUNG_1']);
    expect([named.run.exit, named.line.error.code]).toEqual([3, 'coding.unknown-variant']);
  });
});

describe('545i/640d owner asks for ISTA (Lorvig)', () => {
  it('a 545i is coded by its bytes, as an experiment only', async () => {
    const text = await refusedWith('e60', ['code', '40:3005.@01=0A', '--dry-run'], 'car.e-series');
    expect(text).toContain('This E60 is an E-series car: its units speak KWP2000');
    expect(text).toContain('an E61, unit 40, block 3005');
    const { run, line } = await on('e60', ['code', '40:3005.@01=0A', '--dry-run', '--experimental']);
    expect(run.exit).toBe(0);
    expect(line.result.plan.edits).toMatchObject([{ canonical: '40:3005.@01', old: '00', new: '0A' }]);
  });
});

describe.skipIf(!existsSync(DOCUMENT))('every row of Cars and layouts (S0) (needs ../shared/domain/sos-failure.md)', () => {
  it('is named by a test, car by car with its owner', () => {
    const titles = ['cars.test.ts', '../unit/assistant/sos-rows.test.ts']
      .map((file) => readFileSync(new URL(file, import.meta.url), 'utf8'))
      .join('\n');
    const [, section = ''] = readFileSync(DOCUMENT, 'utf8').split('**Cars and layouts (S0)**');
    const [table = ''] = section.split('\n**');
    const rows = [...table.matchAll(/^\|([^|]+)\|/gm)].map(([, row = '']) => row.trim()).filter((row) => !/^(Row|-+)$/.test(row));
    const owners = rows.flatMap((row) => row.match(/[^,/()]+\([^)]+\)/g)?.map((car) => car.trim()) ?? []);
    expect([rows.length, owners.length]).toEqual([11, 18]);
    expect(owners.filter((car) => !titles.includes(car))).toEqual([]);
  });
});
