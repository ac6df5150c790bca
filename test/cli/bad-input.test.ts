import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type JsonLine, jsonOf, type Run, useBench } from './support/bench.ts';

const BIT = 'KOMBI:3301/CC_ACTIVIERUNG_5.5.3=0';
const bench = useBench();

/** Message, exit status and state of the car, in JSON and on the screen; the bench asserts car and files. */
async function refused(
  run: (extra: readonly string[]) => Promise<Run>,
  wanted: { exit: number; code: string; message: RegExp; hint: RegExp; vehicle?: string },
): Promise<JsonLine> {
  const json = await run(['--json']);
  const line = jsonOf(json);
  expect(line).toMatchObject({ ok: false, vehicle: wanted.vehicle ?? 'untouched', error: { code: wanted.code } });
  expect(line.error.message).toMatch(wanted.message);
  expect(line.error.message).not.toMatch(/^[a-z]/);
  expect(line.error.hint).toMatch(wanted.hint);
  expect(json.exit).toBe(wanted.exit);
  const screen = await run([]);
  expect(screen.exit).toBe(wanted.exit);
  const words = screen.stderr.replaceAll('\n', ' ');
  expect(words).toMatch(/^Error: /);
  expect(words).toMatch(wanted.hint);
  if (wanted.exit === 3 || wanted.exit === 8) expect(words).toContain('Nothing was written');
  return line;
}

/** The id that consents to this edit on a healthy car. */
async function planId(edit = BIT): Promise<string> {
  return jsonOf(await bench.on(bench.link('link=elm327'), ['code', edit, '--dry-run', '--json'])).result.plan.id;
}

describe('wrong words end with 2, and no car is asked', () => {
  it.each([
    ['an unknown ECU', 'KOMBY:3301.@25=F7', 'usage.ecu', /KOMBY/, /KOMBI/],
    ['a block that is no block', 'KOMBI:33G1.@25=F7', 'usage.address', /33G1/, /KOMBI:3301/],
    ['an unknown parameter', 'KOMBI:3301/CC_ACTIVATION_5.5=F7', 'usage.parameter', /CC_ACTIVATION_5/, /CC_ACTIVIERUNG_5/],
    ['byte 8 of 8', 'KOMBI:3301/CC_ACTIVIERUNG_5.8=F7', 'usage.byte', /byte 8 of 8/, /CC_ACTIVIERUNG_5\.7/],
    ['bit 8', 'KOMBI:3301/CC_ACTIVIERUNG_5.5.8=0', 'usage.bit', /bit 8/, /0 to 7/],
    ['odd hex', 'KOMBI:3301/CC_ACTIVIERUNG_5.5=F', 'usage.hex', /odd number/, /two digits/i],
    ['a bit that is 2', 'KOMBI:3301/CC_ACTIVIERUNG_5.5.3=2', 'usage.bit-value', /"2"/, /0 or 1/],
  ])('%s', async (_, edit, code, message, hint) => {
    // A link that would fail: were it opened, the exit status would be 8.
    await refused((extra) => bench.on('enet://127.0.0.1:1', ['code', edit, ...extra]), { exit: 2, code, message, hint });
  });

  it('a value of the wrong length', async () => {
    await refused((extra) => bench.on(bench.link('link=elm327'), ['code', 'KOMBI:3301/CC_ACTIVIERUNG_5.5=FFF7', ...extra]), {
      exit: 2,
      code: 'usage.length',
      message: /1 byte/,
      hint: /bytes/,
    });
  });

  it.each([
    ['a link of an unknown kind', ['read', '60:3301', '--link', 'obd:x'], 'usage.link', /"obd"/],
    ['a link that is none', ['read', '60:3301', '--link', '/dev/ttyUSB0'], 'usage.link', /not a link/],
    ['a misspelt link option', ['read', '60:3301', '--link', 'mock:f06-sos?lnk=elm327'], 'usage.link', /"lnk"/],
    ['a mock car that does not exist', ['read', '60:3301', '--link', 'mock:f99'], 'usage.profile', /"f99"/],
    [
      'a recording that is not there',
      ['read', '60:3301', '--link', 'mock:./drive.trace'],
      'usage.recording',
      /drive\.trace cannot be read/,
    ],
    ['an unknown fault', ['read', '60:3301', '--link', 'mock:f06-sos?fault=gremlin'], 'usage.fault', /"gremlin"/],
    ['a backup that does not exist', ['restore', 'abcd', '--link', 'mock:f06-sos'], 'usage.backup', /abcd/],
    ['an unknown command', ['cod', BIT], 'usage.command', /cod/],
    ['an unknown option', ['read', '60:3301', '--quickly'], 'usage.option', /--quickly/],
    ['one argument too many', ['blocks', 'KOMBI', 'ATM'], 'usage.option', /Too many arguments/],
    ['no argument', ['read'], 'usage.option', /Missing required argument/],
    ['no edit', ['code'], 'usage.edit', /No edit/],
    ['no message id', ['messages', 'show', 'sos'], 'usage.message', /"sos"/],
    ['a timeout that is no number', ['read', '60:3301', '--timeout', 'soon'], 'usage.option', /soon/],
    ['an unknown language', ['messages', 'list', '--lang', 'tlh'], 'usage.option', /tlh/],
  ])('%s', async (_, words, code, message) => {
    await refused((extra) => bench.run([...words, ...extra]), { exit: 2, code, message, hint: /./ });
  });
});

