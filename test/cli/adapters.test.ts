import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { adapterNotes } from '../../src/cli/adapter-notes.ts';
import { candidatesOf } from '../../src/cli/find-links.ts';
import { startElm327TcpServer } from '../../src/mock/elm327/index.ts';
import { startMockCar } from '../../src/mock/index.ts';
import type { AdapterFindings } from '../../src/transport/elm327/index.ts';
import { jsonOf, useBench } from './support/bench.ts';

const bench = useBench();
const on = (adapter: string) => bench.link('link=elm327', `adapter=${adapter}`);
const PROBE = ['adapters', '--probe'];

describe('kombi adapters', () => {
  it.each([
    [
      { path: '/dev/ttyUSB0', manufacturer: 'FTDI', vendorId: '0403', productId: '6001' },
      'elm327:///dev/ttyUSB0',
      'serial port, FTDI (a K+DCAN cable: dcan:///dev/ttyUSB0)',
    ],
    [
      { path: 'COM3', manufacturer: 'FTDI', vendorId: '0403', productId: '6015' },
      'elm327:COM3',
      'serial port, FTDI (a K+DCAN cable: dcan:COM3)',
    ],
    [{ path: '/dev/ttyUSB1', vendorId: '1a86', productId: '7523' }, 'elm327:///dev/ttyUSB1', 'serial port'],
    [{ path: '/dev/rfcomm0' }, 'elm327:///dev/rfcomm0', 'serial port'],
  ])('offers %j as %s', (port, link, what) => {
    expect(candidatesOf({ gateways: [], ports: [port] })).toEqual([{ link, what }]);
  });

  it('does not offer a port that waits to be called over Bluetooth', () => {
    expect(candidatesOf({ gateways: [], ports: [{ path: '/dev/cu.Bluetooth-Incoming-Port' }] })).toEqual([]);
  });
});

