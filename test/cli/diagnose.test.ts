import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../src/cli/text.ts';
import { EXIT, KombiError, VirtualClock } from '../../src/core/index.ts';
import { jsonOf, type RunOptions, useBench } from './support/bench.ts';

const bench = useBench();
const OLD_ARCHIVE = new URL('../../fixtures/archive/format-1/', import.meta.url);

/** A link in virtual time. */
const quick = (...options: readonly string[]) => bench.link('link=elm327', 'baud=115200', ...options);

/** Diagnoses the mock car of this name with answers from stdin. */
async function diagnosed(profile: string, answers: object, options: readonly string[] = []) {
  bench.profile = profile;
  return bench.on(quick(), ['diagnose', 'sos', '--answers', '-', ...options], { stdin: JSON.stringify(answers) });
}

describe('five cars, five first steps', () => {
  it.each([
    ['f06-sos', {}, 'replace-battery', 'part', 'B7F341'],
    ['sos-speaker', {}, 'check-speaker', 'check', 'B7F324'],
    ['sos-water', { water: true }, 'check-water', 'check', 'Water has got in'],
    ['sos-3g', { region: 'north-america' }, 'check-network', 'check', '2G and 3G networks were off by 2022'],
    ['sos-glitch', { when: 'sometimes', water: false, work: ['update'] }, 'restart', 'reset', 'after a software update'],
  ])('%s', async (profile, answers, id, kind, reason) => {
    const { result, vehicle } = jsonOf(await diagnosed(profile, answers, ['--json']));
    expect(result.steps[0]).toMatchObject({ id, kind, reason: expect.stringContaining(reason) });
    expect(result.causes[0].for.length).toBeGreaterThan(0);
    expect(result.causes[0].sources.length).toBeGreaterThan(0);
    expect(result.steps.at(-1)).toMatchObject({ kind: 'hide', command: 'kombi messages hide 299' });
    expect(vehicle).toBe('untouched');
  });
});

