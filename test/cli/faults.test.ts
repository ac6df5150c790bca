import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../src/cli/text.ts';
import { jsonOf, useBench } from './support/bench.ts';

const bench = useBench();
const B7F341 = [expect.objectContaining({ ecu: '61', code: 'B7F341', present: true })];
const CLEARED = expect.stringMatching(/^ecus\.61\.troubleCodes/);
/** All of f20-faults cleared, where one code is stored anew at once. */
const NEW_AT_61 = ['ecus.61.troubleCodes.0.occurrences 7→1', 'ecus.61.troubleCodes.0.seconds 151873086→151873087'];
const AT_60 = [0, 1].map((index) => `ecus.60.troubleCodes.${index} [object Object]→undefined`);
const AT_12 = 'ecus.12.troubleCodes.0 [object Object]→undefined';

/** `60 B7F655` of every fault in a result. */
const codes = (faults: readonly { ecu: string; code: string }[]) => faults.map(({ ecu, code }) => `${ecu} ${code}`);

/** A link in virtual time: nobody waits for the silence that ends a question to all. */
const quick = (...options: readonly string[]) => bench.link('link=elm327', 'baud=115200', ...options);

describe('faults', () => {
  it('lists the codes of every ECU, each with what it means there, and how much the info memories hold', async () => {
    bench.profile = 'f20-faults';
    const { stdout, exit } = await bench.on(bench.link(), ['faults']);
    expect(exit).toBe(0);
    expect(stdout.split('\n')).toEqual([
      'DME 12    030E05  stored   no public meaning known',
      'KOMBI 60  B7F655  stored   outside temperature sensor, short circuit to supply',
      'KOMBI 60  B7F341  stored   no public meaning known',
      'ATM 61    B7F341  present  backup battery defective',
      '',
      'Info memory (events that the ECUs note; no faults, and not cleared):',
      '  CAS 40  2 entries',
      '',
    ]);
  });

  it('tells of one ECU all that it keeps, and shows raw what nobody can decode', async () => {
    bench.profile = 'f20-faults';
    const { stdout } = await bench.on(quick(), ['faults', 'DME']);
    expect(stdout.split('\n').map((line) => line.trim())).toEqual([
      'DME 12  030E05  stored  no public meaning known',
      'status 28: stored, failed since it was last cleared',
      "snapshot 01: 90348 km, 130163158 s (1506 days of the car's clock)",
      'not decoded: 17 02 00 00 00 17 50 AA',
      'extended data: 01 = 00, 02 = 01',
      '',
    ]);
    const info = await bench.on(quick(), ['faults', 'CAS']);
    expect(info.stdout).toContain("CAS 40  80408B  status 2C; 94245 km, 157575529 s (1823 days of the car's clock)");
  });

  it('has all of it in JSON, decoded and as it came', async () => {
    bench.profile = 'f20-faults';
    const { result } = jsonOf(await bench.on(quick(), ['faults', '--details', '--json']));
    expect(codes(result.faults)).toEqual(['12 030E05', '60 B7F655', '60 B7F341', '61 B7F341']);
    expect(result.faults[0]).toMatchObject({
      status: '28',
      statusAvailability: 'FF',
      states: ['confirmed', 'testFailedSinceLastClear'],
      present: false,
      snapshots: {
        hex: '01041700' + '0160EC' + '170107C221D6' + '1702000000' + '1750AA',
        records: [{ number: 1, count: 4, mileageKm: 90_348, timeS: 130_163_158 }],
        rest: '17020000001750AA',
      },
      extendedData: { hex: '01000201', records: [{ number: 1 }, { number: 2, value: 1 }] },
    });
    expect(result.faults[1]).toMatchObject({
      evidence: 'published',
      source: 'kombi-sgbd',
      states: ['confirmed'],
      statusAvailability: '4D',
    });
    expect(result.faults[2]).not.toHaveProperty('text');
    expect(codes(result.info)).toEqual(['40 400002', '40 80408B']);
    expect(result.unread).toEqual([]);
  });

  it('speaks German where it is asked to', async () => {
    bench.profile = 'f20-faults';
    const { stdout } = await bench.on(quick(), ['faults', '61', '--lang', 'de']);
    expect(stdout).toContain('ATM 61  B7F341  vorhanden  Notstrombatterie defekt');
    expect(stdout).toContain('Status 2F: jetzt vorhanden, in diesem Betriebszyklus aufgetreten, vorläufig, gespeichert');
  });

  it.each([40, 80, 200])('fits into %i columns', async (columns) => {
    bench.profile = 'f20-faults';
    for (const words of [
      ['faults', '--details'],
      ['faults', 'CAS'],
      ['faults', '--explain', 'B7F655'],
    ]) {
      const { stdout } = await bench.on(quick(), words, { env: { COLUMNS: String(columns) } });
      expect(stdout.split('\n').filter((line) => displayWidth(line) > columns)).toEqual([]);
    }
  });

  it('goes on past an ECU that is silent or refuses, and names it', async () => {
    bench.profile = 'f20-faults';
    const run = await bench.on(quick('fault=nrc:22,service=19,ecu=60', 'fault=ignore,service=19,ecu=12'), [
      'faults',
      '--json',
      '--timeout',
      '50',
    ]);
    const { result } = jsonOf(run);
    expect(codes(result.faults)).toEqual(['61 B7F341']);
    expect(result.unread).toEqual([
      expect.objectContaining({ ecu: '12', name: 'DME', code: 'ecu.no-response' }),
      expect.objectContaining({ ecu: '60', name: 'KOMBI', code: 'uds.negative-response' }),
    ]);
    expect(run.stderr).toContain('DME 12 does not tell its trouble codes');
    const silent = await bench.on(quick('fault=nrc:22,service=19'), ['faults']);
    expect(silent.stdout).toMatch(/^No trouble code is stored where it is told\. Not told by: ZGW 10, DME 12, .*ATM 61\n/);
  });
});

