/**
 * One figure of kombi's beside what it is measured against.
 *
 * @typedef {object} Row
 * @property {string} name
 * @property {string} unit
 * @property {number} value
 * @property {string} against what the floor is
 * @property {number} floor
 * @property {number} ratio value / floor
 * @property {number} aim
 * @property {boolean} met
 */

/**
 * A figure of which less is better.
 *
 * @returns {Row}
 */
export function atMost(aim, figure) {
  const ratio = figure.value / figure.floor;
  return { ...figure, ratio, aim, better: 'less', met: ratio <= aim };
}

/**
 * A figure of which more is better.
 *
 * @returns {Row}
 */
export function atLeast(aim, figure) {
  const ratio = figure.value / figure.floor;
  return { ...figure, ratio, aim, better: 'more', met: ratio >= aim };
}

/**
 * Rows that belong into a matrix: value and ratio each; `!` behind one that misses its aim, which stands in the head.
 *
 * @param {readonly (Row & { matrix: { row: string, column: string } })[]} rows
 */
export function matrix(rows) {
  const columns = [...new Set(rows.map((row) => row.matrix.column))];
  const names = [...new Set(rows.map((row) => row.matrix.row))];
  const cell = (row) => `${round(row.value)} ${row.unit}  ${row.ratio.toFixed(2)}${row.met ? '' : '!'}`;
  const head = columns.map((column) => {
    const { aim } = rows.find((row) => row.matrix.column === column);
    return Number.isFinite(aim) ? `${column} <= ${aim}` : column;
  });
  const lines = names.map((name) => [
    name,
    ...columns.map((column) => {
      const row = rows.find(({ matrix: place }) => place.row === name && place.column === column);
      return row === undefined ? '-' : cell(row);
    }),
  ]);
  return aligned([['', ...head], ...lines]);
}

/** @param {readonly Row[]} rows */
export function table(rows) {
  const cells = [
    ['', 'kombi', 'floor', 'ratio', 'aim', ''],
    ...rows.map(({ name, unit, value, floor, against, ratio, aim, better, met }) => [
      name,
      `${round(value)} ${unit}`,
      `${round(floor)} (${against})`,
      ratio.toFixed(2),
      `${better === 'less' ? '<=' : '>='} ${aim}`,
      met ? 'met' : 'missed',
    ]),
  ];
  return aligned(cells);
}

function aligned(cells) {
  const widths = cells[0].map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function round(value) {
  if (Number.isInteger(value)) return String(value);
  return value >= 1000 ? value.toFixed(0) : value.toFixed(1);
}