describe('kombi adapters --probe', () => {
  it.each([
    ['clone-1.5', 0, 'may-write', /^ {2}May write: it has proved itself in this car/m],
    ['clone-wican', 0, 'read-only', /^ {2}Read only: it lacks what coding needs: ATAL \(long messages\)/m],
    ['emulator', 3, 'unusable', /^ {2}Unusable: it lacks what coding needs: ATPBC001 \(raw 11-bit CAN/m],
    ['silent-acceptor', 3, 'unusable', /^ {2}Unusable: it says OK to ATXX1/m],
  ] as const)('%s: exit %i, %s, and why', async (adapter, exit, verdict, text) => {
    const person = await bench.on(on(adapter), PROBE);
    expect(person).toMatchObject({ exit, stdout: expect.stringMatching(text) });
    const program = await bench.on(on(adapter), [...PROBE, '--json']);
    expect(program.exit).toBe(exit);
    expect(jsonOf(program)).toMatchObject({ ok: exit === 0, vehicle: 'untouched', result: { probed: [{ verdict }] } });
  });

  it('shows each probe, what came back and what needs the car, in 80 columns', async () => {
    const { stdout } = await bench.on(bench.link('link=elm327', 'fault=can-error'), PROBE, { columns: 80 });
    expect(stdout).toMatch(/^ {2}May write, as far as can be told without a car/m);
    expect(stdout.replace(/\n +/g, ' ')).toContain('needs the car, ignition on');
    expect(stdout).toMatch(/^ {2}yes {2}user protocol B: ATTPB → OK$/m);
    expect(stdout).toMatch(/^ {2}car {2}a car is there and answers: 10023E00 → CAN ERROR/m);
    const links = stdout.split('\n').filter((line) => line.startsWith('mock:'));
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual(links);
  });

  it('goes from port to port, and is content with one that is of use', async () => {
    const links = ['elm327://127.0.0.1:9', 'enet://127.0.0.1'];
    const run = await bench.run([...PROBE, '--json'], { links });
    expect(run.exit).toBe(8);
    expect(jsonOf(run).result.probed).toEqual([{ link: 'elm327://127.0.0.1:9', verdict: 'no-adapter', why: expect.any(String) }]);
    expect(jsonOf(await bench.run([...PROBE, '--json'])).result).toEqual({ probed: [] });
  });

  it('makes an entry to send in: raw answers, no VIN, no port; never over a file', async () => {
    const file = join(bench.folder, 'adapter.json');
    expect((await bench.on(on('stn1110'), [...PROBE, '--report', file])).exit).toBe(0);
    const text = readFileSync(file, 'utf8');
    const entry = JSON.parse(text);
    expect(entry).toMatchObject({
      format: 'kombi/adapter-report@1',
      adapters: [{ name: 'STN1110 v5.8.1', verdict: 'may-write', proven: true }],
    });
    expect(entry.adapters[0].probes).toContainEqual({
      id: 'takes-STP33',
      outcome: 'yes',
      exchanges: [{ sent: 'STP33', answer: ['OK'], silent: false, ms: expect.any(Number) }],
    });
    for (const secret of [startMockCar({ profile: 'f06-sos' }).vin, 'mock:', bench.folder, '111000000001'])
      expect(text).not.toContain(secret);
    const again = await bench.on(on('stn1110'), [...PROBE, '--report', file]);
    expect(again).toMatchObject({ exit: 2, stderr: expect.stringContaining('--report') });
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it.each([
    [['adapters', '--report', 'x.json'], 'usage.option'],
    [[...PROBE, '--link', 'mock:f06-sos'], 'usage.link'],
  ])('%j is refused', async (words, code) => {
    const run = await bench.run([...words, '--json']);
    expect([run.exit, jsonOf(run).error.code]).toEqual([2, code]);
  });
});

describe('what was found out about adapters', () => {
  const findings: AdapterFindings = {
    name: 'ELM327 v1.5',
    isStn: false,
    takes: { ATCTM5: false },
    traffic: { failed: ['raw'] },
    identity: 'x ?',
  };
  const notesIn = (home: string) => adapterNotes({ env: { XDG_CACHE_HOME: home }, platform: 'linux' });

  it('is kept by port over a real line, for the owner alone', async () => {
    const car = startMockCar({ profile: 'f06-sos' });
    const server = await startElm327TcpServer(car, { personality: 'clone-1.5', baud: 500_000 });
    const run = await bench.run([...PROBE, '--json', '--link', `elm327://127.0.0.1:${server.port}`], { env: { HOME: bench.folder } });
    await server.close();
    car.close();
    expect(jsonOf(run).result.probed[0]).toMatchObject({ verdict: 'may-write', proven: true });
    const cache = join(bench.folder, '.cache');
    expect(statSync(join(cache, 'kombi', 'adapters.json')).mode & 0o777).toBe(0o600);
    const kept = await notesIn(cache)?.find(`127.0.0.1:${server.port}`);
    expect(kept).toMatchObject({ name: 'ELM327 v1.5', takes: { ATCTM5: false }, traffic: { proven: 'raw' } });
    expect(await notesIn(cache)?.find('127.0.0.1:1')).toBeUndefined();
  });

  it('forgets a way that failed where no other was proved', async () => {
    const notes = notesIn(bench.folder);
    await notes?.keep('a', findings);
    await notes?.keep('b', { ...findings, traffic: { failed: ['raw'], proven: 'slow' } });
    expect((await notes?.find('a'))?.traffic).toEqual({});
    expect((await notes?.find('b'))?.traffic).toEqual({ failed: ['raw'], proven: 'slow' });
  });

  it.each([
    '',
    '{"format":',
    '{"format":"kombi/adapters@2","adapters":[]}',
    '{"format":"kombi/adapters@1","adapters":[{"port":"a","findings":{}}]}',
  ])('is nothing where the file is %j, and begins anew', async (text) => {
    mkdirSync(join(bench.folder, 'kombi'));
    writeFileSync(join(bench.folder, 'kombi', 'adapters.json'), text);
    const notes = notesIn(bench.folder);
    expect(await notes?.find('a')).toBeUndefined();
    await notes?.keep('a', findings);
    expect(await notes?.find('a')).toMatchObject({ name: 'ELM327 v1.5' });
  });

  it.each([
    [{ HOME: '/home/anna' }, 'linux', true],
    [{ HOME: '/Users/anna' }, 'darwin', true],
    [{ LOCALAPPDATA: 'C:\\Users\\anna\\AppData\\Local' }, 'win32', true],
    [{}, 'linux', false],
    [{ XDG_CACHE_HOME: 'cache' }, 'linux', false],
  ] as const)('has a place under %j of %s: %s', (env, platform, has) => {
    expect(adapterNotes({ env, platform }) !== undefined).toBe(has);
  });
});
