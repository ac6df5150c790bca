import { fromHex, isKombiError, KombiError, messageOf } from '../core/index.ts';
import { type AddressSyntax, parseAddress } from './address.ts';

/** An edit as a person writes it: `KOMBI:3301/CC_ACTIVIERUNG_5.5=FF:F7`. */
export interface EditSyntax {
  /** As typed. */
  readonly text: string;
  readonly address: AddressSyntax;
  /** The value that the writer believes is there; for a bit one byte, 0 or 1. */
  readonly old: Uint8Array | undefined;
  /** For a bit one byte, 0 or 1. */
  readonly new: Uint8Array;
}

/**
 * Shape   `<address>=[<old>:]<new>`, values in hex, two digits a byte; a bit's value is 0 or 1
 *
 * @throws {KombiError} `usage.edit`, `usage.hex`, `usage.bit-value`, and whatever {@link parseAddress} throws
 */
export function parseEdit(text: string): EditSyntax {
  const equals = text.indexOf('=');
  if (equals < 0) throw wrongEdit(text, 'has no value');
  const address = parseAddress(text.slice(0, equals).trim());
  const values = text.slice(equals + 1).split(':');
  if (values.length > 2) throw wrongEdit(text, 'has more than an old and a new value');
  const next = values.at(-1) ?? '';
  const previous = values.length === 2 ? values[0] : undefined;
  const parse = address.bit === undefined ? parseBytes : parseBitValue;
  return { text, address, old: previous === undefined ? undefined : parse(previous.trim(), text), new: parse(next.trim(), text) };
}

/**
 * One edit a line; what follows a `#` is a comment.
 *
 * @throws {KombiError} as {@link parseEdit}, naming the line
 */
export function parseEditFile(text: string): readonly EditSyntax[] {
  const edits: EditSyntax[] = [];
  text.split(/\r?\n/).forEach((line, index) => {
    // trim() also takes the byte order mark that some editors put first.
    const edit = line.split('#', 1)[0]?.trim() ?? '';
    if (edit === '') return;
    try {
      edits.push(parseEdit(edit));
    } catch (error) {
      if (!isKombiError(error)) throw error;
      throw new KombiError({
        code: error.code,
        message: `Line ${index + 1}: ${messageOf(error)}`,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
        cause: error,
      });
    }
  });
  return edits;
}

function parseBytes(value: string, edit: string): Uint8Array {
  if (value === '') throw wrongEdit(edit, 'lacks a value');
  return fromHex(value);
}

function parseBitValue(value: string, edit: string): Uint8Array {
  if (value === '') throw wrongEdit(edit, 'lacks a value');
  if (value === '0' || value === '1') return Uint8Array.of(Number(value));
  throw new KombiError({
    code: 'usage.bit-value',
    message: `The edit "${edit}" gives a bit the value "${value}"`,
    hint: 'A bit is 0 or 1, such as KOMBI:3301/CC_ACTIVIERUNG_5.5.3=0.',
  });
}

function wrongEdit(edit: string, problem: string): KombiError {
  return new KombiError({
    code: 'usage.edit',
    message: `The edit "${edit}" ${problem}`,
    hint: 'Write <address>=[<old>:]<new> in hex, such as KOMBI:3301/CC_ACTIVIERUNG_5.5=FF:F7.',
  });
}
