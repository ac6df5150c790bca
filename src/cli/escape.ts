/**
 * What could move the cursor, recolour, reorder or hide text: C0 and C1 controls, DEL, bidirectional marks, line
 * separators, zero-width characters and lone halves of surrogate pairs (reliability, row 52).
 */
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Makes text from an ECU, a file or a person fit for the screen: one line, and nothing in it acts. */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`;
  });
}

/** JSON on one line that is harmless on a screen too; a parser reads the very same value. */
export function toJsonLine(value: unknown): string {
  return `${harmlessJson(JSON.stringify(value))}\n`;
}

/** The same of one line of JSON that stands already. */
export function harmlessJson(line: string): string {
  return line.replace(UNSAFE, (character) => `\\u${hex(character.charCodeAt(0), 4)}`);
}

function hex(code: number, digits: number): string {
  return code.toString(16).toUpperCase().padStart(digits, '0');
}
