import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startMockCar } from '../../src/mock/index.ts';
import { jsonOf, useBench } from './support/bench.ts';

const bench = useBench();
const NOT_IN_P = 302;
const UNKNOWN = 1000;
const bitOf = (id: number) => `ecus.60.blocks.3301.@${(id >> 3).toString(16).toUpperCase().padStart(2, '0')}.${id & 7} 1→0`;
const flat = (text: string) => text.replace(/\s+/g, ' ');

async function planIdOf(words: readonly string[]): Promise<string> {
  return jsonOf(await bench.on(bench.link('link=elm327'), [...words, '--dry-run', '--json'])).result.plan.id;
}

describe.each([
  ['which warns of danger', NOT_IN_P, 'hides-danger', 'transmission is not in P'],
  ['which nobody knows', UNKNOWN, 'hides-unknown', 'unknown message'],
])('a message %s', (_, id, note, label) => {
  const words = ['messages', 'hide', String(id)];
  const link = () => bench.link('link=elm327');

  it('is planned, and the plan says what will be asked', async () => {
    const run = await bench.on(link(), [...words, '--dry-run']);
    expect(run.exit).toBe(0);
    expect(flat(run.stdout)).toContain(`To carry it out you type "hide ${id}" before you consent; a script says --hide-dangerous ${id}.`);
    const { plan } = jsonOf(await bench.on(link(), [...words, '--dry-run', '--json'])).result;
    expect(plan).toMatchObject({ mustBeNamed: [id], effects: [{ message: id, becomes: 'hidden', label }] });
    expect(plan.notes.map(({ code }: { code: string }) => code)).toContain(note);
  });

  it('is not hidden by a script that only accepts the plan, nor by --yes', async () => {
    for (const consent of [
      ['--accept', await planIdOf(words)],
      ['--yes'],
      ['--accept', await planIdOf(words), '--hide-dangerous', '303'],
    ]) {
      const run = await bench.on(link(), [...words, ...consent, '--json']);
      expect(run.exit).toBe(3);
      expect(jsonOf(run)).toMatchObject({ vehicle: 'untouched', error: { code: 'consent.dangerous' } });
      expect(jsonOf(run).error.hint).toContain(`--hide-dangerous ${id}`);
    }
  });

  it('is hidden where it is named as well, and history remembers it', async () => {
    const run = await bench.on(link(), [...words, '--hide-dangerous', String(id), '--accept', await planIdOf(words), '--json']);
    expect(run.exit).toBe(0);
    const { result } = jsonOf(await bench.run(['history', '--json']));
    expect(result.hidden).toEqual([
      expect.objectContaining({ message: id, label, since: '2026-11-20T10:15:30.000Z', job: result.jobs[0].job }),
    ]);
    bench.car = [bitOf(id)];
    bench.files = { backups: 1, journals: ['COMMITTED'] };
  });

  it('is hidden by a person who types it, and the end of the VIN after that', async () => {
    const run = await bench.on(link(), words, { answers: [`Hide  ${id} `, 'D000001'] });
    expect(run.exit).toBe(0);
    expect(run.questions).toEqual([expect.stringContaining(`type "hide ${id}"`), expect.stringContaining('last seven of its VIN')]);
    bench.car = [bitOf(id)];
    bench.files = { backups: 1, journals: ['COMMITTED'] };
  });

  it.each(['', 'yes', 'hide 299', 'D000001'])('is not hidden by a person who types "%s"', async (typed) => {
    const run = await bench.on(link(), words, { answers: [typed] });
    expect([run.exit, flat(run.stderr)]).toEqual([3, expect.stringContaining('Nothing was written to the car.')]);
  });
});

describe('whatever command hides a danger', () => {
  it('code asks in the same way, for all of them at once, and undo of showing one does not', async () => {
    const words = ['code', 'KOMBI:3301/CC_ACTIVIERUNG_5.5=FF:9F'];
    const link = bench.link('link=elm327');
    expect((await bench.on(link, [...words, '--accept', await planIdOf(words)])).exit).toBe(3);
    const coded = await bench.on(link, words, { answers: ['hide 301 302', 'D000001'] });
    expect(coded.exit).toBe(0);
    const shown = await bench.on(link, ['messages', 'unhide', '302'], { answers: ['D000001'] });
    expect(shown.questions).toHaveLength(1);
    expect(jsonOf(await bench.run(['history', '--json'])).result.hidden.map(({ message }: { message: number }) => message)).toEqual([301]);
    // The way back asks for no more words than the way there, and says what it hides.
    const undone = await bench.on(link, ['undo'], { answers: ['D000001'] });
    expect([undone.exit, undone.questions.length]).toEqual([0, 1]);
    expect(undone.stdout).toContain('Message 302 warns of danger. Hidden, it will not warn you.');
    bench.car = [bitOf(301), bitOf(302)];
    bench.files = { backups: 3, journals: ['COMMITTED', 'COMMITTED', 'COMMITTED'] };
  });

  it('an id that is none is refused by its words', async () => {
    const run = await bench.run(['messages', 'hide', '299', '--hide-dangerous', 'all']);
    expect([run.exit, run.stderr]).toEqual([2, expect.stringContaining('"all" is not the id')]);
  });
});

