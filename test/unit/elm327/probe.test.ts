import { afterEach, describe, expect, it } from 'vitest';
import { ecuAddress, fromHex, VirtualClock } from '../../../src/core/index.ts';
import { PERSONALITIES, type Personality, type PersonalityName, personalityNames, plugIn } from '../../../src/mock/elm327/index.ts';
import { startMockCar } from '../../../src/mock/index.ts';
import { type AdapterFindings, type AdapterProbe, createElm327Transport } from '../../../src/transport/elm327/index.ts';
import { openDeviceStream } from './device-stream.ts';

const sent: string[] = [];

/** Lines that the adapter keeps without power, and those by which more than a read might reach the car. */
function harmful(line: string): boolean {
  if (/^AT(?:SP|PP|CV|SD|@3)|^ST(?:WBR|RST|VCAL|BT|PXL)/.test(line)) return true;
  const stn = /^STPXD:([0-9A-F]{2})/.exec(line)?.[1];
  const frame = /^[0-9A-F]{2}(?:0[0-9A-F]|1[0-9A-F]{3})([0-9A-F]{2})/.exec(line)?.[1];
  // Consecutive frames and flow control carry no service of their own.
  const service = stn ?? (/^[0-9A-F]+$/.test(line) && !/^..[23]/.test(line) ? (frame ?? 'none') : undefined);
  return service !== undefined && !['22', '3E', '1A'].includes(service);
}

afterEach(() => {
  expect(sent.filter(harmful)).toEqual([]);
  // A bare CR repeats the last command.
  expect(sent).not.toContain('');
  sent.length = 0;
});

interface Options {
  readonly fault?: string;
  readonly known?: AdapterFindings;
}

function plugged(personality: PersonalityName | Personality, { fault, known }: Options = {}) {
  const clock = new VirtualClock();
  const car = startMockCar({ profile: 'f06-sos', clock });
  if (fault !== undefined) car.faults.add({ kind: fault, after: 0, times: Number.POSITIVE_INFINITY });
  const log: string[] = [];
  const kept: AdapterFindings[] = [];
  const transport = createElm327Transport({
    open: openDeviceStream(plugIn(car, { personality }), log),
    clock,
    description: 'the mock',
    portName: undefined,
    known,
    keep: async (findings) => void kept.push(findings),
  });
  const lines = () => log.filter((entry) => entry.startsWith('>') && entry !== '> ').map((entry) => entry.slice(1, -1));
  return { clock, car, transport, kept, lines };
}

async function probed(personality: PersonalityName | Personality, options?: Options): Promise<AdapterProbe & { readonly ms: number }> {
  const { clock, car, transport, lines } = plugged(personality, options);
  const before = JSON.stringify(car.exportState());
  const probe = await transport.probe();
  sent.push(...lines());
  expect(JSON.stringify(car.exportState())).toBe(before);
  expect(lines().slice(-2)).toEqual(probe.findings.isStn ? ['ATD', 'STPC'] : ['ATD', 'ATPC']);
  return { ...probe, ms: clock.now() };
}

function idsOf(probe: AdapterProbe, outcome: string): string[] {
  return probe.results.filter((result) => result.outcome === outcome).map(({ id }) => id);
}

const LATER = ['takes-ATCSM0', 'takes-ATCTM5', 'takes-ATCTM1', 'receive-address', 'activity', 'stn'];

