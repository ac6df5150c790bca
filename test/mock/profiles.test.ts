import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fromHex, isKombiError, toHex } from '../../src/core/index.ts';
import { loadProfile, type Profile, profileNames, startMockCar } from '../../src/mock/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'kombi-profiles-'));
afterAll(() => rmSync(folder, { recursive: true }));

function refusal(act: () => unknown): { code: string; message: string; hint: string | undefined } {
  try {
    act();
  } catch (error) {
    if (isKombiError(error)) return { code: error.code, message: error.message, hint: error.hint };
  }
  throw new Error('nothing was refused');
}

function blocksOf(profile: Profile): ReadonlyMap<number, Uint8Array> {
  return profile.ecus.get(0x60)?.blocks ?? new Map();
}

/** Of the cars whose backup battery is well. */
const OTHER_CAUSES: Readonly<Record<string, readonly number[]>> = {
  'sos-speaker': [0xb7f324],
  'sos-water': [0xb7f31d, 0xb7f31f],
  'sos-3g': [],
  'sos-glitch': [],
};

describe.each(profileNames())('the profile %s', (name) => {
  const profile = loadProfile(name);

  it('is named as its file, and synthetic', () => {
    expect([profile.name, profile.evidence]).toEqual([name, 'synthetic']);
  });

  it('uses reserved software ids only', () => {
    const ids = [...profile.ecus.values()].flatMap(({ software }) => software.entries.map((entry) => entry.slice(5, 9)));
    expect(new Set(ids)).toEqual(new Set(['7E57']));
  });

  it('says in block 37F0, where an ECU has it, what the SVK says of the CAFD', () => {
    const ecus = [...profile.ecus.values()].filter(({ blocks }) => blocks.has(0x37f0));
    const named = ecus.map(({ software }) => software.entries.find((entry) => entry.startsWith('CAFD'))?.slice(5, 13));
    const stated = ecus.map(({ blocks }) => blocks.get(0x37f0)).map((block) => block && toHex(block.subarray(1, 5)));
    expect(stated).toEqual(named);
  });

  it.runIf(profile.protocol === 'uds')('has had message 299, and its cause at the emergency-call unit', () => {
    const { raised, stored } = profile.ecus.get(0x60)?.messages ?? { raised: [], stored: [] };
    expect(new Set([...raised, ...stored.map(({ id }) => id)])).toContain(299);
    expect(profile.ecus.get(0x61)?.troubleCodes.map(({ code }) => code)).toEqual(OTHER_CAUSES[name] ?? [0xb7f341]);
  });
});

describe('the cars', () => {
  it('are these', () => {
    expect(profileNames()).toEqual(expect.arrayContaining(['f06-sos', 'f13-m6', 'f15']));
  });

  it('f06-sos has its masks in 3301, group 5 all FF, and 14 blocks', () => {
    const blocks = blocksOf(loadProfile('f06-sos'));
    expect(blocks.size).toBe(14);
    expect(blocks.get(0x3301)).toHaveLength(320);
    expect(toHex(blocks.get(0x3301)?.subarray(0x20, 0x28) ?? fromHex(''))).toBe('FFFFFFFFFFFFFFFF');
    expect(blocks.get(0x3301)?.some((byte) => byte !== 0xff)).toBe(true);
    expect(blocks.get(0x3001)).toHaveLength(252);
  });

  it('f13-m6 has them in 3001, and f15 nowhere', () => {
    const [m6, f15] = [blocksOf(loadProfile('f13-m6')), blocksOf(loadProfile('f15'))];
    expect([m6.get(0x3001)?.length, m6.has(0x3301)]).toEqual([320, false]);
    expect([f15.get(0x3001)?.length, f15.has(0x3301)]).toEqual([252, false]);
  });
});

