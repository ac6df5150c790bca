import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { lintCatalog, loadCatalog } from '../../../src/catalog/index.ts';
import { type Did, did, type EcuAddress, ecuAddress, formatDid, KombiError, type Vin } from '../../../src/core/index.ts';

const DATA = new URL('../../../src/catalog/data/', import.meta.url);
const KOMBI = ecuAddress(0x60);
const F06_VIN = 'WBA6C92010D000001' as Vin;
const OTHER_VIN = 'WBATESTV1N0000001' as Vin;
const catalog = loadCatalog();

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** The catalog with one text of one data file replaced. */
function catalogWith(file: string, replace: (text: string) => string) {
  const folder = mkdtempSync(join(tmpdir(), 'kombi-catalog-'));
  folders.push(folder);
  cpSync(DATA, folder, { recursive: true });
  const before = readFileSync(join(folder, file), 'utf8');
  const after = replace(before);
  expect(after).not.toBe(before);
  writeFileSync(join(folder, file), after);
  return loadCatalog(new URL(`${pathToFileURL(folder).href}/`));
}

function layoutAt(block: number, cafds: readonly string[], vin: Vin) {
  return catalog.layout({ ecu: KOMBI, block: did(block), cafds, vin });
}

function fixture(name: string) {
  return JSON.parse(readFileSync(new URL(`../../../fixtures/vehicles/${name}.json`, import.meta.url), 'utf8'));
}

describe('the data files', () => {
  it('pass the lint', () => {
    expect(lintCatalog(catalog)).toEqual([]);
  });

  it('are read only when they are asked for', () => {
    const broken = catalogWith('messages.json', () => '{');
    expect(broken.ecuName(KOMBI)).toBe('KOMBI');
    expect(() => broken.messages).toThrow(KombiError);
  });

  it.each([
    ['ecus.json', '"name": "KOMBI"', '"name": 5', 'ecus[', '].name'],
    ['layouts.json', '"block": "3301"', '"block": "33O1"', 'layouts[', '].block'],
    ['cafds.json', '"evidence": "recorded"', '"evidence": "heard"', 'cafds[', '].evidence'],
    ['messages.json', '"id": 299', '"id": -1', 'messages[', '].id'],
    ['messages.json', '"subject": "clock"', '"subject": "clocks"', 'messages[', '].subject'],
    ['trouble-codes.json', '"ecu": "61"', '"ecu": "161"', 'troubleCodes[', '].ecu'],
  ])('name file and place of an error in %s', (file, text, wrong, list, key) => {
    const broken = catalogWith(file, (content) => content.replace(text, wrong));
    let error: unknown;
    try {
      lintCatalog(broken);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: 'catalog.invalid', exit: 1 });
    expect(String(error)).toContain(file);
    expect(String(error)).toContain(list);
    expect(String(error)).toContain(key);
  });

  it('refuse a key that the schema does not know, so that a misspelt one is not lost', () => {
    const broken = catalogWith('models.json', (content) => content.replace('"series"', '"serie"'));
    expect(() => broken.models).toThrow(/models\.json.*models\[0\]/s);
  });
});

describe('the lint', () => {
  it.each([
    ['ecus.json', '"name": "ZGW"', '"name": "KOMBI"', 'ecu name KOMBI stands twice'],
    ['layouts.json', '"7E571301"', '"7E57FFFF"', 'cafd 7E57FFFF is unknown'],
    ['messages.json', '"id": 299', '"id": 298', 'message 298 stands twice'],
    ['messages.json', '"id": 299', '"id": 2560', 'message 2560 has no bit in any mask'],
    ['messages.json', '"severity": "notice", "dangerous": false', '"severity": "stop", "dangerous": false', 'warns of danger'],
    [
      'messages.json',
      '"subject": "tyres", "severity": "warning", "dangerous": true',
      '"subject": "tyres", "severity": "warning", "dangerous": false',
      'warns of danger',
    ],
    ['synonyms.json', '"tyre", "tire"', '"tyre", "tire", "hood"', 'synonym hood stands twice'],
    ['messages.json', '"source": "cc-tool"', '"source": "hearsay"', 'source hearsay is unknown'],
    ['trouble-codes.json', '"ecu": "60"', '"ecu": "99"', 'no ecu has the address 99'],
    ['layouts.json', '"count": 5', '"count": 4', 'source owners-6post: count and who differ'],
    ['recipes.json', '"id": "gps-clock"', '"id": "clock"', 'recipe gps-clock is unknown'],
    ['recipes.json', '"hides": [299]', '"hides": [9999]', 'message 9999 is unknown'],
    ['recipes.json', '"block": "3301"', '"block": "3302"', 'no layout has masks in block 3302'],
    ['recipes.json', '{"id": "f10", "ecu": "60"', '{"id": "f10", "ecu": "29"', 'variant f10 is for an ecu that is blocked'],
    ['recipes.json', '"cafds": ["7E570601"]', '"cafds": ["00000F9B"]', 'variant mock is synthetic where its coding data are not'],
  ])('finds in %s: %s -> %s', (file, text, wrong, problem) => {
    const broken = catalogWith(file, (content) => content.replace(text, wrong));
    expect(lintCatalog(broken).join('\n')).toContain(problem);
  });

  it('finds synthetic facts without a test VIN', () => {
    const broken = catalogWith('cafds.json', (content) => content.replace('"vins": ["WBA6C92010D000001"], ', ''));
    expect(lintCatalog(broken).join('\n')).toContain('name their test VINs');
  });
});

