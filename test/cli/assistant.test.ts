import { describe, expect, it } from 'vitest';
import { interrupted } from '../../src/cli/interrupted.ts';
import { EXIT, VirtualClock } from '../../src/core/index.ts';
import { type Answer, useBench } from './support/bench.ts';

const bench = useBench();
const VIN_TAIL = 'D000001';
const HIDDEN = ['ecus.60.blocks.3301.@25.3 1→0'];

/** `kombi` with nothing typed but the link, in a terminal of 80 columns. */
function assisted(answers: readonly Answer[], words: readonly string[] = []) {
  return bench.run([...words, '--link', bench.link()], { answers, columns: 80 });
}

/** What the assistant ran, without the link. */
function commandsIn(stdout: string): readonly string[] {
  return [...stdout.matchAll(/^\$ kombi (.*?) --link /gm)].map(([, words]) => words ?? '');
}

describe('kombi with nothing typed', () => {
  it('finds the links in reach, and offers a mock car where there is none', async () => {
    const run = await bench.run([], { answers: ['leave'], columns: 80, links: [] });
    expect(run.exit).toBe(0);
    expect(run.questions).toEqual(['How is the car connected?']);
    expect(run.stderr).toContain('No adapter and no gateway was found.');
  });

  it('looks again, and takes a link that is typed', async () => {
    const run = await bench.run([], { answers: ['again', 'other', bench.link(), 'leave'], columns: 80, links: ['elm327:///dev/ttyUSB7'] });
    expect(run.exit).toBe(0);
    expect(run.stdout).toContain('WBA6C92010D000001 · 640d Gran Coupé (F06)');
  });

  it('tells of a link that leads nowhere, and asks for another', async () => {
    const run = await bench.run([], {
      answers: ['elm327:///dev/no-such-port', 'leave'],
      columns: 80,
      links: ['elm327:///dev/no-such-port'],
    });
    expect(run.exit).toBe(0);
    expect(run.stderr).toMatch(/^Error: /m);
    expect(run.questions).toEqual(['How is the car connected?', 'How is the car connected?']);
  });

  it('shows the state of the car, and keeps to the width of the terminal', async () => {
    const run = await assisted(['leave']);
    expect(run.stdout).toContain('Message 299, emergency call system failed: active now');
    expect(Math.max(...run.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('prints help and ends 2 where nobody is there', async () => {
    const run = await bench.run(['--link', bench.link()]);
    expect(run.exit).toBe(2);
    expect(run.stdout).toMatch(/^Usage: kombi <command>/);
  });

  it('is a wrong command line with --json and with --trace', async () => {
    expect((await assisted([], ['--json'])).exit).toBe(2);
    expect((await assisted([], ['--trace', `${bench.folder}/no.trace`])).exit).toBe(2);
  });
});

describe('a message', () => {
  it('is hidden with consent, told among the hidden ones, shown again by undo, and each command is printed', async () => {
    bench.files = { backups: 2, journals: ['COMMITTED', 'COMMITTED'] };
    const run = await assisted(['messages', 'hide', '', VIN_TAIL, 'hidden', 'active', 'back', 'undo', VIN_TAIL, 'leave']);
    expect(run.exit).toBe(0);
    expect(commandsIn(run.stdout)).toEqual(['messages hide 299', 'messages list --ecu KOMBI', 'messages active', 'undo']);
    expect(run.stdout).toMatch(/block 3301: \d+ messages of \d+ hidden$.*^299 /ms);
    expect(run.stdout).toContain('[FF → F7]');
    expect(run.stdout).toContain('1 job on this car so far.');
  });

  it('stays where consent is refused, and the menu comes back', async () => {
    bench.files = { backups: 1, journals: [] };
    const run = await assisted(['messages', 'hide', '299', 'no', 'back', 'leave']);
    expect(run.exit).toBe(0);
    expect(run.stderr).toContain('is not the end of this car');
  });

  it('keeps a mock car without a file between the commands', async () => {
    bench.files = { backups: 1, journals: ['COMMITTED'] };
    const run = await bench.run(['--link', 'mock:f06-sos'], {
      answers: ['messages', 'hide', '299', VIN_TAIL, 'show', '299', 'back', 'leave'],
      columns: 80,
    });
    expect(run.stdout).toContain('this car does not show it');
  });
});

describe('What is wrong with my SOS call', () => {
  const NOT_KNOWN = [[], 'unknown', [], 'unknown', 'unknown'] as const;

  it('goes on with what it advises, by the commands of the steps, to the hidden message and the menu', async () => {
    bench.files = { backups: 1, journals: ['COMMITTED'] };
    bench.car = HIDDEN;
    const run = await assisted(['sos', ...NOT_KNOWN, 'replace-battery', false, 'dealer-diagnosis', 'hide', VIN_TAIL, 'back', 'leave']);
    expect(run.exit).toBe(0);
    expect(commandsIn(run.stdout)).toEqual(['diagnose sos', 'messages hide 299']);
    expect(run.questions).toContain("Likeliest by points: the emergency-call unit's own backup battery is worn out. What next?");
    expect(run.questions).toContain('Is it in already? Then run `kombi faults ATM --clear`?');
    expect(run.stdout).toContain("Take the unit's codes with you.");
    expect(run.stdout.replace(/\s+/g, ' ')).toContain('active now, and hidden: the driver does not see it');
  });

  it('leads through a step with its timer, and has the other steps at hand', async () => {
    bench.profile = 'sos-glitch';
    const answers = [['update'], 'no', [], 'unknown', 'unknown', 'sometimes', [], [], 'unknown', 'unknown'];
    const guided = ['volume-knob', true, true, true, true];
    const run = await bench.run(['--link', bench.link('link=elm327', 'baud=115200')], {
      answers: ['sos', ...answers, ...guided, 'more', 'compare-coding', 'back', 'leave'],
      columns: 80,
      clock: new VirtualClock(),
    });
    expect([run.exit, run.stderr]).toEqual([0, expect.stringContaining('There is no backup of this car yet.')]);
    expect(commandsIn(run.stdout)).toEqual(['diagnose sos', 'diagnose sos --guide volume-knob']);
  });
});

describe('a job that was cut off', () => {
  it('is told, and on the next link the first thing offered is to recover it', async () => {
    bench.files = { backups: 1, journals: ['ROLLED_BACK'] };
    const run = await bench.run(['--link', bench.link('link=elm327', 'fault=unplug,service=2E')], {
      answers: ['messages', 'hide', '299', VIN_TAIL, 'back', 'other', bench.link('link=elm327'), 'recover', true, 'leave'],
      columns: 80,
      clock: new VirtualClock(),
    });
    expect([run.exit, commandsIn(run.stdout)]).toEqual([0, ['messages hide 299', 'recover']]);
    expect(run.stderr).toContain('60:3301 may be old or new');
    expect(run.stderr).not.toContain('Nothing was written');
  });
});

describe('the coding editor', () => {
  it('goes from control unit to bit, and writes what it shows', async () => {
    bench.files = { backups: 1, journals: ['COMMITTED'] };
    bench.car = HIDDEN;
    const path = ['coding', 'KOMBI 60', '3301', 'CC_ACTIVIERUNG_5', '5', '3', 'back', 'back', 'back', 'back', 'done'];
    const run = await assisted([...path, VIN_TAIL, 'leave']);
    expect(run.exit).toBe(0);
    expect(commandsIn(run.stdout)).toEqual(['code KOMBI:3301/CC_ACTIVIERUNG_5.5=FF:F7']);
    expect(run.questions).toContain('KOMBI:3301/CC_ACTIVIERUNG_5.5  FF  1111 1111  →  F7  1111 0111');
  });

  it('names what is no byte, and drops changes with the way back', async () => {
    const block = ['coding', 'KOMBI 60', '3301', 'CC_ACTIVIERUNG_5', '5', 'hex', 'f7', 'back', 'back', 'back', 'back'];
    const run = await assisted([...block, 'IHKA 78', '3001', '@00', '0', 'hex', 'zz', 'back', 'back', 'back', 'back', 'drop', 'leave']);
    expect(run.stderr).toContain('"zz" is no byte in hex');
    expect(commandsIn(run.stdout)).toEqual([]);
  });
});

describe('recipes and backups', () => {
  it('several recipes become one plan', async () => {
    const run = await assisted(['recipes', ['sos-call-failure'], 'no', 'leave']);
    bench.files = { backups: 1, journals: [] };
    expect(commandsIn(run.stdout)).toEqual(['apply sos-call-failure']);
    expect(run.stdout).toContain('[FF → F7]');
  });

  it('a block that differs from a backup is put back', async () => {
    bench.files = { backups: 3, journals: ['COMMITTED', 'COMMITTED'] };
    await bench.run(['backup', 'create', '--ecu', 'KOMBI', '--label', 'before', '--link', bench.link()]);
    const [before] = bench.backupPaths();
    const id = /-([0-9a-f]{16})\.json$/.exec(before ?? '')?.[1] ?? '';
    const hide = ['messages', 'hide', '299', VIN_TAIL, 'back'];
    const run = await assisted([...hide, 'backups', 'diff', id, 'restore', id, ['60:3301'], VIN_TAIL, 'restore', id, 'back', 'leave']);
    expect(run.exit).toBe(0);
    expect(commandsIn(run.stdout)).toEqual(['messages hide 299', `backup diff ${id} --car`, `restore ${id} --block 60:3301`]);
    expect(run.stdout).toContain('there is nothing to put back');
  });
});

/** The assistant, stopped when it asks for the so-many-th time. */
function stoppedAt(question: number, answers: readonly Answer[]) {
  const stopped = new AbortController();
  let asked = 0;
  return bench.run(['--link', bench.link()], {
    answers,
    columns: 80,
    signal: stopped.signal,
    whenAsked: async () => {
      asked += 1;
      if (asked < question) return;
      stopped.abort(interrupted(EXIT.interrupted));
      stopped.signal.throwIfAborted();
    },
  });
}

describe('Ctrl-C ends with 130', () => {
  it('at the menu, and leaves the car as it was', async () => {
    const run = await stoppedAt(1, []);
    expect([run.exit, run.stderr]).toEqual([130, expect.stringContaining('Stopped. No command was running')]);
  });

  it('in a command, which tells it once', async () => {
    bench.files = { backups: 1, journals: [] };
    const run = await stoppedAt(4, ['messages', 'hide', '299']);
    expect(run.exit).toBe(130);
    expect(run.stderr.match(/Stopped/g)).toHaveLength(1);
    expect(run.stderr).toContain('Nothing was written to the car.');
  });

  it('after a job, and does not say that nothing was written', async () => {
    bench.files = { backups: 1, journals: ['COMMITTED'] };
    bench.car = HIDDEN;
    const run = await stoppedAt(5, ['messages', 'hide', '299', VIN_TAIL]);
    expect([run.exit, run.stderr]).toEqual([130, expect.stringContaining('the car is as the last one left it')]);
    expect(run.stderr).not.toContain('Nothing was written');
  });
});
