import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../src/cli/text.ts';
import { jsonOf, type RunOptions, useBench } from './support/bench.ts';

const bench = useBench();

/** On virtual time, so that an ECU that stays silent costs none. */
const link = (...options: string[]) => bench.link('link=elm327', ...options);

async function infoLines(words: readonly string[], columns: string, options: RunOptions = {}): Promise<readonly string[]> {
  const { stdout, exit } = await bench.on(link('fault=ignore,ecu=61'), ['info', ...words], { env: { COLUMNS: columns }, ...options });
  expect(exit).toBe(0);
  return stdout.trimEnd().split('\n');
}

describe('kombi info on a screen', () => {
  it('tells what the car says of itself, and each ECU in a line where there is room', async () => {
    const lines = await infoLines([], '200');
    expect(lines.slice(0, lines.indexOf('12 ECUs · 1 silent') + 1)).toEqual([
      'WBA6C92010D000001 · 640d Gran Coupé (F06) · ELM327 · 13.4 V',
      '',
      'VIN          BMW AG · number D000001',
      'Built to     the standard of 03/2015, by the criterion of the vehicle order',
      'Newest ECU   made 2015-03-12',
      'Order        F006 6C92 · paint 0475 · upholstery LCSW · 18 options',
      'I-level      F010-15-03-505 · last F010-15-03-505 · as shipped F010-15-03-502',
      'Coding       F06 with I-level F010-15-03-505: F-series coding data are not signed',
      'Gateway      ZGW 10',
      'Link         ELM327 to the mock car f06-sos',
      'Voltage      13.4 V, told by DME 12',
      'Ignition     on, whether the engine runs is not told',
      'Energy mode  none',
      'Mileage      112384 km',
      '',
      '12 ECUs · 1 silent',
    ]);
    expect(lines.filter((line) => /^[0-9A-F]{2} {2}/.test(line))).toHaveLength(12);
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^60 {2}KOMBI +instrument cluster +7E570600000060010001 +supplier 000059 +2015-03-12 +CAFD_7E570601_001_000_000 and 10 units more$/,
      ),
    );
    expect(lines).toContainEqual(expect.stringMatching(/^61 {2}ATM +.* silent: listed by the gateway, answers nothing$/));
  });

  it.each([40, 80])('fits %i columns, and tells the same', async (columns) => {
    const lines = await infoLines([], String(columns));
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(columns);
    const words = lines.join(' ').replace(/ +/g, ' ');
    for (const said of [
      'F010-15-03-502',
      '13.4 V, told by DME 12',
      'KOMBI 60 instrument cluster · 7E570600000060010001 · supplier 000059 · 2015-03-12 · CAFD_7E570601_001_000_000 and 10 units more',
      'ATM 61 emergency call and telematics · silent: listed by the gateway, answers nothing',
    ]) {
      expect(words).toContain(said);
    }
  });

  it('tells the order in full where that is asked for', async () => {
    const lines = await infoLines(['--order'], '200');
    expect(lines).toContain('Options (18)  1CA 205 248 302 322 423 430 494 502 534 552 575 601 609 688 6AC 6NH 8KA');
    expect(lines).toContain('E-words (0)   none');
  });

  it('tells one ECU in full, and looks for no other', async () => {
    const { stdout } = await bench.on(link('fault=ignore,ecu=61'), ['info', '--ecu', 'kombi']);
    const [, one = ''] = stdout.split('\n\nKOMBI 60 · ');
    expect(one.trimEnd().split('\n')).toEqual([
      'instrument cluster',
      'Serial       7E570600000060010001',
      'Supplier     000059',
      'Date         2015-03-12',
      'Programmed   2015-03-12 · in order',
      'Fingerprint  8A04D200001000000001',
      '',
      'HWEL_7E570660_002_000_000',
      'BTLD_7E570660_003_001_000',
      ...Array.from({ length: 8 }, (_, index) => `SWFL_7E570660_0${String(index + 4).padStart(2, '0')}_010_0${index + 11}`),
      'CAFD_7E570601_001_000_000  coding data',
    ]);
    expect(stdout).not.toMatch(/silent|ATM/);
  });
});

