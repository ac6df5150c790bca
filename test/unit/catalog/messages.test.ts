import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkControlId, checkControlPosition, loadCatalog, parseMessageTexts } from '../../../src/catalog/index.ts';
import { ecuAddress } from '../../../src/core/index.ts';

const catalog = loadCatalog();
const LIST = new URL('../../../../shared/data/cc-ids.csv', import.meta.url);

describe('Check Control positions', () => {
  it.each([
    [299, { group: 5, byte: 5, bit: 3 }],
    [475, { group: 8, byte: 3, bit: 3 }],
    [0, { group: 1, byte: 0, bit: 0 }],
    [63, { group: 1, byte: 7, bit: 7 }],
    [64, { group: 2, byte: 0, bit: 0 }],
    [2559, { group: 40, byte: 7, bit: 7 }],
  ])('%i', (id, position) => {
    expect(checkControlPosition(id)).toEqual(position);
  });

  it('and ids are the same thing twice', () => {
    const ids = Array.from({ length: 2560 }, (_, id) => id);
    expect(ids.map((id) => checkControlId(checkControlPosition(id)))).toEqual(ids);
  });

  it.each([-1, 1.5, Number.NaN])('%d is no id', (id) => {
    expect(() => checkControlPosition(id)).toThrow(expect.objectContaining({ code: 'usage.message', exit: 2 }));
  });
});

describe('messages', () => {
  it('of the emergency call are known as such', () => {
    const ids = catalog.messages.filter(({ subject }) => subject === 'emergency-call').map(({ id }) => id);
    expect(ids).toEqual([296, 297, 298, 299, 300, 475]);
  });

  it('whose loss hides a danger are marked', () => {
    for (const id of [301, 302, 74, 39]) expect(catalog.message(id)?.dangerous).toBe(true);
    expect(catalog.message(167)?.dangerous).toBe(false);
    expect(catalog.message(12345)).toBeUndefined();
  });

  it('say of every row that warns of danger by its subject or severity that it does, by the lint', () => {
    const safe = catalog.messages.filter(({ dangerous }) => !dangerous);
    expect(safe.length).toBeGreaterThan(300);
    expect(safe.filter(({ severity }) => severity === 'stop')).toEqual([]);
    expect(safe.filter(({ label }) => /\b(brake|airbag|belt|steering|tyre)s? .*(fault|failed|faulty|losing)/.test(label.en))).toEqual([]);
  });

  it.skipIf(!existsSync(LIST))('hold every id of the public list (needs the reference list ../shared/data/cc-ids.csv)', () => {
    const listed = parseMessageTexts(readFileSync(LIST, 'utf8'), 'cc-ids.csv');
    // The list has 1,435 rows and 1,434 ids: 49 stands twice, once where 8 would.
    expect(catalog.messages.map(({ id }) => id)).toEqual([...listed.keys(), 8].sort((left, right) => left - right));
    expect(catalog.message(8)?.evidence).toBe('derived');
  });

  it.skipIf(!existsSync(LIST))('are told in our own words (needs the reference list ../shared/data/cc-ids.csv)', () => {
    const plain = (text: string) =>
      text
        .toLowerCase()
        .replace(/[^\p{L}\p{N}]+/gu, ' ')
        .trim();
    const titles = new Set(
      [...parseMessageTexts(readFileSync(LIST, 'utf8'), 'cc-ids.csv').values()].flatMap(({ en = '', de = '' }) => [plain(en), plain(de)]),
    );
    expect(catalog.messages.flatMap(({ label }) => [label.en, label.de]).filter((text) => titles.has(plain(text)))).toEqual([]);
  });

  it.skipIf(!existsSync(LIST))('with the emergency-call light are all there (needs the reference list ../shared/data/cc-ids.csv)', () => {
    const lit = readFileSync(LIST, 'utf8')
      .split('\n')
      .map((row) => row.split(','))
      .filter(([, light]) => light === 'V95')
      .map(([id]) => Number(id));
    expect(lit.length).toBeGreaterThan(0);
    expect(lit.filter((id) => catalog.message(id)?.subject !== 'emergency-call')).toEqual([]);
  });
});

describe('trouble codes', () => {
  const text = (ecu: number, code: string) => catalog.troubleCode(ecuAddress(ecu), code)?.label.en;

  it('mean something only at their ECU', () => {
    expect(text(0x61, 'B7F341')).toBe('backup battery defective');
    expect(text(0x61, 'b7f343')).toContain('end of its life');
    expect(text(0x60, 'B7F341')).toBeUndefined();
    expect(text(0x60, 'B7F655')).toContain('temperature');
    expect(text(0x61, 'B7F655')).toBeUndefined();
  });

  it('of bad coding data are numbered by the address of whatever ECU stores them', () => {
    expect(text(0x12, '021208')).toBe('not coded');
    expect(text(0x72, '02720C')).toContain('implausible');
    expect(text(0x40, '024000')).toContain('energy-saving');
    expect(text(0x12, '027208')).toBeUndefined();
    expect(text(0x12, '021207')).toBeUndefined();
  });

  it('of bad coding data differ on newer clusters, and say so', () => {
    expect(text(0x63, '026309')).toBe('error in the coding transaction');
    expect(text(0x60, '026009')).toContain('service pack 2021');
    expect(text(0x60, '02600A')).toContain('not qualified');
    expect(text(0x60, '02600B')).toBe('coding data do not fit the car');
  });

  it('that nobody has explained stay unexplained', () => {
    expect(catalog.troubleCodes.filter(({ code }) => code === 'E1142C')).toEqual([]);
  });

  it('that an article names stand apart, with what the descriptions of ECUs have to it', () => {
    const s2 = catalog.namedCodes.filter(({ by }) => by === 'S2').map(({ code }) => code);
    expect(s2.toSorted()).toEqual(['B7F655', 'B7F8F9', 'E1142C']);
    expect(catalog.troubleCodes.filter(({ source }) => source === 'x1-article')).toEqual([]);
  });
});
