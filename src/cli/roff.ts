// Just enough roff for a manual page (groff_man(7)): a line that begins with a dot is a request, all else is text.

/** Text as it is to be read: nothing in it is a request or an escape, a hyphen can be copied, and all is ASCII. */
export function roffText(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/[^\n -~]/gu, (character) => `\\[u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`);
  return escaped
    .split('\n')
    .map((line) => (/^[.']/.test(line) ? `\\&${line}` : line))
    .join('\n');
}

export function heading(title: string): string[] {
  return [`.SH ${quoted(title)}`];
}

export function subheading(title: string): string[] {
  return [`.SS ${quoted(title)}`];
}

export function paragraph(text: string): string[] {
  return ['.PP', roffText(text)];
}

/** A term, and what it means indented below it. */
export function item(term: string, text: string): string[] {
  return ['.TP', `.B ${quoted(term)}`, roffText(text)];
}

/** Lines that stay as they are. */
export function verbatim(lines: readonly string[]): string[] {
  return ['.PP', '.RS 4', '.nf', ...lines.map(roffText), '.fi', '.RE'];
}

function quoted(text: string): string {
  return `"${roffText(text).replaceAll('"', '\\(dq')}"`;
}
