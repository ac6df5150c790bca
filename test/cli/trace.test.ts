import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonOf, type Run, useBench } from './support/bench.ts';

const bench = useBench();
const ONE_BIT = 'KOMBI:3301/CC_ACTIVIERUNG_5.5.3=0';
const VIN = 'WBA6C92010D000001';

const file = (name = 'session.trace') => join(bench.folder, name);
const record = (link: string, words: readonly string[], ...more: string[]): Promise<Run> =>
  bench.on(link, [...words, '--trace', file(), ...more]);
const replay = (words: readonly string[], path = file()): Promise<Run> => bench.on(`replay:${path}`, words);

describe.each(['enet', 'elm327'])('a session recorded over %s', (kind) => {
  const link = () => bench.link(`link=${kind}`);

  it.each([
    ['info', ['info', '--json']],
    ['read', ['read', '60:3301.@25', '60:3301.@2D', '--json']],
    ['faults', ['faults', '--json']],
    ['a refusal', ['read', '60:3399', '--json']],
  ])('gives the same result again when it is replayed: %s', async (_, words) => {
    const recorded = await record(link(), words);
    expect(statSync(file()).mode & 0o077).toBe(0);
    const again = await replay(words);
    expect(again.stdout).toBe(recorded.stdout);
    expect(again.exit).toBe(recorded.exit);
  });
});

describe('a job that was recorded', () => {
  it('is done again by a replay, to the archive and back', async () => {
    const link = bench.link('link=elm327');
    const plan = jsonOf(await bench.on(link, ['code', ONE_BIT, '--dry-run', '--json'])).result.plan;
    const words = ['code', ONE_BIT, '--accept', plan.id, '--json'];
    const recorded = jsonOf(await record(link, words));
    expect(recorded).toMatchObject({ vehicle: 'changed', result: { plan: { vin: VIN }, verified: 1 } });
    const again = jsonOf(await replay([...words, '--archive', bench.archive]));
    expect(again).toMatchObject({ vehicle: 'changed', result: { plan: recorded.result.plan, verified: 1 } });
    bench.car = ['ecus.60.blocks.3301.@25.3 1→0'];
    bench.files = { backups: 2, journals: ['COMMITTED', 'COMMITTED'] };
  });
});