describe('diagnose', () => {
  it('tells a person what is known, what was said and what nobody knows, ranked, with steps and both prices', async () => {
    const { stdout, exit } = await diagnosed('f06-sos', { region: 'europe', warranty: 'none' });
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^WBA6C92010D000001 · 640d Gran Coupé \(F06\)/);
    for (const part of ['What the car says', 'What nobody knows', 'Not answered: work, water, replaced', ' 140  the emergency-call unit'])
      expect(stdout).toContain(part);
    expect(stdout).toContain('150–300 USD (S2), 500–800 USD (S3, June 2026)');
    expect(stdout).toContain('In Europe the automatic emergency call is mandatory');
    expect(stdout).toContain('$ kombi messages hide 299');
    expect(stdout).toContain('add --all');
    const all = await diagnosed('f06-sos', { region: 'europe' }, ['--all']);
    expect(all.stdout).toContain('Last resort: repair the fibre');
    expect(all.stdout).not.toContain('add --all');
  });

  it('asks nobody where nobody sits, and ends', async () => {
    const { result } = jsonOf(await bench.on(quick(), ['diagnose', '--json']));
    expect(result.vehicle).toMatchObject({ vin: 'WBA6C92010D000001', series: 'F06' });
    expect(result.findings.at(-1)).toMatchObject({ id: 'unanswered', standing: 'unknown' });
    const carless = await bench.run(['diagnose', '--json']);
    expect(jsonOf(carless).result).toMatchObject({
      vehicle: null,
      steps: expect.arrayContaining([expect.objectContaining({ id: 'read-codes' })]),
    });
    expect(carless.stderr).toContain('no car is asked');
    expect(jsonOf(await bench.on(quick('fault=ignore'), ['diagnose', '--no-car', '--json'])).result.vehicle).toBeNull();
  });

  it('asks a person what the car cannot tell, in their language; "do not know" stands first', async () => {
    bench.profile = 'sos-3g';
    const answers = [['under-dash'], 'unknown', ['none'], 'unknown', 'red', 'always', [], [], 'europe', 'none'];
    const run = await bench.on(quick(), ['diagnose', 'sos', '--lang', 'de'], { answers });
    expect(run.exit).toBe(0);
    expect(run.questions).toHaveLength(answers.length);
    expect(run.questions[4]).toBe('Welche Farbe hat das Zeichen?');
    expect(run.stdout).toContain('Was Sie gesagt haben');
    expect(run.stdout).toContain('Der Notruf-Lautsprecher ist abgesteckt oder defekt');
    // The car names the cause, so few questions are left; --yes asks none.
    bench.profile = 'sos-speaker';
    expect((await bench.on(bench.link('link=elm327', 'baud=115200'), ['diagnose', '--yes'], { answers: [] })).questions).toEqual([]);
  });

  it('takes answers in YAML and JSON, and refuses what it does not know', async () => {
    const file = join(bench.folder, 'answers.yaml');
    writeFileSync(file, 'work: [under-dash]\nwater: no\ncolour: unknown\n');
    const { result } = jsonOf(await bench.run(['diagnose', '--answers', file, '--json']));
    expect(result.causes[0]).toMatchObject({ id: 'speaker', for: [expect.objectContaining({ finding: 'trim-was-off', points: 55 })] });
    writeFileSync(file, 'work: [underdash]\n');
    const wrong = await bench.run(['diagnose', '--answers', file, '--json']);
    expect(wrong.exit).toBe(2);
    expect(jsonOf(wrong).error).toMatchObject({ code: 'usage.answers', hint: expect.stringContaining('Did you mean under-dash?') });
    writeFileSync(file, 'work: [\n');
    expect(jsonOf(await bench.run(['diagnose', '--answers', file, '--json'])).error).toMatchObject({ code: 'usage.answers' });
    const { result: listed } = jsonOf(await bench.run(['diagnose', '--questions', '--json']));
    expect(listed.questions[0]).toMatchObject({
      id: 'work',
      several: true,
      choices: expect.arrayContaining([expect.objectContaining({ id: 'under-dash' })]),
    });
  });

  it.each([
    [['diagnose', 'airbag'], 'usage.problem'],
    [['diagnose', '--guide', 'volume-nob'], 'usage.step'],
    [['diagnose', '--explain', 'cost'], 'usage.topic'],
    [['diagnose', '--explain', 'costs', '--questions'], 'usage.option'],
    [['diagnose', '--answers', '/nowhere.yaml'], 'usage.file'],
  ])('refuses %j', async (words, code) => {
    const run = await bench.run([...words, '--json']);
    expect([run.exit, jsonOf(run).error.code]).toEqual([2, code]);
  });

  it('ends 8 where the link is lost, having changed nothing', async () => {
    const run = await bench.on(quick('fault=unplug,after=30'), ['diagnose', '--json']);
    expect(run.exit).toBe(8);
    expect(jsonOf(run)).toMatchObject({ ok: false, vehicle: 'untouched' });
  });

  it('compares the unit with the last backup that holds it', async () => {
    bench.profile = 'f06-short';
    bench.files = { backups: 1, journals: [] };
    await bench.on(quick(), ['backup', 'create', '--ecu', 'ATM']);
    const ids = async (...options: string[]) => {
      const { result } = jsonOf(await bench.on(quick(...options), ['diagnose', '--json']));
      return result.findings.map(({ id }: { id: string }) => id);
    };
    expect(await ids()).toContain('coding-same');
    expect(await ids('fault=swap-ecu,ecu=61,service=22,times=1')).toContain('unit-changed');
    bench.car = ['ecus.61.dids.F18C.@09.3 0→1', 'ecus.61.dids.F18C.@09.4 0→1', 'ecus.61.dids.F18C.@09.6 0→1'];
  });

  it.each([40, 80, 200])('fits into %i columns', async (columns) => {
    const env = { COLUMNS: String(columns) };
    for (const words of [
      ['diagnose', '--all'],
      ['diagnose', '--explain', 'costs'],
      ['diagnose', '--explain', 'prevention'],
      ['diagnose', '--questions'],
    ]) {
      const { stdout } = await bench.run(words, { env });
      const long = stdout.split('\n').filter((line) => displayWidth(line) > columns && !/kombi |https?:/.test(line));
      expect(long).toEqual([]);
    }
  });

  it.each(['costs', 'prevention', 'who-does-what', 'reflash', 'ista', 'driving', 'sources'])('explains %s', async (topic) => {
    expect(jsonOf(await bench.run(['diagnose', 'sos', '--explain', topic, '--json'])).ok).toBe(true);
    expect((await bench.run(['diagnose', 'sos', '--explain', topic, '--lang', 'de'])).stdout).not.toBe('');
  });
});