describe('faults --clear', () => {
  it('saves and clears what is stored once somebody says yes, and tells what was there and what is left', async () => {
    const run = await bench.on(quick(), ['faults', 'ATM', '--clear', '--yes', '--json']);
    expect(run.exit).toBe(0);
    const { result, vehicle } = jsonOf(run);
    expect(vehicle).toBe('changed');
    expect(result).toMatchObject({ before: B7F341, faults: [], cameBack: [], new: [] });
    expect(codes(result.gone)).toEqual(['61 B7F341']);
    const shown = jsonOf(await bench.run(['backup', 'show', result.backup, '--json'])).result;
    expect(shown).toMatchObject({ complete: false, blocks: [] });
    const kept = { ecu: '61', code: 'B7F341', status: '2F', snapshots: '0102170001B5701701090D663E', extendedData: '01000207' };
    expect(shown.troubleCodes).toEqual([kept]);
    const text = await bench.run(['backup', 'show', result.backup]);
    expect(text.stdout).toContain('  B7F341  status 2F  backup battery defective');
    bench.car = [CLEARED];
    bench.files = { backups: 1, journals: [] };
  });

  it('says plainly which codes are back at once, and ends 0: the car still has the fault', async () => {
    bench.profile = 'f20-faults';
    const run = await bench.on(quick(), ['faults', '--clear', '--yes']);
    expect(run.exit).toBe(0);
    expect(run.stdout.split('\n').slice(1)).toEqual([
      'Cleared, and gone when read again:',
      'DME 12    030E05  stored  no public meaning known',
      'KOMBI 60  B7F655  stored  outside temperature sensor, short circuit to supply',
      'KOMBI 60  B7F341  stored  no public meaning known',
      'Cleared, and there again at once: the car still has this fault.',
      'ATM 61  B7F341  present  backup battery defective',
      '',
    ]);
    bench.car = [AT_12, ...AT_60, ...NEW_AT_61];
    bench.files = { backups: 1, journals: [] };
  });

  it('asks a person, who may say no', async () => {
    const run = await bench.on(quick(), ['faults', '--clear'], { answers: [false] });
    expect(run.questions).toEqual(['Clear 1 trouble code? What they tell of when and how they came is saved first.']);
    expect(run).toMatchObject({ exit: 3, stderr: expect.stringContaining('B7F341') });
  });

  it('does nothing where nobody can be asked', async () => {
    const run = await bench.on(quick(), ['faults', '--clear', '--json']);
    expect(run.exit).toBe(3);
    expect(jsonOf(run)).toMatchObject({ vehicle: 'untouched', error: { code: 'consent.missing' } });
  });

  it('ends 3 where the ECU refuses, with its codes as before', async () => {
    const run = await bench.on(quick('fault=nrc:22,service=14'), ['faults', '--clear', '--yes', '--json']);
    expect(run.exit).toBe(3);
    expect(jsonOf(run)).toMatchObject({ vehicle: 'untouched', error: { code: 'uds.negative-response' } });
    bench.files = { backups: 1, journals: [] };
  });

  it('ends 11 where one of several refuses, and says what became of each', async () => {
    bench.profile = 'f20-faults';
    const run = await bench.on(quick('fault=nrc:22,service=14,ecu=60'), ['faults', '--clear', '--yes', '--json']);
    expect(run.exit).toBe(11);
    const { vehicle, error } = jsonOf(run);
    expect([vehicle, error.code]).toEqual(['changed', 'faults.partly-cleared']);
    expect(error.message).toMatch(/DME 12: cleared\nKOMBI 60: as before; still there: B7F655, B7F341.*\nATM 61: cleared/);
    bench.car = [AT_12, ...NEW_AT_61];
    bench.files = { backups: 1, journals: [] };
  });

  it('has nothing to clear on an ECU without codes', async () => {
    const run = await bench.on(quick(), ['faults', 'KOMBI', '--clear', '--json']);
    expect(jsonOf(run)).toMatchObject({ ok: true, vehicle: 'untouched', result: { faults: [], before: [] } });
  });
});