describe('a replay', () => {
  const recordRead = () => record(bench.link('link=elm327'), ['read', '60:3301.@25', '--json']);

  it('says loudly what was recorded and what came, at which line', async () => {
    await recordRead();
    const run = await replay(['read', '60:3301.@25', '60:3302', '--json']);
    const { ok, vehicle, error } = jsonOf(run);
    expect([run.exit, ok, vehicle, error.code]).toEqual([3, false, 'untouched', 'replay.unexpected']);
    expect(error.message).toMatch(/session\.trace ends, and 22 33 02 to 60 came$/);
    const other = jsonOf(await replay(['read', '12:3301', '--json'])).error;
    expect(other.message).toMatch(/session\.trace, line \d+: 22 33 01 to 60 was recorded, and 22 [0-9A-F ]+ to 12 came$/);
  });

  it('does not take a part of an answer for the whole where the recording was cut off', async () => {
    await recordRead();
    const whole = readFileSync(file(), 'latin1');
    const last = whole.lastIndexOf('< 60');
    for (const [cut, code] of [
      [last + 20, 'replay.cut-off'],
      [whole.lastIndexOf('\n', last) + 1, 'replay.unexpected'],
      [whole.lastIndexOf('\n', last), 'replay.unexpected'],
    ] as const) {
      writeFileSync(file('cut.trace'), whole.slice(0, cut));
      const run = await replay(['read', '60:3301.@25', '--json'], file('cut.trace'));
      expect([run.exit, jsonOf(run).error.code]).toEqual([3, code]);
    }
  });

  it('fails as the link failed', async () => {
    const fault = 'fault=disconnect,after=3';
    const recorded = await record(bench.link(fault), ['read', '60:3301.@25', '--json']);
    expect(readFileSync(file(), 'latin1')).toMatch(/ = failed \w+ link\./);
    const again = await replay(['read', '60:3301.@25', '--json']);
    const { code, message } = jsonOf(recorded).error;
    expect([again.exit, jsonOf(again).error]).toMatchObject([recorded.exit, { code, message }]);
  });

  it('tells that nobody answered, and waits in vain again', async () => {
    const words = ['read', '99:3000', '--json'];
    const recorded = await record(bench.link('link=elm327'), words);
    expect(readFileSync(file(), 'latin1').match(/ > 99 22 30 00\n\d+\.\d = silence$/gm)).toHaveLength(3);
    const again = await replay(words);
    expect([again.exit, again.stdout]).toEqual([recorded.exit, recorded.stdout]);
  });

  it('is not recorded over what it is made of', async () => {
    await recordRead();
    const before = readFileSync(file());
    for (const scheme of ['replay', 'mock']) {
      const run = await bench.on(`${scheme}:${file()}`, ['read', '60:3301.@25', '--trace', file(), '--json']);
      expect([run.exit, jsonOf(run).error.code]).toEqual([2, 'usage.trace']);
    }
    expect(readFileSync(file())).toEqual(before);
  });

  it('keeps its backups and journals apart', async () => {
    await record(bench.link('link=elm327'), ['code', ONE_BIT, '--dry-run', '--json']);
    for (const words of [
      ['code', ONE_BIT, '--json'],
      ['backup', 'create', '--json'],
    ]) {
      const run = await replay(words);
      expect([run.exit, jsonOf(run).error.code]).toEqual([2, 'usage.archive']);
    }
  });

  it.each([
    ['no file', 'replay:', 'usage.link', 2],
    ['a file that is not there', 'replay:/no/such.trace', 'usage.trace', 2],
    ['a folder', 'replay:/', 'usage.trace', 2],
    ['an option', 'replay:/x.trace?pace=real', 'usage.link', 2],
  ])('is refused where the link names %s', async (_, link, code, exit) => {
    const run = await bench.on(link, ['info', '--json']);
    expect([run.exit, jsonOf(run).error.code]).toEqual([exit, code]);
  });

  it('is refused where a newer program recorded', async () => {
    writeFileSync(file(), '# kombi-trace 7\n');
    for (const run of [await replay(['info', '--json']), await bench.run(['trace', 'show', file(), '--json'])]) {
      expect([run.exit, jsonOf(run).error.code]).toEqual([10, 'trace.newer-format']);
    }
  });
});

describe('--redact', () => {
  /** Every way in which a person would search for it. */
  const waysToWrite = (secret: string, hex: string) => [secret, hex, hex.replace(/..(?=.)/g, '$& ')];
  const ascii = (text: string) => Buffer.from(text).toString('hex').toUpperCase();

  async function secrets(): Promise<readonly string[]> {
    const { ecus } = jsonOf(await bench.on(bench.link('link=elm327'), ['info', '--json'])).result;
    const serials = ecus.map(({ serial }: { serial: string }) => serial);
    expect(serials.every((serial: string) => /^[0-9A-F]{20}$/.test(serial))).toBe(true);
    return [VIN, VIN.slice(-7)]
      .flatMap((text) => waysToWrite(text, ascii(text)))
      .concat(serials.flatMap((hex: string) => waysToWrite(hex, hex)));
  }

  const found = (content: string, all: readonly string[]) => all.filter((secret) => content.toUpperCase().includes(secret));
  /** Bytes as a search in a binary file sees them, and as a dump of it shows them. */
  const contentOf = (path: string) => {
    const bytes = readFileSync(path);
    return `${bytes.toString('latin1')} ${bytes.toString('hex').toUpperCase()}`;
  };

  it.each(['enet', 'elm327'])('leaves VIN and serial numbers out of what is recorded over %s', async (kind) => {
    const all = await secrets();
    const link = bench.link(`link=${kind}`);
    const job = ['backup', 'create', '--ecu', 'KOMBI', '--ecu', 'ACSM', '--json'];
    for (const words of [['info', '--json'], ['read', '60:3010', '--json'], job]) {
      await record(link, words);
      expect(found(contentOf(file()), all)).not.toEqual([]);
      const recorded = await record(link, words, '--redact');
      expect(found(contentOf(file()), all)).toEqual([]);
      if (words === job) continue;
      const again = jsonOf(await replay(words));
      expect(again.ok).toBe(jsonOf(recorded).ok);
      if (words[0] === 'info') expect(again.result.vin).toBe('X'.repeat(17));
    }
    bench.files = { backups: 2, journals: [] };
  });

  it('leaves them out of what is shown and converted', async () => {
    const all = await secrets();
    await record(bench.link('link=elm327'), ['info', '--json']);
    for (const words of [
      ['trace', 'show', file()],
      ['trace', 'show', file(), '--json'],
    ]) {
      expect(found((await bench.run(words)).stdout, all)).not.toEqual([]);
      expect(found((await bench.run([...words, '--redact'])).stdout, all)).toEqual([]);
    }
    for (const out of ['out.trace', 'out.txt', 'out.pcapng'].map(file)) {
      await bench.run(['trace', 'convert', file(), out]);
      expect(found(contentOf(out), all)).not.toEqual([]);
      expect(statSync(out).mode & 0o077).toBe(0);
      expect(jsonOf(await bench.run(['trace', 'convert', file(), out, '--redact', '--json'])).result.redacted).toBe(true);
      expect(found(contentOf(out), all)).toEqual([]);
    }
  });

  it('is refused where nothing is recorded: what is printed is not redacted', async () => {
    const run = await bench.on(bench.link('link=elm327'), ['info', '--redact', '--json']);
    expect([run.exit, jsonOf(run).error.code]).toEqual([2, 'usage.option']);
  });
});

