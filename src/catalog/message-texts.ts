import { type CsvRow, KombiError, parseCsv } from '../core/index.ts';

/** Of the two languages at least one. */
export interface MessageText {
  readonly en: string | undefined;
  readonly de: string | undefined;
}

/** Full texts of messages that somebody has for himself, by id: beside the labels of the catalog, never in place of them. */
export type MessageTexts = ReadonlyMap<number, MessageText>;

/** The place of each column in a row; -1 where there is none. */
interface Columns {
  readonly id: number;
  readonly en: number;
  readonly de: number;
}

/** The headings that are known, in lower case; other columns are passed over. */
const HEADINGS: Readonly<Record<keyof Columns, readonly string[]>> = {
  id: ['id', 'cc_id', 'cc-id', 'ccid'],
  en: ['en', 'title_en', 'text_en', 'english'],
  de: ['de', 'title_de', 'text_de', 'deutsch', 'german'],
};
const WITHOUT_HEADING: Columns = { id: 0, en: 1, de: 2 };
const ID = /^\d{1,5}$/;

/**
 * Reads a table of texts: id, English, German. With a heading (`id,en,de`, or `cc_id,warn_light,title_en,title_de`) the
 * columns may stand in any order and there may be more; without one they are those three. An id that stands twice has both texts.
 *
 * @param name of the file, for errors
 * @throws {KombiError} `usage.texts` (exit 2), naming file and line
 */
export function parseMessageTexts(content: string, name: string): MessageTexts {
  const fail = (line: number, problem: string) =>
    new KombiError({
      code: 'usage.texts',
      message: `${name}, line ${line}: ${problem}`,
      hint: 'Such as `id,en,de` and then `299,an English text,ein deutscher Text`; a text with a comma or a quote stands in double quotes.',
    });
  const rows = parseCsv(content, fail).filter(({ cells }) => cells.some((cell) => cell.trim() !== ''));
  const [first] = rows;
  if (first === undefined) throw fail(1, 'the file holds nothing');
  const hasHeading = !ID.test(first.cells[0]?.trim() ?? '');
  const columns = hasHeading ? columnsOf(first, fail) : WITHOUT_HEADING;
  const texts = new Map<number, MessageText>();
  for (const { line, cells } of rows.slice(hasHeading ? 1 : 0)) {
    const written = cells[columns.id]?.trim() ?? '';
    if (!ID.test(written)) throw fail(line, `"${written}" is not the id of a message`);
    const before = texts.get(Number(written));
    const both = (column: 'en' | 'de') => joined(before?.[column], cells[columns[column]]?.trim());
    const [en, de] = [both('en'), both('de')];
    if (en !== undefined || de !== undefined) texts.set(Number(written), { en, de });
  }
  return texts;
}

/** The public list has one id twice; which of the two texts a car shows is not said. */
function joined(before: string | undefined, text: string | undefined): string | undefined {
  return [before, text].filter(Boolean).join(' / ') || undefined;
}

function columnsOf({ line, cells }: CsvRow, fail: (line: number, problem: string) => KombiError): Columns {
  const headings = cells.map((cell) => cell.trim().toLowerCase());
  const placeOf = (column: keyof Columns) => headings.findIndex((heading) => HEADINGS[column].includes(heading));
  const columns = { id: placeOf('id'), en: placeOf('en'), de: placeOf('de') };
  if (columns.id < 0) throw fail(line, 'no column is called id, and the first one holds none');
  if (columns.en < 0 && columns.de < 0) throw fail(line, 'no column is called en or de');
  return columns;
}