describe('probing an adapter', () => {
  it.each<[PersonalityName, readonly string[]]>([
    ['genuine-1.4b', ['takes-ATCTM5', 'takes-ATCTM1', 'activity', 'stn']],
    ['genuine-2.1', ['stn']],
    ['genuine-2.3', ['stn']],
    ['clone-1.5', LATER],
    ['clone-canze', ['takes-ATCTM5', 'takes-ATCTM1', 'flow-control', 'extended-address', 'receive-address', 'activity', 'stn']],
    ['minimal', ['takes-ATCSM0', 'takes-ATCTM5', 'takes-ATR1', 'takes-ATCTM1', ...LATER.slice(3), 'response-digit']],
    ['stn1110', ['takes-ATCTM5', 'takes-ATCTM1']],
    ['stn2120', ['takes-ATCTM5', 'takes-ATCTM1']],
    ['bluetooth-100ms', ['stn']],
  ])('%s may write: the gate itself has proved it, whatever it does not do', async (name, not) => {
    const probe = await probed(name);
    expect(probe).toMatchObject({ use: 'write', proven: true, lacks: [] });
    expect(probe.why).toBeUndefined();
    expect(idsOf(probe, 'no')).toEqual(not);
  });

  it('clone-wican may only read, and what it lacks is named', async () => {
    const probe = await probed('clone-wican');
    expect(probe).toMatchObject({
      use: 'read',
      proven: false,
      why: expect.stringContaining('ATAL (long messages)'),
      lacks: [{ command: 'ATAL' }],
    });
    expect(idsOf(probe, 'not-asked')).toEqual(['long-messages']);
  });

  const ignoresAll: Personality = {
    ...PERSONALITIES.emulator,
    lacks: ['STIX'],
    ignores: [...PERSONALITIES.emulator.ignores, 'PB', 'STCSEGR'],
  };
  /** As measured of Ircama ELM327-emulator, commit 0166cbd: elm/elm.py and the AT commands of elm/obd_message.py. */
  const onlyPrompts: Personality = {
    ...PERSONALITIES['clone-1.5'],
    lacks: ['D', 'M', 'PB', 'AL', 'AT', 'CSM', 'CTM', 'R', 'FCSH', 'FCSD', 'FCSM', 'CEA', 'CRA', 'CRA hhh', 'AMC', 'JE', 'PC'],
    ignores: ['SP', 'TP', 'ST'],
    refusal: '',
    takesMs: { DPN: 501 },
  };
  const RAW = /ATPBC001 \(raw 11-bit CAN at 500 kbit\/s, for extended addresses and flow control\)/;
  const USELESS: readonly [string, PersonalityName | Personality, RegExp][] = [
    ['a program that emulates an ELM327, by what it refuses', 'emulator', RAW],
    ['an older one, which only prompts at what it does not know', onlyPrompts, RAW],
    // As jaipracash go-elm327-simulator, commit ed9fc91, was measured to do.
    ['one that says OK to anything, even to who it is', { ...PERSONALITIES['silent-acceptor'], banner: 'OK' }, /OK to ATXX1/],
  ];
  it.each<[string, PersonalityName | Personality, RegExp]>([
    ...USELESS,
    ['one that accepts that too, by what comes of it', ignoresAll, /ATTPB \(user protocol B\)/],
    ['what says OK to anything', 'silent-acceptor', /OK to ATXX1/],
  ])('knows for unusable within three seconds, and asks no car: %s', async (_, personality, why) => {
    const probe = await probed(personality);
    expect(probe).toMatchObject({ use: 'none', proven: false, why: expect.stringMatching(why) });
    expect(probe.ms).toBeLessThan(3000);
    expect(sent.filter((line) => /^(?:[0-9A-F]+|STPX.*)$/.test(line))).toEqual([]);
    expect(idsOf(probe, 'needs-car')).toEqual([]);
    expect(idsOf(probe, 'not-asked')).not.toContain('extended-address');
  });

  it.each(USELESS)('and a job that opens such a program ends as soon, by the same words: %s', async (_, personality, why) => {
    const { transport, clock, lines } = plugged(personality);
    await expect(transport.open()).rejects.toMatchObject({ code: 'adapter.unfit', exit: 3, message: expect.stringMatching(why) });
    expect(clock.now()).toBeLessThan(3000);
    expect(lines().slice(-2)).toEqual(['ATD', personality === 'emulator' ? 'STPC' : 'ATPC']);
    sent.push(...lines());
    expect(sent.filter((line) => /^(?:[0-9A-F]+|STPX.*)$/.test(line))).toEqual([]);
  });

  it('goes on past commands that leave it without a prompt, and stops in time', async () => {
    const mute = /^(?:AT(?:PB|TP|AL|R1|CSM|CTM|FC|CEA|JE|RV).*)$/;
    const probe = await probed({ ...PERSONALITIES['genuine-2.1'], mute });
    expect(probe).toMatchObject({ use: 'none', why: expect.stringContaining('ATPBC001') });
    expect(idsOf(probe, 'not-asked')).toContain('stn');
    expect(probe.results.find(({ id }) => id === 'takes-ATPBC001')?.exchanges).toMatchObject([{ silent: true, answer: [] }]);
  });

  it('tells what needs the car where none is there, and does not hold it against the adapter', async () => {
    const probe = await probed('clone-1.5', { fault: 'can-error' });
    expect(probe).toMatchObject({ use: 'write', proven: false });
    expect(probe.why).toBeUndefined();
    expect(idsOf(probe, 'needs-car')).toEqual(['car', 'short-frames', 'no-spaces', 'timeout', 'response-digit', 'long-messages']);
  });

  it('an adapter that loses frames of long answers may only read', async () => {
    const probe = await probed('clone-1.5', { fault: 'cf-lost' });
    expect(probe).toMatchObject({ use: 'read', proven: false, why: expect.stringContaining('long messages') });
    expect(idsOf(probe, 'no')).toContain('long-messages');
  });

  it('finds what only pretends: spaces, timeout and number of answers that are accepted and ignored', async () => {
    const probe = await probed({ ...PERSONALITIES['clone-1.5'], ignores: ['S', 'ST', 'response digit'] });
    expect(idsOf(probe, 'no')).toEqual(expect.arrayContaining(['no-spaces', 'timeout']));
    expect(probe).toMatchObject({ use: 'read', lacks: [{ command: 'ATS0' }] });
  });

  it('is no leave to write: the link opened next has to prove itself', async () => {
    const { transport, lines } = plugged('genuine-2.1');
    expect((await transport.probe()).proven).toBe(true);
    await transport.open();
    expect(transport.capabilities.writesProven).toBe(false);
    await transport.dispose();
    sent.push(...lines());
  });

  it('throws where nobody answers who could be probed', async () => {
    await expect(probed('not-elm')).rejects.toMatchObject({ code: 'link.not-an-elm327', exit: 8 });
  });

  it('is tried on every adapter that the mock has', async () => {
    for (const name of personalityNames().filter((each) => each !== 'not-elm')) {
      const end = await probed(name).then(
        () => 'probed',
        (error: { code?: string }) => error.code,
      );
      expect(end).toMatch(/^probed$|^link\./);
    }
  });
});

