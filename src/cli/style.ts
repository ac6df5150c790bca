import type { Io, Output } from './io.ts';

/** What text is, not how it looks: one place decides the colours. */
export interface Style {
  heading(text: string): string;
  /** The thing that the eye should find: a changed byte, an id. */
  mark(text: string): string;
  quiet(text: string): string;
  good(text: string): string;
  warning(text: string): string;
  failure(text: string): string;
}

const same = (text: string) => text;
const PLAIN: Style = { heading: same, mark: same, quiet: same, good: same, warning: same, failure: same };

/** Colours for one stream, or none: NO_COLOR (no-color.org), TERM=dumb, `--no-color`, or nobody looking at it. */
export async function styleFor(output: Output, io: Io, wanted: boolean): Promise<Style> {
  const { NO_COLOR, TERM } = io.env;
  if (!wanted || !output.isTerminal || (NO_COLOR !== undefined && NO_COLOR !== '') || TERM === 'dumb') return PLAIN;
  const { Chalk } = await import('chalk');
  // The level is set by us: chalk looks at its own environment and ignores NO_COLOR. 16 colours follow the person's theme.
  const chalk = new Chalk({ level: 1 });
  return {
    heading: chalk.bold,
    mark: chalk.bold.cyan,
    quiet: chalk.dim,
    good: chalk.green,
    warning: chalk.yellow,
    failure: chalk.red,
  };
}
