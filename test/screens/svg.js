const CELL = { width: 8.4, height: 18, margin: 14 };
const COLUMNS = 80;
const COLOURS = { 31: '#e06c75', 32: '#8cc265', 33: '#e0b050', 34: '#6aa5e8', 35: '#c586c0', 36: '#56c8d8' };
const [INK, PAPER] = ['#d8dbe0', '#1b1d21'];
const BOLD = 1;
const DIM = 2;
const NEITHER = 22;

/** Lines of a terminal as a picture in which text stays text. @param lines with the SGR sequences that tmux writes */
export function svgOf(lines) {
  const { width, height, margin } = CELL;
  const size = [Math.ceil(COLUMNS * width + 2 * margin), lines.length * height + 2 * margin];
  let style = {};
  const rows = lines.map((line, row) => {
    const y = margin + (row + 0.75) * height;
    let column = 0;
    const spans = [];
    for (const [, codes, text] of line.matchAll(/\u001b\[([\d;]*)m|([^\u001b]+)/g)) {
      if (codes !== undefined) style = styled(style, codes);
      else {
        spans.push(span(text, { x: margin + column * width, y, style }));
        column += [...text].length;
      }
    }
    return spans.join('');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size[0]}" height="${size[1]}" viewBox="0 0 ${size.join(' ')}">`,
    `<rect width="100%" height="100%" rx="6" fill="${PAPER}"/>`,
    `<g fill="${INK}" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" xml:space="preserve">`,
    ...rows.filter((row) => row !== ''),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function styled(style, codes) {
  let now = style;
  for (const code of codes.split(';').map(Number)) now = code === 0 ? {} : { ...now, ...lookOf(code) };
  return now;
}

function lookOf(code) {
  if (code === BOLD) return { bold: true };
  if (code === DIM) return { dim: true };
  if (code === NEITHER) return { bold: false, dim: false };
  return { fill: COLOURS[code] };
}

/** As wide as its cells, whatever the font. */
function span(text, { x, y, style: { bold, dim, fill } }) {
  const shown = text.trimEnd();
  if (shown === '') return '';
  const look = `${fill ? ` fill="${fill}"` : ''}${bold ? ' font-weight="bold"' : ''}${dim ? ' opacity="0.65"' : ''}`;
  const length = ([...shown].length * CELL.width).toFixed(1);
  const words = shown.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" textLength="${length}"${look}>${words}</text>`;
}