describe('kombi info for programs', () => {
  it('has every fact in a field, with null where the car does not say', async () => {
    const { result } = jsonOf(await bench.on(link('fault=ignore,ecu=61', 'fault=nrc:31,did=100A'), ['info', '--json']));
    expect({ ...result, ecus: undefined }).toEqual({
      vin: 'WBA6C92010D000001',
      vinSource: '10',
      series: 'F06',
      family: 'F',
      model: '640d Gran Coupé',
      typeKey: '6C92',
      manufacturer: 'BMW AG',
      productionDate: '2015-03',
      newestEcu: '2015-03-12',
      iLevel: 'F010-15-03-505',
      iLevels: { current: 'F010-15-03-505', last: 'F010-15-03-505', shipment: 'F010-15-03-502' },
      order: {
        criterion: '0315',
        series: 'F006',
        type: '6C92',
        paint: '0475',
        upholstery: 'LCSW',
        options: '1CA 205 248 302 322 423 430 494 502 534 552 575 601 609 688 6AC 6NH 8KA'.split(' '),
        eWords: [],
        hoWords: [],
        damage: null,
      },
      coding: { rule: 'plain', reason: expect.any(String) },
      protocol: 'uds',
      gateway: { address: '10', name: 'ZGW' },
      voltage: 13.4,
      voltageSource: '12',
      ignition: 'on',
      engine: null,
      energyMode: null,
      mileageKm: 112_384,
      link: 'ELM327 to the mock car f06-sos',
    });
    expect(result.ecus).toHaveLength(12);
    const byAddress = new Map(result.ecus.map((ecu: { address: string }) => [ecu.address, ecu]));
    expect(byAddress.get('10')).toEqual({
      address: '10',
      name: 'ZGW',
      title: 'central gateway',
      serial: '7E570600000010010001',
      supplier: '000033',
      date: '2015-03-12',
      cafds: [],
      software: expect.arrayContaining(['BTLD_7E570610_003_001_000']),
      svk: {
        programmingStatus: '0101',
        date: '2015-03-12',
        fingerprint: '8A04D200001000000001',
        complete: true,
        raw: expect.stringMatching(/^01010005150312/),
      },
      found: ['broadcast', 'list'],
      silent: false,
    });
    expect(byAddress.get('61')).toEqual({
      address: '61',
      name: 'ATM',
      title: 'emergency call and telematics',
      serial: null,
      supplier: null,
      date: null,
      cafds: [],
      software: [],
      svk: null,
      found: ['list'],
      silent: true,
    });
  });

  it('tells an ECU that refuses all that is asked of it as one that answers nothing of itself', async () => {
    const { result } = jsonOf(await bench.on(link('fault=nrc:31,ecu=61'), ['info', '--json']));
    const atm = result.ecus.find((ecu: { address: string }) => ecu.address === '61');
    expect(atm).toMatchObject({ serial: null, supplier: null, svk: null, software: [], silent: false, found: ['broadcast', 'list'] });
  });

  it('says what the car’s own order does not', async () => {
    const { result } = jsonOf(await bench.on(link('fault=nrc:31,did=3F06', 'fault=nrc:31,did=100B'), ['info', '--json']));
    // The model is that of the type key in the VIN, as the catalog knows it.
    expect(result).toMatchObject({ order: null, productionDate: null, iLevel: null, iLevels: null, series: 'F06', typeKey: '6C92' });
    const screen = await bench.on(link('fault=nrc:31,did=3F06'), ['info', '--order'], { env: { COLUMNS: '200' } });
    expect(screen.stdout).toMatch(/^Order +not told$/m);
    expect(screen.stdout).toMatch(/^The car does not tell its vehicle order\.$/m);
  });

  it('takes the body controller’s word where the gateway says nothing', async () => {
    const { result } = jsonOf(await bench.on(link('fault=nrc:31,ecu=10', 'fault=nrc:31,ecu=12'), ['info', '--json']));
    expect(result).toMatchObject({ vin: 'WBA6C92010D000001', vinSource: '40', gateway: { address: '10' }, voltage: null });
    expect(result.order).toMatchObject({ series: 'F006', damage: null });
    expect(result.iLevel).toBe('F010-15-03-505');
  });
});

describe('kombi info of an E-series car', () => {
  it('tells what such a car says, and nothing that it does not', async () => {
    bench.profile = 'e60';
    const { result } = jsonOf(await bench.on(link(), ['info', '--json']));
    expect(result).toMatchObject({
      series: 'E60',
      family: 'E',
      protocol: 'kwp',
      gateway: null,
      iLevels: null,
      coding: { rule: 'e-series' },
    });
    expect(result.order).toMatchObject({ type: 'ZE60', options: null, eWords: null, hoWords: null });
    const { stdout } = await bench.on(link(), ['info', '--order'], { env: { COLUMNS: '200' } });
    expect(stdout).toMatch(/^Order +E60_ ZE60 · paint 0475 · upholstery LCSW$/m);
    expect(stdout).toMatch(/^An E-series car tells only the head of its vehicle order\.$/m);
    expect(stdout).not.toMatch(/Gateway|Mileage|Energy mode/);
    const one = await bench.on(link(), ['info', '--ecu', 'KOMBI'], { env: { COLUMNS: '200' } });
    expect(one.stdout).toMatch(/^KOMBI 60 · instrument cluster\nSerial +\S+\n\nAs told +[0-9A-F ]+$/m);
  });
});

describe('kombi info that cannot', () => {
  it('refuses a name that is no ECU’s with 2, and an ECU that is not there with 3', async () => {
    expect((await bench.on(link(), ['info', '--ecu', 'KOMBU'])).exit).toBe(2);
    const { exit, stdout } = await bench.on(link(), ['info', '--ecu', 'HUD', '--json']);
    expect(exit).toBe(3);
    expect(jsonOf({ stdout }).error.code).toMatch(/^ecu\./);
  });

  it('goes on where the link is lost on the way', async () => {
    const { result } = jsonOf(await bench.on(link('fault=lv-reset,after=30,times=1'), ['info', '--json']));
    expect(result.ecus).toHaveLength(12);
    expect(result.ecus.every(({ silent }: { silent: boolean }) => !silent)).toBe(true);
  });

  it('stops with 3 where another car is behind the link after that', async () => {
    bench.car = ['vin WBA6C92010D000001→WBA6C92010D000009'];
    const faults = ['fault=other-vin,ecu=78', 'fault=lv-reset,after=30,times=1'];
    const run = await bench.on(link(...faults), ['info', '--json']);
    expect(run.exit).toBe(3);
    expect(jsonOf(run)).toMatchObject({
      vehicle: 'untouched',
      error: { code: 'car.changed', message: expect.stringMatching(/WBA6C92010D000009 instead of WBA6C92010D000001/) },
    });
  });
});
