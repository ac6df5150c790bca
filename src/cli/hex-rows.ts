const BYTES_PER_LINE = 16;

/** Bytes of a block, sixteen a line where there is room, each line begun by its offset. */
export function hexRows(hex: string, indent: number, width: number): string[] {
  const bytes = hex.length / 2;
  const offsetDigits = Math.max(2, bytes.toString(16).length);
  const room = Math.floor((width - indent - offsetDigits - 1) / 3);
  const perLine = room >= BYTES_PER_LINE ? BYTES_PER_LINE : 2 ** Math.floor(Math.log2(Math.max(1, room)));
  const lines: string[] = [];
  for (let at = 0; at < bytes; at += perLine) {
    const offset = at.toString(16).toUpperCase().padStart(offsetDigits, '0');
    const row = hex.slice(at * 2, (at + perLine) * 2).replace(/..(?=.)/g, '$& ');
    lines.push(`${' '.repeat(indent)}${offset}  ${row}`);
  }
  return lines;
}