describe('confirm first', () => {
  it('"299 was not seen, 475 was" changes the advice, and says on what it rests', async () => {
    bench.prepareCluster(() => ({ messages: { raised: [475], stored: [{ id: 475, km: 1600 }] } }));
    const { plan } = jsonOf(await bench.on(bench.link(), ['messages', 'hide', '299', '--dry-run', '--json'])).result;
    const text = (code: string) => plan.notes.find((note: { code: string }) => note.code === code)?.text;
    expect(text('not-seen')).toMatch(/^299 was not seen, 475 \(emergency calls work only in part\) was: .*messages show 475/);
    expect(text('record-layout')).toMatch(/hypothesis: what was not seen in them may be raised all the same/);
    bench.car = bench.carDifferences();
    expect(bench.car.every((line) => line.startsWith('ecus.60.messages'))).toBe(true);
  });

  it('a message that was seen needs no such advice, and one that is shown again neither', async () => {
    for (const words of [
      ['hide', '299'],
      ['unhide', '302'],
    ]) {
      const { plan } = jsonOf(await bench.on(bench.link(), ['messages', ...words, '--dry-run', '--json'])).result;
      expect(plan.notes.map(({ code }: { code: string }) => code)).not.toContain('not-seen');
    }
  });

  it('where nothing of the kind was seen, says to look first', async () => {
    bench.prepareCluster(() => ({ messages: { raised: [], stored: [] } }));
    const run = await bench.on(bench.link(), ['messages', 'hide', '299', '--dry-run']);
    expect(flat(run.stdout)).toContain("The cluster's memory does not hold 299: be certain that it is what you see before you hide it.");
    bench.car = bench.carDifferences();
  });

  it('active says that its records are read by a hypothesis', async () => {
    const run = await bench.on(bench.link(), ['messages', 'active']);
    expect(run.stdout).toMatch(/^299 {2}active, stored at 112000 km/);
    expect(run.stdout).toContain('is a hypothesis');
  });
});

describe('what a car hides', () => {
  const listed = async (...words: string[]) =>
    jsonOf(await bench.on(bench.link(), ['messages', 'list', '--ecu', 'kombi', ...words, '--json']));

  it('is decoded from its masks', async () => {
    const { result } = await listed();
    const fresh = startMockCar({ profile: 'f06-sos' }).exportState().ecus['60']?.blocks?.['3301'] ?? '';
    const bits = [...Buffer.from(fresh, 'hex')].flatMap((byte, index) =>
      Array.from({ length: 8 }, (_, bit) => [index * 8 + bit, (byte >> bit) & 1]),
    );
    const expected = bits.flatMap(([id, value]) => (value === 0 ? [id] : []));
    expect(expected.length).toBeGreaterThan(5);
    expect(result.messages.map(({ id }: { id: number }) => id)).toEqual(expected);
    expect(result).toMatchObject({ block: '3301', count: 2560, evidence: 'synthetic' });
    expect((await listed('--shown')).result.messages).toHaveLength(2560 - expected.length);
  });

  it('is told with labels, and ids without one as ranges', async () => {
    const { stdout } = await bench.on(bench.link(), ['messages', 'list', '--ecu', 'KOMBI', '--lang', 'de']);
    expect(stdout).toContain('365  Getriebefehler: zurückhaltend fahren');
    expect(stdout).toMatch(/^Unknown messages: 1120-1127, 1822, 2556-2559$/m);
  });

  it.each([
    ['f15', 3, 'coding.no-mask'],
    ['f48-2017', 3, 'coding.unknown-variant'],
    ['e92', 3, 'coding.no-mask'],
  ])('is not known of %s, and that is said', async (profile, exit, code) => {
    bench.profile = profile;
    const run = await bench.on(bench.link(), ['messages', 'list', '--ecu', 'KOMBI', '--json']);
    expect([run.exit, jsonOf(run).error.code]).toEqual([exit, code]);
  });

  it('is told by a layout that no car has shown only as such', async () => {
    bench.profile = 'f32-435i';
    expect((await bench.on(bench.link(), ['messages', 'list', '--ecu', 'KOMBI'])).stdout).toContain('by a layout that no car has shown, ');
  });

  it('is asked of a cluster, and --shown of a car', async () => {
    expect((await bench.on(bench.link(), ['messages', 'list', '--ecu', 'ATM'])).exit).toBe(2);
    expect((await bench.run(['messages', 'list', '--shown'])).exit).toBe(2);
  });
});

describe('texts of your own', () => {
  const file = (content: string) => {
    const path = join(bench.folder, 'texts.csv');
    writeFileSync(path, content);
    return path;
  };

  it('stand beside the labels, escaped, and are found', async () => {
    const path = file('id;en;de\n299;"My\u001b[31m text";Mein Text\n2555;own words;\n');
    const shown = await bench.run(['messages', 'show', '299', '--texts', path]);
    expect(shown.stdout).toContain('Message 299: emergency call system failed\nYour text: My\\x1B[31m text\n');
    const found = await bench.run(['messages', 'find', 'own words', '--json'], { env: { KOMBI_TEXTS: path } });
    expect(jsonOf(found).result.messages).toEqual([{ id: 2555, label: 'unknown message', text: 'own words' }]);
    const german = await bench.run(['messages', 'list', '--lang', 'de', '--texts', path]);
    expect(german.stdout).toContain('299   Notrufsystem gestört · Mein Text');
  });

  it.each([
    ['id,en\n299,x\nnone,y\n', 'texts.csv, line 3: "none" is not the id of a message'],
    ['', 'texts.csv, line 1: the file holds nothing'],
  ])('that are wrong are refused by file and line', async (content, problem) => {
    const run = await bench.run(['messages', 'find', 'sos', '--texts', file(content)]);
    expect([run.exit, flat(run.stderr)]).toEqual([2, expect.stringContaining(problem)]);
  });

  it('that are not there are refused', async () => {
    expect((await bench.run(['messages', 'list', '--texts', join(bench.folder, 'none.csv')])).exit).toBe(2);
  });
});
