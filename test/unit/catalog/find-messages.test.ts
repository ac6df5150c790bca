import { describe, expect, it } from 'vitest';
import { findMessages, foldText, loadCatalog, parseMessageTexts } from '../../../src/catalog/index.ts';

const catalog = loadCatalog();
const EMERGENCY_CALL = [296, 297, 298, 299, 300, 475];

function idsOf(query: string, texts?: string): readonly number[] {
  return findMessages(query, catalog, texts === undefined ? undefined : parseMessageTexts(texts, 'x.csv')).map(({ id }) => id);
}

describe('texts "malfunction", "not available", "failure", plus 475 "restricted": words find ids, English and German', () => {
  it.each(['sos', 'SOS', 'notruf', 'Notruf', 'emergency call', 'eCall'])('"%s" finds the whole family', (query) => {
    expect(idsOf(query)).toEqual(EMERGENCY_CALL);
  });

  it.each([
    ['sos malfunction', 299],
    ['emergency call system failure', 299],
    ['Notrufsystem gestört', 299],
    ['notruf stoerung', 299],
    ['notruf storung', 299],
    ['SOS Ausfall', 299],
    ['sos restricted', 475],
    ['Notruf eingeschränkt', 475],
    ['notruf eingeschraenkt', 475],
    ['sos not available', 298],
    ['sos nicht verfügbar', 300],
  ])('"%s" finds %i', (query, id) => {
    expect(idsOf(query)).toContain(id);
    expect(idsOf(query).filter((each) => !EMERGENCY_CALL.includes(each))).toEqual([]);
  });

  it('tells the four apart', () => {
    expect(idsOf('sos malfunction')).not.toContain(475);
    expect(idsOf('sos restricted')).toEqual([475]);
  });

  it.each([
    ['tire pressure', 'tyre pressure'],
    ['hood', 'bonnet'],
    ['handbrake', 'Feststellbremse'],
    ['türe offen'.replace('türe', 'tuer'), 'Tür offen'],
  ])('"%s" finds what "%s" does', (query, same) => {
    expect(idsOf(query).length).toBeGreaterThan(0);
    expect(idsOf(query)).toEqual(idsOf(same));
  });

  it('a number is an id, and nothing is found by nothing', () => {
    expect(idsOf('475')).toEqual([475]);
    expect(idsOf('zeppelin')).toEqual([]);
    expect(idsOf('  ')).toEqual([]);
  });

  it("looks in the user's own texts too, and knows ids by them that the catalog does not hold", () => {
    const texts = 'id,en,de\n299,purple elephant,lila Elefant\n2559,purple mouse,lila Maus\n';
    expect(idsOf('purple', texts)).toEqual([299, 2559]);
    expect(idsOf('sos elefant', texts)).toEqual([299]);
  });
});

describe('texts are compared', () => {
  it.each([
    ['Störung', 'stoerung'],
    ['GROSS', 'groß'],
    ['  two   blanks ', 'two blanks'],
    ['Übertemperatur', 'uebertemperatur'],
  ])('"%s" as "%s"', (left, right) => {
    expect(foldText(left)).toBe(foldText(right));
  });
});
