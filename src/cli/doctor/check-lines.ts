import { escapeText } from '../escape.ts';
import type { Style } from '../style.ts';
import { wrap } from '../text.ts';
import type { Check } from './check.ts';

const INDENT = 9;

/** A check in words. What mends it is a line of its own and is never broken, to be copied. */
export function checkLines({ state, text, mend }: Check, style: Style, width: number): string[] {
  const paint = { ok: style.good, advice: style.warning, problem: style.failure }[state];
  // Padded here, because colours take no room on the screen and some in the text.
  const lead = paint(state) + ' '.repeat(INDENT - state.length);
  const lines = wrap(escapeText(text), { width, indent: INDENT, lead });
  return mend === undefined ? lines : [...lines, ' '.repeat(INDENT) + style.mark(escapeText(mend))];
}