describe('the car or our rules say no: 3, and nothing is written', () => {
  it('a block that the car does not have', async () => {
    bench.profile = 'f15';
    await refused((extra) => bench.on(bench.link('link=elm327'), ['code', '60:3301.@25=F7', ...extra]), {
      exit: 3,
      code: 'block.absent',
      message: /KOMBI has no block 3301/,
      hint: /kombi blocks/,
    });
  });

  it('a block that holds the masks on other cars only', async () => {
    bench.profile = 'f13-m6';
    for (const words of [
      ['code', BIT],
      ['read', 'KOMBI:3301'],
    ]) {
      await refused((extra) => bench.on(bench.link('link=elm327'), [...words, ...extra]), {
        exit: 3,
        code: 'block.absent',
        message: /KOMBI has no block 3301/,
        hint: /the masks lie in 3001; `kombi messages hide <id>` finds the block/,
      });
    }
  });

  it('a message beyond the masks of the car', async () => {
    await refused((extra) => bench.on(bench.link('link=elm327'), ['messages', 'show', '9999', ...extra]), {
      exit: 2,
      code: 'usage.message',
      message: /group 157, but block CC_ID_Sperre has 40 groups/,
      hint: /0 to 2559/,
    });
  });

  it('an ECU that the car does not have', async () => {
    await refused((extra) => bench.on(bench.link(), ['code', '99:3301.@25=F7', ...extra]), {
      exit: 3,
      code: 'ecu.absent',
      message: /99/,
      hint: /./,
    });
  });

  it('a car without Check Control masks', async () => {
    bench.profile = 'f15';
    await refused((extra) => bench.on(bench.link('link=elm327'), ['messages', 'hide', '299', ...extra]), {
      exit: 3,
      code: 'coding.no-mask',
      message: /masks/,
      hint: /kombi blocks KOMBI/,
    });
  });

  it('an old value that does not match; the bit edit is offered', async () => {
    await refused((extra) => bench.on(bench.link('link=elm327'), ['code', 'KOMBI:3301/CC_ACTIVIERUNG_6.5=FF:F7', ...extra]), {
      exit: 3,
      code: 'coding.old-value-differs',
      message: /holds DF in this car, not FF/,
      hint: /KOMBI:3301\/CC_ACTIVIERUNG_6\.5\.3=0/,
    });
  });

  it.each(['33', '31', '22'])('an ECU that refuses the write with 7F 2E %s', async (nrc) => {
    const accept = ['--accept', await planId()];
    await refused((extra) => bench.on(bench.link('link=elm327', `fault=nrc:${nrc},service=2E`), ['code', BIT, ...accept, ...extra]), {
      exit: 3,
      code: 'uds.negative-response',
      message: new RegExp(`KOMBI 3301: the ECU refused the write with ${nrc} .*Nothing was written to WBA6C92010D000001`),
      hint: /./,
    });
    bench.files = { backups: 2, journals: ['ABORTED', 'ABORTED'] };
  });

  it('low voltage', async () => {
    const accept = ['--accept', await planId()];
    await refused((extra) => bench.on(bench.link('link=elm327', 'fault=voltage:11.5'), ['code', BIT, ...accept, ...extra]), {
      exit: 3,
      code: 'car.voltage-low',
      message: /11\.5 V/,
      hint: /charger/,
    });
  });

  it("another car than the backup's", async () => {
    bench.profile = 'f13-m6';
    const other = bench.link('link=elm327');
    const made = jsonOf(await bench.on(other, ['backup', 'create', '--ecu', 'KOMBI', '--json']));
    bench.profile = 'f06-sos';
    await refused((extra) => bench.on(bench.link('link=elm327'), ['restore', made.result.id, '--block', 'KOMBI:3000', ...extra]), {
      exit: 3,
      code: 'car.other',
      message: new RegExp(`${made.result.vin}.*WBA6C92010D000001`),
      hint: /./,
    });
    bench.files = { backups: 1, journals: [] };
  });

  it('an archive that cannot be written', async () => {
    const file = join(bench.folder, 'a-file');
    writeFileSync(file, '');
    const accept = ['--accept', await planId()];
    await refused((extra) => bench.on(bench.link('link=elm327'), ['code', BIT, ...accept, '--archive', '/proc/kombi', ...extra]), {
      exit: 3,
      code: 'archive.not-writable',
      message: /\/proc\/kombi/,
      hint: /--archive/,
    });
    expect(existsSync('/proc/kombi')).toBe(false);
  });

  it.each(['clone-wican'])('an adapter that is not fit to write: %s', async (adapter) => {
    const run = await bench.on(bench.link('link=elm327', `adapter=${adapter}`), ['code', BIT, '--accept', await planId(), '--json']);
    const line = jsonOf(run);
    expect(run.exit).toBe(3);
    expect(line.vehicle).toBe('untouched');
    expect(line.error.code).toMatch(/^adapter\./);
  });
});