describe('faults --save', () => {
  it('keeps the codes to compare with later, and clears nothing', async () => {
    bench.profile = 'f20-faults';
    const run = await bench.on(quick(), ['faults', '--save', '--json']);
    const { result, vehicle } = jsonOf(run);
    expect([run.exit, vehicle]).toEqual([0, 'untouched']);
    const shown = jsonOf(await bench.run(['backup', 'show', result.backup, '--json'])).result;
    expect(codes(shown.troubleCodes)).toEqual(codes(result.faults));
    const since = jsonOf(await bench.on(quick(), ['faults', 'ATM', '--since', result.backup, '--json'])).result;
    expect([codes(since.gone), codes(since.stillThere), codes(since.new)]).toEqual([[], ['61 B7F341'], []]);
    bench.files = { backups: 1, journals: [] };
  });
});

describe('faults --since', () => {
  it('compares the codes now with those saved before clearing', async () => {
    bench.profile = 'f20-faults';
    const { backup } = jsonOf(await bench.on(quick(), ['faults', '--clear', '--yes', '--json'])).result;
    const since = jsonOf(await bench.on(quick(), ['faults', '--since', backup, '--json']));
    expect(since.vehicle).toBe('untouched');
    expect(codes(since.result.gone)).toEqual(['12 030E05', '60 B7F655', '60 B7F341']);
    expect(codes(since.result.stillThere)).toEqual(['61 B7F341']);
    expect(since.result.new).toEqual([]);
    const { stdout } = await bench.on(quick(), ['faults', '--since', backup]);
    expect(stdout).toMatch(/^Gone since the backup:\n.*030E05[\s\S]*Still there:\nATM 61 {2}B7F341 {2}present/);
    const other = await bench.on('mock:f06-sos?link=elm327', ['faults', '--since', backup, '--json']);
    expect([other.exit, jsonOf(other).error.code]).toEqual([3, 'car.other']);
    bench.car = [AT_12, ...AT_60, ...NEW_AT_61];
    bench.files = { backups: 1, journals: [] };
  });
});

describe('faults --explain', () => {
  const explain = async (...words: readonly string[]) => jsonOf(await bench.run(['faults', ...words, '--json'])).result.explained[0];

  it.each([
    ['B7F655', ['60']],
    ['B7F8F9', ['63']],
    ['E1142C', []],
  ])('says of %s that S2 names it and nobody confirms it, without a car', async (code, ecus) => {
    const { known, named } = await explain('--explain', code);
    expect(known.map(({ ecu }: { ecu: string }) => ecu)).toEqual(ecus);
    expect(named).toEqual([
      expect.objectContaining({ by: 'S2', confirmed: false, finding: expect.stringContaining('do not bear that out') }),
    ]);
    const { stdout, exit } = await bench.run(['faults', '--explain', code]);
    expect([exit, stdout]).toEqual([0, expect.stringContaining('Named in S2, meaning not publicly confirmed.')]);
  });

  it('gives the backup battery codes with both of their sources', async () => {
    for (const code of ['b7f341', '0xB7F343']) {
      const { known, named } = await explain('--explain', code);
      expect(named).toEqual([]);
      expect(known).toEqual([expect.objectContaining({ ecu: '61', text: expect.stringContaining('battery'), evidence: 'published' })]);
      expect(known[0].sources.map(({ id }: { id: string }) => id)).toEqual(['telematics-sgbd', 'reading-specialist']);
    }
  });

  it('does not hint, where an ECU is named, at what the code means on another', async () => {
    const { known, named } = await explain('ATM', '--explain', 'B7F655');
    expect(known).toEqual([]);
    expect(named).toEqual([expect.not.objectContaining({ finding: expect.anything() })]);
    const { stdout } = await bench.run(['faults', 'ATM', '--explain', 'B7F655']);
    expect(stdout).toContain('ATM 61  no public meaning known here');
    expect(stdout).not.toMatch(/temperature|KOMBI|cluster/);
  });

  it('knows whose coding fault it is by the address in it, takes several codes, and speaks German', async () => {
    const { stdout } = await bench.run(['faults', '--explain', '021208', '--explain', '123456', '--lang', 'de']);
    expect(stdout).toMatch(/021208\n {2}DME 12 {2}nicht codiert/);
    expect(stdout).toMatch(/123456\n {2}Es ist keine öffentliche Bedeutung bekannt/);
  });

  it.each(['B7F34', 'hello', ''])('refuses "%s" as no code', async (code) => {
    const run = await bench.run(['faults', '--explain', code, '--json']);
    expect([run.exit, jsonOf(run).error.code]).toEqual([2, 'usage.trouble-code']);
  });

  it('is one thing to do, clearing another', async () => {
    const run = await bench.run(['faults', '--explain', 'B7F341', '--clear', '--json']);
    expect([run.exit, jsonOf(run).error.code]).toEqual([2, 'usage.option']);
  });
});
