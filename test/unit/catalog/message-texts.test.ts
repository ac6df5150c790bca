import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseMessageTexts } from '../../../src/catalog/index.ts';

const LIST = new URL('../../../../shared/data/cc-ids.csv', import.meta.url);
const TEXTS = new Map([[299, { en: 'one, two "three"', de: 'eins' }]]);

describe('texts of a user', () => {
  it.each([
    ['with a heading', 'id,en,de\n299,"one, two ""three""",eins\n'],
    ['without one', '299,"one, two ""three""",eins'],
    ['with a byte order mark, CRLF and semicolons', '\ufeffid;en;de\r\n299;"one, two ""three""";eins\r\n'],
    ['with tabs', 'id\ten\tde\n299\t"one, two ""three"""\teins\n'],
    ['as the public list has them', 'cc_id,warn_light,title_en,title_de\n299,V95,"one, two ""three""",eins\n'],
    ['in another order, with blank lines', 'DE,EN,ID\n\neins,"one, two ""three""",299\n,,\n'],
  ])('are read %s', (_, content) => {
    expect(parseMessageTexts(content, 'x.csv')).toEqual(TEXTS);
  });

  it('may be in one language, and a cell may run over lines', () => {
    expect(parseMessageTexts('id,de\n7,"eins\nzwei"\n8,drei\n', 'x.csv')).toEqual(
      new Map([
        [7, { en: undefined, de: 'eins\nzwei' }],
        [8, { en: undefined, de: 'drei' }],
      ]),
    );
  });

  it('of an id that stands twice are both kept', () => {
    expect(parseMessageTexts('49,one,\n49,two,zwei\n', 'x.csv').get(49)).toEqual({ en: 'one / two', de: 'zwei' });
  });

  it.each([
    ['nothing', '', 1, 'holds nothing'],
    ['an id that is none', 'id,en\n299,x\n-1,y\n', 3, '"-1" is not the id'],
    ['an id too long', 'id,en\n123456,x\n', 2, 'not the id'],
    ['no column of ids', 'name,en\nx,y\n', 1, 'no column is called id'],
    ['no column of texts', 'id,fr\n1,y\n', 1, 'no column is called en or de'],
    ['a quote that is not closed', 'id,en\n1,x\n2,"y\n', 3, 'a quote'],
    ['a quote inside a cell', 'id,en\n1,"a\nb"\n2,x"y\n', 4, 'a quote'],
  ])('with %s are refused by file and line', (_, content, line, problem) => {
    expect(() => parseMessageTexts(content, 'my.csv')).toThrow(
      expect.objectContaining({ code: 'usage.texts', exit: 2, message: expect.stringContaining(`my.csv, line ${line}: `) }),
    );
    expect(() => parseMessageTexts(content, 'my.csv')).toThrow(problem);
  });

  it.skipIf(!existsSync(LIST))('can be the public list itself (needs the reference list ../shared/data/cc-ids.csv)', () => {
    const texts = parseMessageTexts(readFileSync(LIST, 'utf8'), 'cc-ids.csv');
    expect(texts.size).toBe(1434);
    expect(texts.get(49)?.en).toContain(' / ');
  });
});