describe('--trace', () => {
  it('does not disturb the job where the disk is full', async ({ skip }) => {
    skip(!existsSync('/dev/full'), 'there is no /dev/full here');
    const run = await bench.on(bench.link('link=elm327'), ['read', '60:3301.@25', '--trace', '/dev/full']);
    expect(run.exit).toBe(0);
    expect(run.stderr).toMatch(/trace ends here.*ENOSPC/);
  });
});

describe('kombi trace show', () => {
  it('tells who was asked what, and what came back', async () => {
    await record(bench.link('link=elm327'), ['read', '60:3399', '--json']);
    const { stdout } = await bench.run(['trace', 'show', file()]);
    expect(stdout).toMatch(/^kombi \S+ · ELM327 to the mock car f06-sos · 2026-11-20T10:15:30\.000Z · \d+ messages · \d+\.\d s\n/);
    expect(stdout).toMatch(/→ ZGW 10 +ReadDataByIdentifier F190 \(VIN\)\n +22 F1 90\n/);
    expect(stdout).toMatch(/← ZGW 10 +ReadDataByIdentifier F190 \(VIN\) "WBA6C92010D000001"\n/);
    expect(stdout).toMatch(/← KOMBI 60 +ReadDataByIdentifier refused: requestOutOfRange \(31\)/);
    const narrow = await bench.run(['trace', 'show', file()], { env: { COLUMNS: '60' } });
    expect(Math.max(...narrow.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
    const { events, messages } = jsonOf(await bench.run(['trace', 'show', file(), '--json'])).result;
    expect(events.filter(({ ecu }: { ecu?: string }) => ecu !== undefined)).toHaveLength(messages);
    expect(events).toContainEqual(expect.objectContaining({ kind: 'received', role: 'negative', ecu: '60', nrc: '31', hex: '7F2231' }));
    expect(events).toContainEqual(expect.objectContaining({ kind: 'sent', ecu: '10', name: 'ZGW', did: 'F190', didName: 'VIN' }));
  });

  it('tells pauses and failures, and lets nothing in the file act on the screen', async () => {
    writeFileSync(
      file(),
      '# kombi-trace 1\n# tool: x\\u001b[2J\n0.0 = open X payload=1 functional=no duplex=no proven=no firmware=a\\u009bb\n' +
        '1.0 > 60 22 F1 90\n5001.0 = silence\n5002.0 = failed send link.x 8 \\u202egone\n5003.0 < 60 62 F1 90 1B 5B 32 4A\n',
    );
    const { stdout } = await bench.run(['trace', 'show', file()]);
    expect(stdout).toMatch(/5\.0 s later/);
    expect(stdout).toMatch(/nothing came in time/);
    expect(stdout).toMatch(/send failed: .*gone \(link\.x\)/);
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });

  it('says which line of a damaged file it cannot read', async () => {
    writeFileSync(file(), '# kombi-trace 1\n0.0 > 60 22\n0.1 < 60 6x\n');
    const run = await bench.run(['trace', 'show', file(), '--json']);
    expect([run.exit, jsonOf(run).error.code]).toEqual([2, 'usage.trace']);
    expect(jsonOf(run).error.message).toContain('session.trace, line 3');
  });
});

describe('kombi trace convert', () => {
  const convert = (from: string, to: string, ...more: string[]) => bench.run(['trace', 'convert', file(from), file(to), '--json', ...more]);

  it('goes to EdiabasLib text and back with every question and answer', async () => {
    await record(bench.link('link=elm327'), ['info', '--json']);
    expect(jsonOf(await convert('session.trace', 'a.txt')).result).toMatchObject({ format: 'txt', redacted: false });
    expect(readFileSync(file('a.txt'), 'latin1')).toMatch(/^83 10 F1 22 F1 90 27 : 94 F1 10 62 F1 90 57 42 41 /m);
    await convert('a.txt', 'b.trace');
    await convert('b.trace', 'b.txt');
    expect(readFileSync(file('b.txt'))).toEqual(readFileSync(file('a.txt')));
    const [first, again] = [file(), file('b.trace')].map((path) => readFileSync(path, 'latin1').match(/[<>] .*/g));
    expect(again).toEqual(first);
    const car = jsonOf(await bench.on(`mock:${file('a.txt')}?link=elm327`, ['info', '--json'])).result;
    expect(car).toMatchObject({ vin: VIN, series: 'F06' });
  });

  it('makes captures with either framing', async () => {
    await record(bench.link('link=elm327'), ['read', '60:3301.@25', '--json']);
    for (const [more, framing] of [
      [[], 'doip'],
      [['--framing', 'hsfz'], 'hsfz'],
    ] as const) {
      expect(jsonOf(await convert('session.trace', 'a.pcapng', ...more)).result).toMatchObject({ format: 'pcapng', framing });
      expect(readFileSync(file('a.pcapng')).subarray(0, 4).toString('hex')).toBe('0a0d0d0a');
    }
  });

  it.each([
    ['itself', ['session.trace', 'session.trace'], 'usage.option'],
    ['a format that nobody knows', ['session.trace', 'a.csv'], 'usage.option'],
    ['a name without one', ['session.trace', 'a'], 'usage.option'],
    ['framing in a text', ['session.trace', 'a.txt', '--framing', 'hsfz'], 'usage.option'],
    ['a framing that nobody knows', ['session.trace', 'a.pcapng', '--framing', 'can'], 'usage.option'],
    ['what is not there', ['b.trace', 'a.txt'], 'usage.trace'],
    ['a folder that is not there', ['session.trace', 'no/a.txt'], 'usage.trace'],
    ['what is no recording', ['other.md', 'a.txt'], 'recording.invalid'],
  ])('refuses %s', async (_, [from = '', to = '', ...more], code) => {
    const content = '# kombi-trace 1\n0.0 > 60 22 F1 90\n';
    writeFileSync(file(), content);
    writeFileSync(file('other.md'), '# A title\n');
    const run = await convert(from, to, ...more);
    expect([run.exit, jsonOf(run).error.code]).toEqual([2, code]);
    expect(readFileSync(file(), 'latin1')).toBe(content);
  });
});

describe('kombi trace replay', () => {
  it('is a car for other programs, in whatever order they ask', async () => {
    await record(bench.link('link=elm327'), ['read', '60:3301.@25', '60:3008', '--json']);
    const stop = new AbortController();
    let told: (text: string) => void = () => {};
    const ready = new Promise<string>((resolve) => {
      told = resolve;
    });
    const running = bench.run(['trace', 'replay', file(), '--json'], { signal: stop.signal, onOutput: told });
    try {
      const { enet, vin } = jsonOf({ stdout: await Promise.race([ready, running.then(({ stdout }) => stdout)]) }).result;
      expect(vin).toBe(VIN);
      const link = `enet://127.0.0.1:${enet.port}?control=${enet.controlPort}`;
      const { values } = jsonOf(await bench.on(link, ['read', '60:3008', '60:3301.@25', '--json'])).result;
      expect(values.map(({ address }: { address: string }) => address)).toEqual(['60:3008', '60:3301.@25']);
      expect(values[1].hex).toBe('FF');
      expect(jsonOf(await bench.on(link, ['read', '60:3007', '--json'])).error.code).toBe('block.absent');
    } finally {
      stop.abort(new Error('stopped by the test'));
    }
    expect((await running).exit).toBe(0);
  });
});
