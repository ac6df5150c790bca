import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT, KombiError } from '../../src/core/index.ts';
import { jsonOf, type Run, type RunOptions, useBench } from './support/bench.ts';

const bench = useBench();

interface Entry {
  readonly label: string;
  readonly link: string;
  readonly [name: string]: unknown;
}

/** A gateway that tells nothing of its blocks is not asked for two thousand of them. */
const QUICK = `fault=${encodeURIComponent('nrc:11,ecu=10,service=22')}`;

function vinOf(index: number): string {
  return `WBATESTV1N${String(index).padStart(7, '0')}`;
}

function mock(index: number, ...options: string[]): string {
  return `mock:f06-short?${[`vin=${vinOf(index)}`, QUICK, ...options].join('&')}`;
}

function fault(text: string): string {
  return `fault=${encodeURIComponent(text)}`;
}

/** Writes the manifest as JSON and runs it. */
function batch(cars: readonly Entry[], words: readonly string[] = [], options: RunOptions = {}): Promise<Run> {
  const manifest = join(bench.folder, 'fleet.json');
  writeFileSync(manifest, JSON.stringify({ cars }));
  return bench.run(['batch', manifest, ...words], options);
}

describe('a hundred cars with ten different failures', () => {
  const FAILURES: Readonly<Record<number, { readonly entry: Partial<Entry>; readonly exit: number; readonly code: string }>> = {
    7: { entry: { link: 'mock:f99' }, exit: 2, code: 'usage.profile' },
    13: { entry: { link: 'enet://127.0.0.1:1' }, exit: 8, code: 'link.refused' },
    21: { entry: { vin: vinOf(999) }, exit: 3, code: 'car.other' },
    28: { entry: { link: mock(28, fault('busy')) }, exit: 7, code: 'link.busy' },
    33: { entry: { link: 'COM3' }, exit: 2, code: 'usage.link' },
    45: { entry: { link: mock(45, fault('nrc:31,did=F190')) }, exit: 3, code: 'car.no-vin' },
    52: { entry: { link: mock(52, 'link=elm327', 'adapter=silent-acceptor') }, exit: 3, code: 'adapter.unfit' },
    64: { entry: { link: mock(64, fault('ext-change,did=3301')) }, exit: 3, code: 'backup.incomplete' },
    77: { entry: {}, exit: 3, code: 'archive.not-readable' },
    88: { entry: { link: mock(88, fault('silent')), deadlineMs: 400 }, exit: 8, code: 'link.deadline' },
  };
  const CARS = Array.from({ length: 100 }, (_, place): Entry => {
    const index = place + 1;
    const link = mock(index, ...(index % 10 === 0 ? ['link=elm327'] : []));
    return { label: `car ${index}`, link, ...FAILURES[index]?.entry };
  });

  it('end with 11, ninety backups, ten explanations and the same report on every run', async () => {
    const spoilt = join(bench.archive, 'vehicles', vinOf(77));
    mkdirSync(join(bench.archive, 'vehicles'), { recursive: true });
    writeFileSync(spoilt, 'no folder');
    const first = await batch(CARS, ['--jobs', '50', '--json']);
    expect(first).toMatchObject({ exit: 11, stderr: '' });
    expect(bench.backupPaths()).toHaveLength(90);
    // In another order, and with an archive that knows the cars by now.
    const second = await batch(CARS, ['--jobs', '33', '--json']);
    rmSync(spoilt);
    expect(second).toEqual(first);
    const { result, error } = jsonOf(first);
    expect(error).toMatchObject({ code: 'batch.partial', message: '10 of 100 cars failed. Nothing was written to any car.' });
    expect(result).toMatchObject({ succeeded: 90, failed: 10, notDone: 0 });
    expect(result.cars.map(({ label }: Entry) => label)).toEqual(CARS.map(({ label }) => label));
    for (const [place, car] of result.cars.entries()) {
      const failure = FAILURES[place + 1];
      expect(car).toMatchObject({ ok: failure === undefined, exit: failure?.exit ?? 0, vehicle: 'untouched' });
      if (failure === undefined) expect(car).toMatchObject({ vin: vinOf(place + 1), result: { backup: { ecus: 5, blocks: 9 } } });
      else expect(car.error).toEqual({ code: failure.code, message: expect.stringMatching(/./), hint: expect.stringMatching(/./) });
    }
    const explanations = result.cars.flatMap((car: { error?: { message: string } }) => car.error?.message ?? []);
    expect(new Set(explanations).size).toBe(10);
    bench.files = { backups: 180, journals: [] };
  }, 60_000);
});

