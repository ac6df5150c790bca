import { UnsoundText } from '../strict-json.ts';

/** What a spreadsheet takes for the beginning of a formula; the quote that hides one must be told from one that was there. */
const FORMULA = /^[=+\-@\t\r']/;
const NEEDS_QUOTES = /[",;\r\n]/;

/** RFC 4180, CRLF at the end of every line, and no cell that a spreadsheet would compute. */
export function formatCsv(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(formatCell).join(',')}\r\n`).join('');
}

function formatCell(text: string): string {
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return NEEDS_QUOTES.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/**
 * Reads what {@link formatCsv} writes, and what spreadsheets make of it: LF or CRLF, a byte order mark, semicolons.
 *
 * @throws {UnsoundText} naming the line
 */
export function parseCsv(text: string): readonly (readonly string[])[] {
  const content = text.replace(/^\ufeff/, '');
  const separator = /^[^,\r\n]*;/.test(content) ? ';' : ',';
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < content.length) {
    const cell = content[at] === '"' ? quotedCell(content, at) : plainCellAt(content, at);
    const end = cell === undefined ? undefined : lineEnd(content, cell.end);
    if (cell === undefined || (end === undefined && content[cell.end] !== separator)) {
      throw new UnsoundText(`row ${rows.length + 1}: a quote or a separator stands where none may`);
    }
    row.push(cell.text.startsWith("'") ? cell.text.slice(1) : cell.text);
    at = end ?? cell.end + 1;
    // A separator at the very end stands before an empty cell.
    if (end === undefined && at === content.length) row.push('');
    if (end !== undefined || at === content.length) {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

interface Cell {
  readonly text: string;
  /** Where what follows it begins. */
  readonly end: number;
}

const PLAIN = /[^",;\r\n]*/y;

function plainCellAt(content: string, at: number): Cell {
  PLAIN.lastIndex = at;
  const text = PLAIN.exec(content)?.[0] ?? '';
  return { text, end: at + text.length };
}

/** Undefined where the quote is never closed. */
function quotedCell(content: string, at: number): Cell | undefined {
  let close = content.indexOf('"', at + 1);
  while (close >= 0 && content[close + 1] === '"') close = content.indexOf('"', close + 2);
  return close < 0 ? undefined : { text: content.slice(at + 1, close).replaceAll('""', '"'), end: close + 1 };
}

/** Where the next line begins, if this one ends here. */
function lineEnd(content: string, at: number): number | undefined {
  if (content.startsWith('\r\n', at)) return at + 2;
  return content[at] === '\n' ? at + 1 : at === content.length ? at : undefined;
}
