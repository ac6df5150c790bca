import { type CsvRow, parseCsv } from '../../core/index.ts';
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
 * Reads what {@link formatCsv} writes, and what spreadsheets make of it.
 *
 * @throws {UnsoundText} naming the line
 */
export function parseTable(text: string): readonly CsvRow[] {
  const rows = parseCsv(text, (line, problem) => new UnsoundText(`line ${line}: ${problem}`));
  return rows.map(({ line, cells }) => ({ line, cells: cells.map((cell) => (cell.startsWith("'") ? cell.slice(1) : cell)) }));
}