describe('kombi batch', () => {
  const THREE: readonly Entry[] = [
    { label: 'bay 1', link: mock(1) },
    { label: 'bay 2', link: 'enet://127.0.0.1:1' },
    { label: 'bay \u001b[2J3', link: mock(3, 'link=elm327'), do: ['info', 'faults', 'backup', 'verify'] },
  ];

  it.each([
    [
      40,
      `done
  bay 1
  WBATESTV1N0000001
  Backup: 9 blocks of 5 ECUs.
failed
  bay 2
  Exit 8: 127.0.0.1:1 refused the
  connection: nothing listens on that
  port. Check the address and the port.
  A gateway listens on 6801, a WiFi
  ELM327 mostly on 35000.
done
  bay \\x1B[2J3
  WBATESTV1N0000003
  640d Gran Coupé (F06) F010-15-03-505,
  5 ECUs. 1 trouble code: ATM B7F341.
  Backup: 9 blocks of 5 ECUs. As its
  last backup: 9 blocks.

2 cars done, 1 failed
`,
    ],
    [
      80,
      `done    bay 1         WBATESTV1N0000001  Backup: 9 blocks of 5 ECUs.
failed  bay 2                            Exit 8: 127.0.0.1:1 refused the
                                         connection: nothing listens on that
                                         port. Check the address and the port. A
                                         gateway listens on 6801, a WiFi ELM327
                                         mostly on 35000.
done    bay \\x1B[2J3  WBATESTV1N0000003  640d Gran Coupé (F06) F010-15-03-505, 5
                                         ECUs. 1 trouble code: ATM B7F341.
                                         Backup: 9 blocks of 5 ECUs. As its last
                                         backup: 9 blocks.

2 cars done, 1 failed
`,
    ],
  ])('tells each car and the sum in %i columns, and on stderr what failed', async (columns, report) => {
    bench.files = { backups: 2, journals: [] };
    const { exit, stdout, stderr } = await batch(THREE, [], { env: { COLUMNS: String(columns) } });
    expect(exit).toBe(11);
    expect(stdout).toBe(report);
    expect(stderr).toMatch(/^\[3\/3\] bay /m);
    expect(stderr.replace(/\s+/g, ' ')).toContain('Error: 1 of 3 cars failed. Nothing was written to any car.');
    expect(stderr).not.toContain('\u001b[2J');
  });

  it('writes the report into a file too', async () => {
    bench.files = { backups: 1, journals: [] };
    const report = join(bench.folder, 'report.json');
    const run = await batch(THREE.slice(0, 2), ['--report', report, '--json']);
    const { ok, schema, result } = JSON.parse(readFileSync(report, 'utf8'));
    expect({ ok, schema, result }).toEqual({ ok: false, schema: 'kombi/batch@1', result: jsonOf(run).result });
  });

  it('puts no backup of a replay among those of real cars', async () => {
    const { cars } = jsonOf(await batch([{ label: 'a', link: 'replay:nowhere.trace' }], ['--json'])).result;
    expect(cars[0]).toMatchObject({ exit: 2, error: { code: 'usage.archive' } });
  });

  it('plans edits, and shows what to consent to; it writes none of them', async () => {
    const { exit, stdout } = await batch([{ label: 'a', link: 'mock:f06-short', do: 'plan', edits: '60:3301.@25.3=0' }]);
    const { plan } = jsonOf(await bench.run(['code', '60:3301.@25.3=0', '--dry-run', '--json', '--link', 'mock:f06-short'])).result;
    expect(exit).toBe(0);
    expect(stdout).toContain(`Plan ${plan.id}: 60:3301.@25.3 1→0.`);
  });

  it('finds that a car is no longer what its last backup holds', async () => {
    bench.profile = 'f06-short';
    bench.files = { backups: 1, journals: [] };
    const cars = [{ label: 'a', link: bench.link(), do: 'backup' }];
    expect((await batch(cars)).exit).toBe(0);
    const verify = (...options: string[]) => batch([{ label: 'a', link: bench.link(...options), do: 'verify' }], ['--json']);
    expect(jsonOf(await verify()).result.cars[0]).toMatchObject({ ok: true, result: { verify: { blocks: 10 } } });
    const differs = jsonOf(await verify('fault=misread,did=3301')).result.cars[0];
    expect(differs).toMatchObject({
      exit: 3,
      error: { code: 'backup.differs', message: expect.stringContaining('KOMBI 60:3301 differs') },
    });
  });

  it('goes on where an earlier run ended, and asks no car twice that was done', async () => {
    bench.files = { backups: 2, journals: [] };
    const record = join(bench.folder, 'fleet.done');
    const first = await batch(THREE, ['--resume', record, '--json']);
    expect(jsonOf(first).result).toMatchObject({ succeeded: 2, failed: 1 });
    expect(statSync(record).mode & 0o077).toBe(0);
    // What a crash leaves of a line costs nothing but that line.
    writeFileSync(record, `${readFileSync(record, 'utf8')}{"format":1,"entry":"4f`);
    const second = await batch(THREE, ['--resume', record, '--json']);
    expect(jsonOf(second).result).toEqual(jsonOf(first).result);
    const [done, , other] = THREE as [Entry, Entry, Entry];
    const third = await batch(
      [done, { label: 'bay 2', link: 'mock:f06-short', do: 'info' }, { ...other, do: 'info' }],
      ['--resume', record, '--json'],
    );
    expect(jsonOf(third).result).toMatchObject({
      succeeded: 3,
      cars: [{ result: { backup: {} } }, { ok: true }, { result: { info: {} } }],
    });
    expect(jsonOf(third).result.cars[2].result.backup).toBeUndefined();
  });

  it('stopped by Ctrl-C tells what is not done, and a later run does it', async () => {
    bench.files = { backups: 2, journals: [] };
    const record = join(bench.folder, 'fleet.done');
    const stop = new AbortController();
    const cars = [1, 2].map((index) => ({ label: `car ${index}`, link: mock(index, 'link=elm327') }));
    const onTalk = (text: string) => {
      if (text.includes('[1/2]')) stop.abort(new KombiError({ code: 'signal.interrupted', message: 'Stopped', exit: EXIT.interrupted }));
    };
    const run = await batch(cars, ['--jobs', '1', '--resume', record], { signal: stop.signal, onTalk });
    expect(run.exit).toBe(130);
    expect(run.stdout).toMatch(/^not done {2}car 2 .*Not begun: the batch was stopped\./m);
    expect(run.stdout).toContain('1 car done, 1 not done');
    expect(run.stderr).toContain('Stopping: the cars under way come to their end');
    expect(run.stderr).toContain('Stopped: 1 of 2 cars are not done. Nothing was written to any car.');
    expect(jsonOf(await batch(cars, ['--resume', record, '--json'])).result).toMatchObject({ succeeded: 2 });
  });

  it('shows on a terminal what each car is doing, and leaves nothing of it there', async () => {
    const { exit, stderr, stdout } = await batch([{ label: 'slow', link: mock(1, fault('silent')), deadlineMs: 1500 }], [], {
      answers: [],
      columns: 30,
    });
    expect(exit).toBe(11);
    expect(stderr).toMatch(/^slow {2}\S.*\n0 of 1 cars done\n/);
    expect(stderr).toContain('\r\u001b[2A\u001b[J');
    expect(stdout).toContain('0 cars done, 1 failed');
  });

  it('takes YAML from stdin, archive and all', async () => {
    const stdin = `archive: ${JSON.stringify(bench.archive)}\ncars:\n  - {label: a, link: "${mock(1)}"}\n`;
    bench.files = { backups: 1, journals: [] };
    expect(await bench.run(['batch', '-'], { stdin, env: { KOMBI_ARCHIVE: join(bench.folder, 'nowhere') } })).toMatchObject({ exit: 0 });
  });

  it.each([
    [['--link', 'mock:f06-sos'], 'usage.option', '--link is for one car'],
    [['--accept', '0123456789abcdef'], 'usage.option', '--accept is for one car'],
    [['--trace', 'x'], 'usage.option', '--trace is for one car'],
    [['--jobs', '0'], 'usage.option', '--jobs 0 is not a whole number'],
    [['--resume', '/dev/null/x'], 'usage.file', '/dev/null/x cannot be opened'],
    [['--resume', 'package.json'], 'usage.file', 'package.json is no record of a batch'],
    [['--report', '/dev/null/x'], 'usage.file', 'The report cannot be written to /dev/null/x'],
  ])('is refused with %j before any car is asked', async (words, code, message) => {
    const run = await batch([{ label: 'a', link: 'mock:f06-short' }], [...words, '--json']);
    expect(run.exit).toBe(2);
    expect(jsonOf(run).error).toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it('is refused where the manifest is not there, is wrong, or names an ECU that nobody knows', async () => {
    const error = async (run: Promise<Run>) => jsonOf(await run).error;
    expect(await error(bench.run(['batch', '/nowhere.yaml', '--json']))).toMatchObject({ code: 'usage.file' });
    expect(await error(batch([{ label: 'a', link: 'x', lable: 'b' }], ['--json']))).toMatchObject({
      code: 'usage.manifest',
      message: expect.stringMatching(/fleet\.json:1: cars\[0\]\.lable: there is no "lable"; did you mean label\?$/),
    });
    const unknown = batch([{ label: 'a', link: 'x', do: 'plan', edits: 'KOMBY:3301.@25.3=0' }], ['--json']);
    expect(await error(unknown)).toMatchObject({ code: expect.stringMatching(/^usage\./), message: expect.stringContaining('KOMBY') });
  });
});