describe('ECUs', () => {
  it.each([
    ['KOMBI', 0x60],
    ['kombi', 0x60],
    ['60', 0x60],
    ['ATM', 0x61],
    ['tcb', 0x61],
    ['ECALL', 0x61],
    ['HU', 0x63],
    ['DDE', 0x12],
    ['5d', 0x5d],
  ])('%s is found', (text, address) => {
    expect(catalog.ecuByName(text)?.address).toBe(address);
  });

  it('an unknown address is called by its hex digits', () => {
    expect(catalog.ecuName(ecuAddress(0x0c))).toBe('0C');
    expect(catalog.ecuByName('KOMBIX')).toBeUndefined();
  });
});

describe('layouts', () => {
  it('of synthetic data hold on their test car and on no other', () => {
    expect(layoutAt(0x3301, ['7E570601'], F06_VIN)).toMatchObject({ evidence: 'synthetic', name: 'CC_ID_Sperre' });
    expect(layoutAt(0x3301, ['7E570601'], OTHER_VIN)?.evidence).toBe('hypothesis');
  });

  it('of unknown coding data are guesses by the name of the block', () => {
    expect(layoutAt(0x3301, ['00000069'], OTHER_VIN)).toMatchObject({ evidence: 'hypothesis', cafds: [], facts: { block: { count: 5 } } });
    expect(layoutAt(0x3001, [], OTHER_VIN)).toBeUndefined();
    expect(layoutAt(0x3001, ['00000069'], OTHER_VIN)).toMatchObject({ evidence: 'hypothesis', facts: { block: { count: 1 } } });
  });

  it('are not guessed where the coding data are known: 3001 of a recorded G31 and of the mock F06 is no mask', () => {
    expect(layoutAt(0x3001, ['00002660'], OTHER_VIN)).toBeUndefined();
    expect(layoutAt(0x3001, ['7E570601'], F06_VIN)).toBeUndefined();
  });

  it('with masks come best first', () => {
    const blocks = (cafds: readonly string[], vin: Vin) => catalog.checkControlLayouts({ cafds, vin }).map(({ block }) => formatDid(block));
    expect(blocks(['00000069'], OTHER_VIN)).toEqual(['3301', '3001']);
    expect(blocks([], OTHER_VIN)).toEqual([]);
    expect(blocks(['7E571301'], 'WBSLX91010D000002' as Vin)).toEqual(['3001']);
    expect(blocks(['7E571501'], 'WBAKS61010D000003' as Vin)).toEqual([]);
  });
});

describe('blocks', () => {
  it('are known only where all coding data of the ECU are', () => {
    expect(catalog.knownBlocks(['00002660'])?.map(formatDid)).toContain('300A');
    expect(catalog.knownBlocks(['00002660', '0000FFFF'])).toBeUndefined();
    expect(catalog.knownBlocks([])).toBeUndefined();
  });

  it.each([
    [0x60, 0x37ef, true],
    [0x12, 0x37f1, true],
    [0x63, 0x37fe, true],
    [0x60, 0x3010, true],
    [0x63, 0x3010, false],
    [0x60, 0x3301, false],
    [0x60, 0x37f2, false],
  ])('%s %s is protected: %s', (ecu, block, isProtected) => {
    expect(catalog.protectedBlock({ ecu: ecu as EcuAddress, block: block as Did }) !== undefined).toBe(isProtected);
  });

  it('with the metadata of certain coding data are protected with those only', () => {
    const place = { ecu: ecuAddress(0x61), block: did(0x3004) };
    expect(catalog.protectedBlock({ ...place, cafds: ['00001F61'] })?.holds).toContain('signature');
    expect(catalog.protectedBlock({ ...place, cafds: ['7E570661'] })).toBeUndefined();
  });
});

describe.each(['f06-sos', 'f13-m6', 'f15'])('the mock car %s', (name) => {
  const car = fixture(name);
  const ecus: [string, { software: { entries?: string[] }; blocks?: Record<string, string> }][] = Object.entries(car.ecus);

  it('holds exactly the blocks that the catalog knows of its coding data', () => {
    const coded = ecus.flatMap(([address, { software, blocks = {} }]) => {
      const cafds = (software.entries ?? []).filter((entry) => entry.startsWith('CAFD_')).map((entry) => entry.slice(5, 13));
      return cafds.length === 0 ? [] : [{ address, cafds, blocks: Object.keys(blocks).sort() }];
    });
    expect(coded.map(({ address }) => address)).toContain('60');
    const known = coded.map(({ address, cafds }) => ({ address, cafds, blocks: catalog.knownBlocks(cafds)?.map(formatDid) }));
    expect(known).toEqual(coded);
  });

  it('has its masks where the catalog says', () => {
    const cafd = car.ecus['60'].software.entries.find((entry: string) => entry.startsWith('CAFD_')).slice(5, 13);
    const layouts = catalog.checkControlLayouts({ cafds: [cafd], vin: car.vin });
    expect(layouts.map(({ block }) => formatDid(block))).toEqual(car.dashboard.masks === undefined ? [] : [car.dashboard.masks]);
  });

  it('is a model that the catalog knows', () => {
    const { model, series } = catalog.model(car.vin.slice(3, 7)) ?? {};
    expect(car.title).toContain(`${model} (${series})`);
    expect(car.order.series).toBe(series?.replace(/^(\D)/, '$10'));
  });
});
