import { describe, expect, it } from 'vitest';
import { escapeText, toJsonLine } from '../../src/cli/escape.ts';
import type { Io, Output } from '../../src/cli/io.ts';
import { ProgressLine } from '../../src/cli/progress-line.ts';
import { describeError, errorLines } from '../../src/cli/report-error.ts';
import { styleFor } from '../../src/cli/style.ts';
import { displayWidth, table, widthOf, wrap } from '../../src/cli/text.ts';
import { EXIT, ecuAddress, KombiError, VirtualClock } from '../../src/core/index.ts';
import { jsonOf, useBench } from './support/bench.ts';

const bench = useBench();
const ESCAPE = '\u001b';

describe('kombi without a command', () => {
  it('prints help and ends 2 where there is no terminal', async () => {
    const run = await bench.run([]);
    expect(run.exit).toBe(2);
    expect(run.stdout).toMatch(/^Usage: kombi <command>/);
  });
});

describe('help', () => {
  it('is there for every command, with examples', async () => {
    const top = await bench.run(['--help']);
    expect(top.exit).toBe(0);
    const names = [...top.stdout.matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, name]) => name ?? '').filter((name) => name !== 'help');
    expect(names.length).toBeGreaterThan(12);
    for (const name of names) {
      const { stdout, exit } = await bench.run([name, '--help']);
      expect([name, exit]).toEqual([name, 0]);
      expect(stdout).toMatch(/\nExamples:\n {2}\$ /);
      expect((await bench.run(['help', name])).stdout).toBe(stdout);
    }
  });

  it('shows the global options and arguments of a command of two words', async () => {
    const { stdout } = await bench.run(['help', 'backup', 'verify']);
    expect(stdout).toMatch(/--against-car/);
    expect(stdout).toMatch(/--link <uri>/);
  });

  it('fits a narrow terminal', async () => {
    const { stdout } = await bench.run(['read', '--help'], { env: { COLUMNS: '60' } });
    const prose = stdout.split('\n').filter((line) => !line.includes('$ kombi') && !line.includes(' --'));
    expect(Math.max(...prose.map((line) => line.length))).toBeLessThanOrEqual(60);
  });
});

describe('mistyped', () => {
  it.each([
    [['raed', '60:3301'], 'read'],
    [['messages', 'hid', '299'], 'hide'],
    [['code', '--dryrun'], '--dry-run'],
  ])('%j', async (words, suggestion) => {
    const run = await bench.run(words);
    expect(run.exit).toBe(2);
    expect(run.stdout).toBe('');
    expect(run.stderr.replaceAll('\n', ' ')).toContain(`Did you mean ${suggestion}?`);
  });

  it('with --json is one line of JSON, like everything else', async () => {
    expect(jsonOf(await bench.run(['raed', '--json']))).toMatchObject({
      ok: false,
      vehicle: 'untouched',
      error: { code: 'usage.command' },
    });
  });

  it('takes global options before and behind the command', async () => {
    const link = bench.link('link=elm327');
    const before = await bench.run(['--json', '--link', link, 'read', '60:3301.@25']);
    const behind = await bench.run(['read', '60:3301.@25', '--link', link, '--json']);
    expect(before.stdout).toBe(behind.stdout);
    expect(jsonOf(before).ok).toBe(true);
  });
});

describe('Ctrl-C', () => {
  it('at the question leaves the car untouched and says so: 130', async () => {
    const stop = new AbortController();
    const run = await bench.on(bench.link('link=elm327'), ['code', 'KOMBI:3301/CC_ACTIVIERUNG_5.5=FF:F7'], {
      signal: stop.signal,
      answers: ['D000001'],
      whenAsked: async () => {
        const reason = new KombiError({ code: 'signal.interrupted', exit: EXIT.interrupted, message: 'Stopped' });
        stop.abort(reason);
        throw reason;
      },
    });
    expect(run.exit).toBe(130);
    expect(run.stderr).toContain('Nothing was written to the car.');
    bench.files = { backups: 1, journals: [] };
  });

  it('right after consent still writes nothing', async () => {
    const stop = new AbortController();
    const run = await bench.on(bench.link('link=elm327'), ['code', 'KOMBI:3301/CC_ACTIVIERUNG_5.5=FF:F7', '--json'], {
      signal: stop.signal,
      answers: ['D000001'],
      whenAsked: async () => stop.abort(new KombiError({ code: 'signal.terminated', exit: EXIT.terminated, message: 'Stopped' })),
    });
    expect(run.exit).toBe(143);
    expect(jsonOf(run).vehicle).toBe('untouched');
    expect(run.stderr).toContain('[FF → F7]');
    bench.files = { backups: 1, journals: [] };
  });

  it.each([EXIT.interrupted, EXIT.terminated])('while reading ends with %i', async (exit) => {
    const reason = new KombiError({ code: 'signal.interrupted', exit, message: 'Stopped' });
    const run = await bench.on(bench.link(), ['info', '--json'], { signal: AbortSignal.abort(reason) });
    expect(run.exit).toBe(exit);
    expect(jsonOf(run).vehicle).toBe('untouched');
  });
});