describe('what cannot be loaded', () => {
  it('is an unknown name: the known ones are listed', () => {
    const { code, message, hint } = refusal(() => loadProfile('f99'));
    expect(code).toBe('usage.profile');
    expect(message).toContain('"f99"');
    expect(hint).toContain('f06-sos');
  });

  it('is a file that is not there, or no JSON', () => {
    const missing = join(folder, 'missing.json');
    expect(refusal(() => loadProfile(missing)).message).toContain(missing);
    const broken = join(folder, 'broken.json');
    writeFileSync(broken, '{');
    expect(refusal(() => loadProfile(broken))).toMatchObject({ code: 'usage.profile', message: expect.stringContaining(broken) });
  });

  it('is an invalid profile: file and JSON path are named', () => {
    const file = join(folder, 'odd.json');
    writeFileSync(file, JSON.stringify({ ...minimalProfile(), vin: 'SHORT' }));
    expect(refusal(() => loadProfile(file)).message).toBe(`${file}: vin: must be a VIN: 17 characters, no I, O or Q`);
    writeFileSync(file, JSON.stringify({ ...minimalProfile(), volatile: [] }));
    expect(refusal(() => loadProfile(file)).message).toContain(`${file}: survivesReset: survivesReset and volatile must list each`);
    writeFileSync(file, JSON.stringify({ ...minimalProfile(), dashboard: { ecu: '61' } }));
    expect(refusal(() => loadProfile(file)).message).toContain(`${file}: dashboard.ecu: must be an ECU of this car`);
  });

  it('is not a small profile of one’s own', () => {
    const file = join(folder, 'mine.json');
    writeFileSync(file, JSON.stringify(minimalProfile()));
    const answers: string[] = [];
    const car = startMockCar({ profile: file });
    car.request({ tester: 0xf4, target: 0x60, payload: fromHex('223000') }, (_source, payload) => answers.push(toHex(payload)));
    expect(answers).toEqual(['6230000102']);
  });
});

describe('a car that extends another', () => {
  it('is that car with its own words over it, table by table', () => {
    const [base, speaker] = [loadProfile('f06-short'), loadProfile('sos-speaker')];
    expect({ ...speaker, name: base.name, title: base.title, notes: base.notes, vin: base.vin, ecus: undefined }).toEqual({
      ...base,
      ecus: undefined,
    });
    expect([...speaker.ecus.keys()]).toEqual([...base.ecus.keys()]);
    expect(speaker.ecus.get(0x60)).toEqual(base.ecus.get(0x60));
    expect(speaker.ecus.get(0x61)?.troubleCodes.map(({ code }) => code)).toEqual([0xb7f324]);
  });

  it('may come from anywhere, take away, and be refused', () => {
    const file = join(folder, 'mine-too.json');
    writeFileSync(file, JSON.stringify({ extends: 'f06-short', name: 'mine-too', vin: 'WBATESTV1N0000001', ecus: { '61': null } }));
    expect([...loadProfile(file).ecus.keys()]).toEqual([0x10, 0x12, 0x40, 0x60]);
    writeFileSync(file, JSON.stringify({ extends: 'f99', name: 'mine-too' }));
    expect(refusal(() => loadProfile(file)).message).toContain('extends: there is no mock car "f99"');
  });
});

function minimalProfile(): Record<string, unknown> {
  return {
    format: 1,
    name: 'mine',
    title: 'One ECU',
    evidence: 'synthetic',
    vin: 'WBATESTV1N0000001',
    mac: '020000000001',
    order: { date: '0115', series: 'F010', type: 'FP31', paint: '0A17', upholstery: 'K8DF', options: [] },
    iLevels: ['F010-15-03-505', 'F010-15-03-505', 'F010-15-03-505'],
    voltage: 12.5,
    ignition: true,
    timing: { p2Ms: 50, p2StarMs: 5000, s3Ms: 5000, resetMs: 300, replyMs: 0 },
    writeVoltage: { min: 11, max: 16 },
    dashboard: { ecu: '60' },
    survivesReset: ['blocks', 'dids', 'coded', 'troubleCodes', 'messages'],
    volatile: ['clock', 'session', 'energyMode', 'unstored', 'received'],
    ecus: {
      '60': {
        name: 'KOMBI',
        variant: '0F0001',
        supplier: '000001',
        built: '150101',
        serial: '00000000000000000001',
        software: { date: '150101', fingerprint: '00000000000000000000', entries: ['CAFD_7E57FF01_001_000_000'] },
        blocks: { '3000': '0102' },
      },
    },
  };
}
