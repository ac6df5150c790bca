import { invalidLine, quoted } from './invalid.ts';
import { linesOf } from './lines.ts';

/** One `key = value`; section and key in capitals, because neither is held to its case. */
export interface IniEntry {
  readonly line: number;
  readonly section: string;
  readonly key: string;
  readonly value: string;
}

/** The entries of an INI file, in its order. Whole lines may be comments, behind `;`. */
export function* iniEntries(text: string): Generator<IniEntry> {
  let section: string | undefined;
  for (const [line, body] of linesOf(text)) {
    if (body === '' || body.startsWith(';')) continue;
    if (body.startsWith('[')) {
      if (!body.endsWith(']')) throw invalidLine(line, `${quoted(body)} begins a section and does not end it`);
      section = body.slice(1, -1).trim().toUpperCase();
      continue;
    }
    const equals = body.indexOf('=');
    if (equals === -1) throw invalidLine(line, `${quoted(body)} is neither a section nor a key with a value`);
    if (section === undefined) throw invalidLine(line, `${quoted(body)} stands in front of the first section`);
    yield { line, section, key: body.slice(0, equals).trim().toUpperCase(), value: body.slice(equals + 1).trim() };
  }
}