describe('what was found out is kept for the next time', () => {
  async function session(personality: PersonalityName | Personality, known?: AdapterFindings) {
    const { transport, kept, lines } = plugged(personality, known === undefined ? {} : { known });
    await transport.open();
    await transport.send(ecuAddress(0x60), fromHex('22F186'));
    await Promise.resolve(transport.receive(transport.clock.now() + 1000)).catch(() => {});
    const proven = await transport.proveWrites?.(ecuAddress(0x60)).catch((error: unknown) => error);
    await transport.dispose();
    sent.push(...lines());
    return { proven, findings: kept.at(-1), lines: lines() };
  }

  it('and not asked again where the answer was no', async () => {
    const first = await session('clone-1.5');
    const again = await session('clone-1.5', first.findings);
    expect(first.lines.filter((line) => !again.lines.includes(line))).toEqual(['ATCSM0', 'ATCTM5']);
    expect(first.findings?.identity).toBe('OBDII to RS232 Interpreter ?');
    expect((await probed('clone-1.5')).findings.identity).toBe(first.findings?.identity);
    expect(again).toMatchObject({ proven: true, findings: first.findings });
  });

  it('and forgotten where another adapter has the same name', async () => {
    const { findings } = await session('stn1110');
    const known = findings && { ...findings, takes: { ...findings.takes, ATE0: false } };
    expect((await session('stn1110', known)).lines).not.toContain('ATE0');
    const stn = { ...PERSONALITIES.stn1110.stn, serialNumber: '111000000009' };
    const other = await session({ ...PERSONALITIES.stn1110, stn }, known);
    expect(other.lines).toContain('ATE0');
    expect(other.findings?.identity).toContain('111000000009');
  });

  it('allows no write that the adapter does not earn: a liar under a trusted name is found out by the proof', async () => {
    const known = (await session('clone-1.5')).findings;
    const liar: Personality = { ...PERSONALITIES['silent-acceptor'], banner: 'ELM327 v1.5' };
    expect((await session(liar, known)).proven).toMatchObject({ code: expect.stringMatching(/^adapter\.unfit|^link\./) });
    const boasting = known && { ...known, traffic: { proven: 'raw' as const } };
    expect((await session('clone-wican', boasting)).proven).toMatchObject({ code: 'adapter.unfit', exit: 3 });
  });
});
