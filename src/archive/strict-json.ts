import { MAX_FILE_BYTES } from './archive-folder.ts';

const MAX_DEPTH = 16;
/** Far more than any car has rows of coding data; a reader that lists what is wrong with each needs memory for all. */
const MAX_VALUES = 1 << 18;
// An escaped spelling of such a key gets past this, but is not canonical.
const FORBIDDEN_KEY = /"(__proto__|constructor|prototype)"\s*:/;

const COLON = /\s*:/y;

/** Says what is wrong with a text, in words that follow "… is damaged:". */
export class UnsoundText extends Error {}

export interface ParsedText {
  readonly text: string;
  readonly document: unknown;
}

/** The one spelling of a document: keys in their order, two spaces, LF, one value per line. */
export function canonicalText(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

/**
 * Parses JSON that nobody need trust: at most 16 MiB, 16 levels deep, 262144 values, UTF-8, no key that could reach a prototype.
 *
 * @throws {UnsoundText}
 */
export function parseStrictJson(bytes: Uint8Array): ParsedText {
  if (bytes.length > MAX_FILE_BYTES) throw new UnsoundText(`it has ${bytes.length} bytes, more than ${MAX_FILE_BYTES}`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new UnsoundText('it is not UTF-8');
  }
  checkShape(bytes);
  const forbidden = FORBIDDEN_KEY.exec(text)?.[1];
  if (forbidden !== undefined) throw new UnsoundText(`the key ${forbidden} is not allowed`);
  try {
    return { text, document: JSON.parse(text) };
  } catch {
    throw new UnsoundText('it is not whole JSON');
  }
}

/**
 * The same text or none: whatever `JSON.parse` forgives or drops (a second key of the same name, spaces, `1e0`)
 * makes the spelling differ.
 *
 * @throws {UnsoundText}
 */
export function checkCanonical({ text, document }: ParsedText): void {
  if (canonicalText(document) !== text) throw new UnsoundText('its text is not spelled as kombi spells it');
}

/**
 * Refuses an object that says a key twice, of which `JSON.parse` drops one: for JSON that another program spelled, and
 * that {@link checkCanonical} would therefore refuse.
 *
 * @throws {UnsoundText}
 */
export function checkUniqueKeys({ text }: ParsedText): void {
  // Keys of the objects that are open, innermost last; of a list, none.
  const open: (Set<unknown> | undefined)[] = [];
  const token = /["{}[\]]/g;
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    if (found[0] === '{') open.push(new Set());
    else if (found[0] === '[') open.push(undefined);
    else if (found[0] !== '"') open.pop();
    else {
      const start = found.index;
      token.lastIndex = stringEnd(text, start);
      COLON.lastIndex = token.lastIndex;
      if (!COLON.test(text)) continue;
      const key: unknown = JSON.parse(text.slice(start, token.lastIndex));
      const keys = open.at(-1);
      if (keys?.has(key)) throw new UnsoundText('an object in it has a key twice');
      keys?.add(key);
    }
  }
}

/** Behind the quote that closes the string begun at `start`; a pattern would run out of stack on long ones. */
function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** Before parsing, so that nothing of it is ever built. What is looked for is ASCII: bytes will do. */
function checkShape(bytes: Uint8Array): void {
  let depth = 0;
  let values = 1;
  let inString = false;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (inString) {
      if (byte === 0x5c) index += 1;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) {
      inString = true;
    } else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > MAX_DEPTH) throw new UnsoundText(`it is nested more than ${MAX_DEPTH} deep`);
    } else if (byte === 0x7d || byte === 0x5d) {
      depth -= 1;
    } else if (byte === 0x2c) {
      values += 1;
      if (values > MAX_VALUES) throw new UnsoundText(`it holds more than ${MAX_VALUES} values`);
    }
  }
}