describe('a link that fails', () => {
  it('a port that is not there', async () => {
    await refused((extra) => bench.on('elm327:///dev/kombi-no-such-port', ['code', BIT, ...extra]), {
      exit: 8,
      code: 'link.no-such-port',
      message: /\/dev\/kombi-no-such-port/,
      hint: /kombi adapters/,
    });
  });

  it('a port that speaks but is no ELM327', async () => {
    await refused((extra) => bench.on(bench.link('link=elm327', 'adapter=not-elm'), ['code', BIT, ...extra]), {
      exit: 8,
      code: 'link.not-an-elm327',
      message: /no ELM327/,
      hint: /baud/,
    });
  });

  it('a gateway that never answers', async () => {
    await refused((extra) => bench.on(bench.link('fault=silent'), ['info', ...extra]), {
      exit: 8,
      code: 'link.no-ack',
      message: /did not acknowledge/,
      hint: /ignition/,
    });
  }, 20_000);

  it('a length field of 4 GiB', async () => {
    await refused((extra) => bench.on(bench.link('fault=length:FFFFFFFF'), ['info', ...extra]), {
      exit: 8,
      code: 'link.hsfz-malformed',
      message: /4294967295 bytes/,
      hint: /gateway/,
    });
  });

  it('a port where nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    await new Promise((resolve) => server.close(resolve));
    await refused((extra) => bench.on(`enet://127.0.0.1:${port}`, ['info', ...extra]), {
      exit: 8,
      code: 'link.refused',
      message: new RegExp(`:${port}`),
      hint: /port/,
    });
  });

  it('an adapter pulled before the first write', async () => {
    const run = await bench.on(bench.link('link=elm327', 'fault=unplug,service=22,did=3301'), [
      'code',
      BIT,
      '--accept',
      await planId(),
      '--json',
    ]);
    const line = jsonOf(run);
    expect(line).toMatchObject({ vehicle: 'untouched', error: { code: expect.stringMatching(/^link\./) } });
    expect(run.exit).toBe(3);
  });

  it('an adapter pulled in the middle of the write: the way back is told, and nothing more is written before it', async () => {
    const accept = ['--accept', await planId()];
    const run = await bench.on(bench.link('link=elm327', 'fault=unplug,service=2E'), ['code', BIT, ...accept, '--json']);
    const line = jsonOf(run);
    expect(run.exit).toBe(5);
    expect(line.vehicle).toBe('unknown');
    expect(line.error.message).toMatch(/3301 may be old or new/);
    expect(line.error.hint).toMatch(/kombi recover/);

    for (const words of [['code', BIT, ...accept], ['code', BIT, '--dry-run'], ['undo']]) {
      const next = await bench.on(bench.link('link=elm327'), [...words, '--json']);
      expect(next.exit).toBe(5);
      expect(jsonOf(next)).toMatchObject({
        vehicle: 'unknown',
        error: { code: 'job.open', hint: expect.stringContaining('kombi recover') },
      });
    }
    const reading = await bench.on(bench.link('link=elm327'), ['read', '60:3301.@25']);
    expect(reading.exit).toBe(0);
    expect(reading.stderr).toContain('kombi recover');

    const recovered = await bench.on(bench.link('link=elm327'), ['recover', '--yes', '--json']);
    expect([0, 4]).toContain(recovered.exit);
    bench.files = { backups: 1, journals: [recovered.exit === 0 ? 'ABORTED' : 'ROLLED_BACK'] };
  });
});

