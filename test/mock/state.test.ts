import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { isKombiError } from '../../src/core/index.ts';
import { canonicalJson, diffStates, loadProfile } from '../../src/mock/index.ts';
import { bench, masksWith } from './support.ts';

const root = mkdtempSync(join(tmpdir(), 'kombi-state-'));
afterAll(() => rmSync(root, { recursive: true }));

function code(act: () => unknown): string | undefined {
  try {
    act();
  } catch (error) {
    if (isKombiError(error)) return `${error.code}: ${error.message}`;
  }
  return undefined;
}

describe('the state of a car', () => {
  it('is the profile’s parts that survive a reset; the rest is volatile, and nothing is in both or in neither', () => {
    const { car } = bench();
    const profile = loadProfile('f06-sos');
    expect(Object.keys(car.exportState().ecus['60'] ?? {}).sort()).toEqual([...profile.survivesReset].sort());
    expect(Object.keys(car.volatileState()['60'] ?? {}).sort()).toEqual([...profile.volatile].sort());
  });

  it('survives a round trip through JSON into a new car, to the byte', async () => {
    const { ask, askFor, car } = bench();
    ask(0x60, '1003');
    ask(0x60, `2E3301${masksWith(car, 'F7')}`);
    ask(0x60, '3101F010');
    await askFor(0x61, '14FFFFFF', 20);
    const text = canonicalJson(car.exportState());
    const other = bench();
    expect(diffStates(other.car.exportState(), car.exportState()).length).toBeGreaterThan(0);
    other.car.importState(JSON.parse(text));
    expect(canonicalJson(other.car.exportState())).toBe(text);
    expect(other.ask(0x60, '22D10B')).toEqual(['60:62D10B']);
    expect(other.ask(0x61, '19020C')).toEqual(['61:59027F']);
    expect(other.ask(0x60, '223301')).toEqual(ask(0x60, '223301'));
  });

  it('does not change by being asked, nor by a session', () => {
    const { ask, car } = bench();
    const [before, volatileBefore] = [car.exportState(), car.volatileState()];
    ask(0xdf, '22F150');
    ask(0x60, '1003');
    expect(diffStates(before, car.exportState())).toEqual([]);
    expect(diffStates(volatileBefore, car.volatileState()).map(({ path }) => path)).toEqual(
      expect.arrayContaining(['60.received', '60.session.@00.1', '10.received']),
    );
  });

  it('of another profile is refused', () => {
    const { car } = bench();
    expect(code(() => car.importState(bench('f15').car.exportState()))).toMatch(/^usage\.state: .*"f15".*"f06-sos"/);
  });
});

describe('diffStates', () => {
  it('names every bit, and values that are no bytes', () => {
    const { car } = bench();
    const before = car.exportState();
    const after = structuredClone(before);
    const cluster = after.ecus['60'];
    if (cluster?.blocks === undefined) throw new Error('no cluster');
    cluster.blocks['3010'] = '44303030303032';
    cluster.blocks['3007'] = '00';
    cluster.messages = { raised: [299, 475], stored: [] };
    delete after.ecus['61'];
    expect(diffStates(before, after)).toEqual([
      { path: 'ecus.60.blocks.3007', before: before.ecus['60']?.blocks?.['3007'], after: '00' },
      { path: 'ecus.60.blocks.3010.@06.0', before: 1, after: 0 },
      { path: 'ecus.60.blocks.3010.@06.1', before: 0, after: 1 },
      { path: 'ecus.60.messages.raised.1', before: undefined, after: 475 },
      { path: 'ecus.60.messages.stored.0', before: { id: 299, km: 112_000 }, after: undefined },
      { path: 'ecus.61', before: before.ecus['61'], after: undefined },
    ]);
  });
});

describe('a state file', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(root, 'car-'));
    file = join(folder, 'car.json');
  });

  it('is written at the first change, and carries the car into the next run', () => {
    const first = bench('f06-sos', [], file);
    first.ask(0x60, '22F190');
    expect(existsSync(file)).toBe(false);
    first.ask(0x60, '1003');
    first.ask(0x60, `2E3301${masksWith(first.car, 'F7')}`);
    expect(readdirSync(folder)).toEqual(['car.json']);
    const second = bench('f06-sos', [], file);
    expect(diffStates(first.car.exportState(), second.car.exportState())).toEqual([]);
    expect(second.ask(0x60, '223301')[0]?.slice(9 + 0x25 * 2, 9 + 0x26 * 2)).toBe('F7');
  });

  it('is not touched by opening it', () => {
    writeFileSync(file, canonicalJson(bench().car.exportState()));
    const text = readFileSync(file, 'utf8');
    bench('f06-sos', [], file).ask(0x60, '22F190');
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it.each([
    ['no JSON', '{', /cannot be used: .*JSON/],
    ['no car', '{"format":"kombi/mock-car@1"}', /cannot be used: profile: /],
    ['another car', canonicalJson(bench('f15').car.exportState()), /it is a "f15", not a "f06-sos"/],
  ])('that is %s is refused by name', (_what, text, message) => {
    writeFileSync(file, text);
    const told = code(() => bench('f06-sos', [], file));
    expect(told).toMatch(message);
    expect(told).toContain(file);
  });
});
