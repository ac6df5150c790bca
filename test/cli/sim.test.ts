import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import { discoverDoip } from '../../src/transport/doip/index.ts';
import { type JsonLine, jsonOf, type Run, useBench } from './support/bench.ts';

const bench = useBench();
const socat = spawnSync('socat', ['-V']).error === undefined;

/** Runs the sim while `body` works with it, then stops it as Ctrl-C does. */
async function withSim(words: readonly string[], body: (ready: JsonLine['result']) => Promise<void>): Promise<Run> {
  const stop = new AbortController();
  let told: (text: string) => void = () => {};
  const ready = new Promise<string>((resolve) => {
    told = resolve;
  });
  const running = bench.run(['sim', ...words, '--state', bench.stateFile, '--json'], { signal: stop.signal, onOutput: told });
  try {
    await body(jsonOf({ stdout: await Promise.race([ready, running.then(({ stdout }) => stdout)]) }).result);
  } finally {
    stop.abort(new Error('stopped by the test'));
  }
  return running;
}

/** The whole job, as another program does it. */
async function codeThrough(link: string): Promise<void> {
  const planned = jsonOf(await bench.run(['code', 'KOMBI:3301/CC_ACTIVIERUNG_5.5=FF:F7', '--dry-run', '--json', '--link', link]));
  const run = await bench.run([
    'code',
    'KOMBI:3301/CC_ACTIVIERUNG_5.5=FF:F7',
    '--accept',
    planned.result.plan.id,
    '--json',
    '--link',
    link,
  ]);
  expect(jsonOf(run)).toMatchObject({ ok: true, vehicle: 'changed' });
  bench.car = ['ecus.60.blocks.3301.@25.3 1→0'];
  bench.files = { backups: 1, journals: ['COMMITTED'] };
}

describe('kombi sim', () => {
  it('offers HSFZ, tells its ports, ends 0 and keeps the car', async () => {
    const run = await withSim(['f06-sos', '--enet', '0'], async (ready) => {
      expect(ready).toMatchObject({ profile: 'f06-sos', vin: 'WBA6C92010D000001', enet: { host: '127.0.0.1' }, pid: process.pid });
      expect(ready.elm327).toBeUndefined();
      await codeThrough(`enet://127.0.0.1:${ready.enet.port}?control=${ready.enet.controlPort}`);
    });
    expect(run.exit).toBe(0);
    expect(run.stdout.trimEnd().split('\n')).toHaveLength(1);
  });

  it('offers DoIP, on one port for TCP and UDP, and keeps the car', async () => {
    const run = await withSim(['--doip', '0'], async (ready) => {
      expect(ready).toMatchObject({ doip: { host: '127.0.0.1' } });
      expect(ready.enet).toBeUndefined();
      expect(await discoverDoip({ clock: systemClock, addresses: ['127.0.0.1'], port: ready.doip.port })).toMatchObject([
        { vin: ready.vin },
      ]);
      await codeThrough(`doip://127.0.0.1:${ready.doip.port}`);
    });
    expect(run.exit).toBe(0);
  });

  it('offers an ELM327 on TCP, alone or beside', async () => {
    const run = await withSim(['--elm327', '0', '--baud', '500000'], async (ready) => {
      expect(ready.enet).toBeUndefined();
      const read = await bench.run(['read', '60:3301.@25', '--json', '--link', `elm327://127.0.0.1:${ready.elm327.port}`]);
      expect(jsonOf(read).result.values[0].hex).toBe('FF');
    });
    expect(run.exit).toBe(0);
    await withSim(['--elm327', '0', '--enet', '0'], async (ready) => {
      expect([ready.elm327.port, ready.enet.port].every((port) => port > 0)).toBe(true);
    });
  });

  it.skipIf(!socat).each([
    ['elm327', ['--elm327', 'pty', '--baud', '500000'], '?baud=500000'],
    ['dcan', ['--dcan', 'pty'], ''],
  ] as const)(
    'offers %s on a serial port (needs socat)',
    async (kind, words, options) => {
      let path = '';
      await withSim(words, async (ready) => {
        path = ready[kind].path;
        expect(existsSync(path)).toBe(true);
        await codeThrough(`${kind}://${path}${options}`);
      });
      expect(existsSync(path)).toBe(false);
    },
    60_000,
  );

  it('injects faults', async () => {
    await withSim(['--fault', 'voltage:11.5'], async (ready) => {
      const info = await bench.run(['info', '--json', '--link', `enet://127.0.0.1:${ready.enet.port}`]);
      expect(jsonOf(info).result.voltage).toBe(11.5);
    });
  });

  it('ends by itself after --for', async () => {
    const run = await bench.run(['sim', '--for', '0']);
    expect(run.exit).toBe(0);
    expect(run.stdout).toMatch(/^f06-sos WBA6C92010D000001 on enet:\/\/127\.0\.0\.1:\d+\?control=\d+ \(discovery: UDP \d+\)\n$/);
  });

  it.each([
    [['f99'], 'usage.profile'],
    [['--enet', '70000'], 'usage.option'],
    [['--doip', 'x'], 'usage.option'],
    [['--dcan', 'usb'], 'usage.option'],
    [['--elm327', 'usb'], 'usage.option'],
    [['--elm327', '0', '--adapter', 'obdlink'], 'usage.option'],
    [['--fault', 'gremlin'], 'usage.fault'],
  ])('refuses %j', async (words, code) => {
    const run = await bench.run(['sim', ...words, '--for', '0', '--json']);
    expect([run.exit, jsonOf(run).error.code]).toEqual([2, code]);
  });

  it('says which port is taken', async () => {
    await withSim(['--enet', '0'], async (ready) => {
      const run = await bench.run(['sim', '--enet', String(ready.enet.port), '--for', '0', '--json']);
      expect(run.exit).toBe(8);
      expect(jsonOf(run).error.message).toContain(String(ready.enet.port));
    });
  });
});

describe('kombi demo', () => {
  it('hides the message and shows it again, on both links, and leaves the car as it was', async () => {
    const run = await bench.run(['demo', '--fast']);
    expect(run.stderr).toBe('');
    expect(run.exit).toBe(0);
    const dashboards = [...run.stdout.matchAll(/The dashboard shows\n {2}(.*)/g)].map(([, line]) => line);
    const [shown, hidden] = ['⚠ emergency call system failed (299)', 'no message'];
    expect(dashboards).toEqual([shown, hidden, shown, shown, hidden, shown]);
    expect(run.stdout.match(/Of the whole car, 1 bit changed: ecus\.60\.blocks\.3301\.@25\.3 1 → 0/g)).toHaveLength(2);
    expect(run.stdout).toContain('The whole car is as it was at the start, bit for bit.');
    expect(run.stdout).toMatch(/· ENET ·/);
    expect(run.stdout).toMatch(/· ELM327 ·/);
  }, 20_000);

  it('tells a program the same', async () => {
    const { result } = jsonOf(await bench.run(['demo', '--json']));
    expect(result.equal).toBe(true);
    expect(result.steps.map(({ shown }: { shown: number[] }) => shown.length)).toEqual([1, 0, 1, 1, 0, 1]);
  }, 20_000);
});
