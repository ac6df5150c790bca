import { stripVTControlCharacters } from 'node:util';

const LEAST_WIDTH = 20;

/** Columns to write for: what the person says, else what the terminal says. Elsewhere nothing wraps: a program or a file takes a line as it is. */
export function widthOf(columnsVariable: string | undefined, terminalColumns: number | undefined): number {
  const said = Number(columnsVariable);
  const width = Number.isInteger(said) && said > 0 ? said : (terminalColumns ?? Number.POSITIVE_INFINITY);
  return Math.max(LEAST_WIDTH, width);
}

/** How many columns a text takes; styles take none. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const _ of stripVTControlCharacters(text)) width += 1;
  return width;
}

export interface WrapOptions {
  readonly width: number;
  /** Columns in front of every line. */
  readonly indent?: number;
  /** What stands in the indent of the first line. */
  readonly lead?: string;
}

/** Breaks a text at its spaces. A word longer than the line stands alone and runs over: ids and paths stay whole. */
export function wrap(text: string, { width, indent = 0, lead = '' }: WrapOptions): string[] {
  const lines: string[] = [];
  let line = lead.padEnd(indent);
  let used = Math.max(indent, displayWidth(lead));
  let empty = true;
  for (const word of text.split(' ')) {
    const wordWidth = displayWidth(word);
    if (!empty && used + 1 + wordWidth > width) {
      lines.push(line);
      line = ' '.repeat(indent);
      used = indent;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    used += wordWidth + (empty ? 0 : 1);
    empty = false;
  }
  lines.push(line);
  return lines;
}

export interface TableOptions {
  readonly indent?: number;
  /** Columns between columns. */
  readonly gap?: number;
}

/**
 * Rows in aligned columns; the last column wraps inside itself. Where that would leave it too little room, each row
 * becomes its cells one below the other.
 */
export function table(rows: readonly (readonly string[])[], width: number, { indent = 0, gap = 2 }: TableOptions = {}): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: Math.max(0, columns - 1) }, (_, column) =>
    Math.max(0, ...rows.map((row) => (row.length > column + 1 ? displayWidth(row[column] ?? '') : 0))),
  );
  const last = indent + widths.reduce((sum, each) => sum + each + gap, 0);
  if (width - last < Math.min(24, Math.max(0, ...rows.map((row) => displayWidth(row.at(-1) ?? ''))))) {
    return rows.flatMap((row) => stacked(row, width, indent));
  }
  return rows.flatMap((row) => {
    const lead = row.slice(0, -1).map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - displayWidth(cell)) + gap));
    return wrap(row.at(-1) ?? '', { width, indent: last, lead: ' '.repeat(indent) + lead.join('') }).map((line) => line.trimEnd());
  });
}

function stacked(row: readonly string[], width: number, indent: number): string[] {
  return row.flatMap((cell, column) => (cell === '' ? [] : wrap(cell, { width, indent: column === 0 ? indent : indent + 2 })));
}
