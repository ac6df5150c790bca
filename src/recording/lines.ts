import { invalid } from './invalid.ts';

/** A car of 60 ECUs with every block searched for, twice, is less. */
const MOST_CHARACTERS = 16 * 1024 * 1024;

/** The lines of a file, counted from 1, trimmed, without a byte order mark. */
export function* linesOf(text: string): Generator<readonly [line: number, text: string]> {
  if (text.length > MOST_CHARACTERS) {
    throw invalid(`it has ${text.length} characters, more than ${MOST_CHARACTERS}`, 'Cut the recording into parts.');
  }
  let start = text.startsWith('\uFEFF') ? 1 : 0;
  for (let line = 1; start <= text.length; line += 1) {
    const end = text.indexOf('\n', start);
    yield [line, text.slice(start, end === -1 ? text.length : end).trim()];
    if (end === -1) return;
    start = end + 1;
  }
}