describe('a guided step', () => {
  /** A person who says yes to everything, on a clock that a test need not wait for. */
  const yes = (clock: VirtualClock, more: Partial<RunOptions> = {}): RunOptions => ({
    clock,
    answers: Array.from({ length: 12 }, () => true),
    ...more,
  });

  it('goes line by line with its timer, and says what it resets and costs', async () => {
    const clock = new VirtualClock();
    const run = await bench.run(['diagnose', 'sos', '--guide', 'volume-knob'], yes(clock));
    expect(run.exit).toBe(0);
    expect(clock.now()).toBe(100_000);
    expect(run.stderr).toContain('0:40 · Ctrl-C stops');
    expect(run.stdout).toMatch(/Resets the head unit.*it costs you nothing/s);
    expect(run.questions[0]).toBe('Start the timer of 40 seconds?');
  });

  it('waits for nobody where nobody sits, and tells its lines', async () => {
    const clock = new VirtualClock();
    const run = await bench.run(['diagnose', '--guide', 'sleep', '--json'], { clock });
    expect(jsonOf(run).result).toMatchObject({
      guided: false,
      step: { id: 'sleep', guide: expect.arrayContaining([{ do: expect.any(String), seconds: 1200 }]) },
    });
    expect(clock.now()).toBe(0);
  });

  it('ends with 130 when it is stopped in the middle', async () => {
    const stop = new AbortController();
    const reason = new KombiError({ code: 'signal.interrupted', exit: EXIT.interrupted, message: 'Stopped' });
    const run = await bench.run(['diagnose', '--guide', 'volume-knob'], {
      ...yes(new VirtualClock()),
      signal: stop.signal,
      onTalk: (text) => text.includes('0:20') && stop.abort(reason),
    });
    expect(run.exit).toBe(130);
    expect(run.stdout).not.toContain('Let go.');
  });

  it('lets go of the car before it waits, and looks again afterwards', async () => {
    const trace = join(bench.folder, 'session.trace');
    const spoken: number[] = [];
    const clock = new VirtualClock();
    const run = await bench.on(quick('fault=nrc:31,service=22,did=2521,after=1'), ['diagnose', '--guide', 'sleep', '--trace', trace], {
      ...yes(clock),
      onTalk: (text) =>
        /\d:\d\d · Ctrl-C/.test(text) &&
        spoken.push(
          readFileSync(trace, 'utf8')
            .split('\n')
            .filter((line) => line.includes('close')).length,
        ),
    });
    expect(run.exit).toBe(0);
    expect(run.stderr).toContain('kombi has let go of it');
    expect(spoken.length).toBeGreaterThan(1000);
    expect(new Set(spoken)).toEqual(new Set([1]));
    expect(run.stdout).toContain('B7F341 is still stored: this step did not mend it.');
  });

  it('that dials needs somebody who types that they want it', async () => {
    const nobody = await bench.run(['diagnose', '--guide', 'hold-sos', '--yes', '--json']);
    expect([nobody.exit, jsonOf(nobody).error.code]).toEqual([3, 'consent.missing']);
    expect(jsonOf(nobody).error.message).toContain('THIS DIALS');
    const no = await bench.run(['diagnose', '--guide', 'hold-sos'], { answers: ['yes'] });
    expect(no.exit).toBe(3);
    const clock = new VirtualClock();
    const run = await bench.run(['diagnose', '--guide', 'hold-sos'], yes(clock, { answers: ['DIAL', true, true, true] }));
    expect(run.exit).toBe(0);
    expect(run.stdout.replace(/\s+/g, ' ')).toContain('THIS DIALS. Held for five seconds the button calls the emergency centre');
    expect(clock.now()).toBe(125_000);
  });

  it('that takes the supply away is refused while a job is open, else says what to see to', async () => {
    const run = await bench.run(['diagnose', '--guide', 'battery-off'], yes(new VirtualClock()));
    expect(run.exit).toBe(0);
    expect(run.questions).toContain('Not before 2026-11-20 22:15 UTC. Done?');
    expect(run.stdout).toContain('Teach windows and sunroof their ends');
    cpSync(OLD_ARCHIVE, bench.archive, { recursive: true });
    bench.files = bench.archiveFiles();
    expect(bench.files.journals).toContain('OPEN');
    const refused = await bench.run(['diagnose', '--guide', 'battery-off', '--json']);
    expect([refused.exit, jsonOf(refused).error.code]).toEqual([5, 'job.open']);
  });

  it('is stopped by a no', async () => {
    const run = await bench.run(['diagnose', '--guide', 'restart'], { clock: new VirtualClock(), answers: [false] });
    expect(run.exit).toBe(3);
  });
});