describe('what comes from a car or a file', () => {
  it('cannot act on the screen', () => {
    const hostile = `KOMBI${ESCAPE}[2J${ESCAPE}]0;x\u0007\r\n\u009b31m\u202eABC\u2066\u200b\ud800`;
    expect(escapeText(hostile)).toBe('KOMBI\\x1B[2J\\x1B]0;x\\x07\\x0D\\x0A\\x9B31m\\u202EABC\\u2066\\u200B\\uD800');
    expect(escapeText('Gran Coupé → 640d 🚗')).toBe('Gran Coupé → 640d 🚗');
  });

  it('keeps its value in JSON, on one harmless line', () => {
    const hostile = { name: `a${ESCAPE}\u009b\u202e\n"` };
    const line = toJsonLine(hostile);
    expect(JSON.parse(line)).toEqual(hostile);
    expect(escapeText(line.slice(0, -1))).toBe(line.slice(0, -1));
  });

  it('is escaped in errors too', () => {
    const report = describeError(
      new KombiError({ code: 'car.x', message: `bad ${ESCAPE}[31m`, hint: `${ESCAPE}c` }),
      new AbortController().signal,
    );
    const text = errorLines(report, { style: plain, width: 80, verbose: false });
    expect(text).not.toContain(ESCAPE);
    expect(text).toContain('\\x1B[31m');
  });
});

const plain = { heading: String, mark: String, quiet: String, good: String, warning: String, failure: String };

describe('an error that nobody meant', () => {
  it('is a bug: 1, in a few words, with its stack only when asked for', () => {
    const report = describeError(new TypeError('x is not a function'), new AbortController().signal);
    expect(report).toMatchObject({ exit: 1, code: 'bug.unexpected' });
    expect(errorLines(report, { style: plain, width: 80, verbose: false })).not.toContain(' at ');
    expect(errorLines(report, { style: plain, width: 80, verbose: true })).toMatch(/^ {4}at /m);
  });
});

describe('a hint', () => {
  const narrow = (hint: string) => {
    const report = describeError(new KombiError({ code: 'usage.x', message: 'No', hint }), new AbortController().signal);
    return errorLines(report, { style: plain, width: 30, verbose: false }).split('\n').slice(1, -1);
  };

  it('never breaks a command, wherever it stands', () => {
    expect(narrow('Connect to the car and run `kombi recover`. Do not drive.')).toEqual([
      'Connect to the car and run',
      '`kombi recover`. Do not drive.',
    ]);
  });

  it('puts a command at its end on a line of its own, ready to be copied, however long it is', () => {
    expect(narrow("To answer: `kombi faults ATM --clear --link 'mock:f06-sos' --yes`")).toEqual([
      'To answer:',
      "  kombi faults ATM --clear --link 'mock:f06-sos' --yes",
    ]);
  });
});

describe('colour', () => {
  const terminal: Output = { write: () => {}, isTerminal: true, columns: 80 };
  const io = (env: Record<string, string>) => ({ env }) as unknown as Io;

  it('is on a terminal only, and nobody must have declined it', async () => {
    expect((await styleFor(terminal, io({}), true)).failure('x')).toBe(`${ESCAPE}[31mx${ESCAPE}[39m`);
    expect((await styleFor(terminal, io({ NO_COLOR: '' }), true)).failure('x')).not.toBe('x');
    for (const declined of [
      await styleFor(terminal, io({ NO_COLOR: '1' }), true),
      await styleFor(terminal, io({ TERM: 'dumb' }), true),
      await styleFor(terminal, io({}), false),
      await styleFor({ ...terminal, isTerminal: false }, io({}), true),
    ]) {
      expect(declined.failure('x')).toBe('x');
    }
  });

  it('is off in questions too with --no-color', async () => {
    const words = ['code', 'KOMBI:3301/CC_ACTIVIERUNG_5.5=FF:F7'];
    const options = { answers: ['no'], env: { NO_COLOR: '' } };
    expect((await bench.on(bench.link(), words, options)).questions[0]).toContain(ESCAPE);
    expect((await bench.on(bench.link(), [...words, '--no-color'], options)).questions[0]).toMatch(/^Write to this car\?/);
    bench.files = { backups: 2, journals: [] };
  });

  it('takes no room', () => {
    expect(displayWidth(`${ESCAPE}[31mFF${ESCAPE}[39m`)).toBe(2);
  });
});