describe('backups', () => {
  it.each([
    ['edited', (text: string) => text.replace(/FF FF FF FF/, 'FF FF FF F7')],
    ['truncated', (text: string) => text.slice(0, -200)],
  ])('an %s backup is refused by every command that would use it', async (_, damage) => {
    const link = bench.link('link=elm327');
    const { id } = jsonOf(await bench.on(link, ['backup', 'create', '--ecu', 'KOMBI', '--json'])).result;
    const [path = ''] = bench.backupPaths();
    const text = readFileSync(path, 'utf8');
    const damaged = damage(text.includes('FF FF FF FF') ? text : text.replace(/FFFFFFFF/, 'FF FF FF FF'));
    expect(damaged).not.toBe(text);
    chmodSync(path, 0o600);
    writeFileSync(path, damaged);
    for (const words of [
      ['restore', id, '--block', 'KOMBI:3301'],
      ['backup', 'show', id],
      ['backup', 'verify', id],
      ['backup', 'verify', '--all'],
    ]) {
      await refused((extra) => bench.on(link, [...words, ...extra]), {
        exit: 9,
        code: 'archive.damaged',
        message: new RegExp(id),
        hint: /./,
      });
    }
    bench.files = { backups: 1, journals: [] };
  });
});

describe('two programs at once', () => {
  it('the second one is turned away with 7, and the first one goes on', async () => {
    let second: Run | undefined;
    const first = await bench.on(bench.link('link=elm327'), ['code', BIT], {
      answers: ['D000001'],
      whenAsked: async () => {
        second = await bench.on(bench.link('link=elm327'), ['code', BIT, '--json']);
      },
    });
    expect(second?.exit).toBe(7);
    expect(jsonOf(second ?? { stdout: '' })).toMatchObject({ vehicle: 'untouched', error: { code: 'lock.held' } });
    expect(first.exit).toBe(0);
    bench.car = ['ecus.60.blocks.3301.@25.3 1→0'];
    bench.files = { backups: 1, journals: ['COMMITTED'] };
  });
});
