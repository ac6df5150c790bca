/** A row of a table, with the line that it begins in: a cell in quotes may run over several. */
export interface CsvRow {
  /** From 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** What makes an error of a line and of what is wrong with it. */
export type FailAtLine = (line: number, problem: string) => Error;

/**
 * Reads a table as RFC 4180 has it and as spreadsheets make it: LF or CRLF, a byte order mark, commas, semicolons or tabs.
 *
 * @param fail makes the error that is thrown
 */
export function parseCsv(text: string, fail: FailAtLine): readonly CsvRow[] {
  const content = text.replace(/^\ufeff/, '');
  const separator = /^[^,;\t\r\n]*([;\t])/.exec(content)?.[1] ?? ',';
  // A carriage return that ends no line belongs to nothing, and so fails as what stands behind a cell.
  const plain = new RegExp(`[^"${separator}\\r\\n]*`, 'y');
  const rows: CsvRow[] = [];
  let cells: string[] = [];
  let [line, begun] = [1, 1];
  let at = 0;
  while (at < content.length) {
    const cell = content[at] === '"' ? quotedCell(content, at) : plainCell(content, at, plain);
    const end = cell && lineEnd(content, cell.end);
    if (cell === undefined || (end === undefined && content[cell.end] !== separator)) {
      throw fail(line, 'a quote or a separator stands where none may');
    }
    cells.push(cell.text);
    line += cell.text.split('\n').length - 1;
    at = end ?? cell.end + 1;
    // A separator at the very end stands before an empty cell.
    if (end === undefined && at === content.length) cells.push('');
    if (end !== undefined || at === content.length) {
      rows.push({ line: begun, cells });
      cells = [];
      line += 1;
      begun = line;
    }
  }
  return rows;
}

interface Cell {
  readonly text: string;
  /** Where what follows it begins. */
  readonly end: number;
}

function plainCell(content: string, at: number, plain: RegExp): Cell {
  plain.lastIndex = at;
  const text = plain.exec(content)?.[0] ?? '';
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