describe('layout', () => {
  it('takes its width from COLUMNS or the terminal, and elsewhere wraps nothing', () => {
    expect([widthOf('60', 100), widthOf(undefined, 100), widthOf('', undefined), widthOf('wide', undefined), widthOf('3', 100)]).toEqual([
      60,
      100,
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
      20,
    ]);
  });

  it('wraps between words and keeps what cannot be broken', () => {
    expect(wrap('one two three', { width: 8 })).toEqual(['one two', 'three']);
    expect(wrap('a0123456789 b', { width: 5, indent: 2, lead: '- ' })).toEqual(['- a0123456789', '  b']);
  });

  it('aligns columns, and stacks them where there is no room', () => {
    const rows = [
      ['60', 'KOMBI', 'the instrument cluster of the car'],
      ['7', 'X', 'y'],
    ];
    expect(table(rows, 80)).toEqual(['60  KOMBI  the instrument cluster of the car', '7   X      y']);
    expect(table(rows, 20)).toEqual(['60', '  KOMBI', '  the instrument', '  cluster of the car', '7', '  X', '  y']);
  });
});

describe('progress', () => {
  it('is one line on a terminal, after a second, and is wiped away', async () => {
    const clock = new VirtualClock();
    const written: string[] = [];
    const line = new ProgressLine({
      output: { write: (text) => void written.push(text), isTerminal: true, columns: 40 },
      style: plain,
      clock,
    });
    line.tell({ step: 'backup', ecu: ecuAddress(0x60), done: 1, total: 14 });
    await clock.sleep(999);
    expect(written).toEqual([]);
    await clock.sleep(2);
    line.tell({ step: 'backup', ecu: ecuAddress(0x60), done: 2, total: 14 });
    line.clear();
    expect(written).toEqual([
      `\r${ESCAPE}[KReading for the backup 60 1 of 14 …`,
      `\r${ESCAPE}[KReading for the backup 60 2 of 14 …`,
      `\r${ESCAPE}[K`,
    ]);
  });

  it('is nowhere else', async () => {
    const clock = new VirtualClock();
    const written: string[] = [];
    const line = new ProgressLine({
      output: { write: (text) => void written.push(text), isTerminal: false, columns: 80 },
      style: plain,
      clock,
    });
    line.tell({ step: 'reset' });
    await clock.sleep(5000);
    line.clear();
    expect(written).toEqual([]);
  });
});

describe('completion', () => {
  it('offers commands, their commands, options and links', async () => {
    const offers = async (...words: string[]) => (await bench.run(['__complete', ...words])).stdout.trimEnd().split('\n');
    expect(await offers('mess')).toEqual(['messages']);
    expect(await offers('messages', 'h')).toEqual(['hide']);
    expect(await offers('code', '--dry')).toEqual(['--dry-run']);
    expect(await offers('code', '--lin')).toEqual(['--link']);
    expect(await offers('read', '--link', 'mock:f06')).toContain('mock:f06-sos');
    expect(await offers('sim', '--enet', '0', 'f06-so')).toEqual(['f06-sos']);
    expect(await offers('apply', 'gps-clock', 'sos-call-f')).toEqual(['sos-call-failure']);
    expect(await offers('recipes', 'show', 'sos-call-f')).toEqual(['sos-call-failure']);
    expect(await offers('completion', 'z')).toEqual(['zsh']);
  });

  it.each(['bash', 'zsh', 'fish'])('has a script for %s', async (shell) => {
    const run = await bench.run(['completion', shell]);
    expect(run.exit).toBe(0);
    expect(run.stdout).toContain('kombi __complete');
  });

  it('has none for other shells', async () => {
    expect((await bench.run(['completion', 'tcsh'])).exit).toBe(2);
  });
});
