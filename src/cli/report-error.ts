import { EXIT, type ExitStatus, KombiError, messageOf, type VehicleState } from '../core/index.ts';
import { escapeText } from './escape.ts';
import type { Style } from './style.ts';
import { wrap } from './text.ts';
import { version } from './version.ts';

export interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly items: readonly string[];
  readonly hint: string;
  readonly exit: ExitStatus;
  readonly vehicle: VehicleState;
  readonly stack: string | undefined;
}

const UNTOUCHED = 'Nothing was written';

/** Anything thrown, as what the person is told. What is no KombiError is a defect of ours. */
export function describeError(error: unknown, signal: AbortSignal): ErrorReport {
  // Whatever a wait throws when it is cut short, the signal is the reason, unless a job has more to say.
  const known = signal.aborted && !(error instanceof KombiError && error.exit !== EXIT.linkFailed) ? signal.reason : error;
  if (known instanceof KombiError) {
    const { code, message, items, hint = '', exit, vehicle, stack } = known;
    return { code, message, items, hint, exit, vehicle, stack };
  }
  return {
    code: 'bug.unexpected',
    message: `Unexpected: ${messageOf(known)}`,
    items: [],
    hint: `This is a defect of kombi ${version} (Node ${process.version}, ${process.platform}). Please report it with what --verbose shows.`,
    exit: EXIT.bug,
    vehicle: 'untouched',
    stack: known instanceof Error ? known.stack : undefined,
  };
}

/** What failed, what state the car is in, what to do next. */
export function errorLines(error: ErrorReport, options: { style: Style; width: number; verbose: boolean }): string {
  const { style, width } = options;
  const lines = wrap(`${style.failure('Error:')} ${escapeText(error.message)}`, { width });
  for (const item of error.items) lines.push(...wrap(escapeText(item), { width, indent: 2 }));
  // Wrong words never reached a car: there is nothing to say about one. A job names the car and the blocks itself.
  const isTold = error.vehicle !== 'untouched' || error.message.includes(UNTOUCHED);
  if (error.exit !== EXIT.usage && error.exit !== EXIT.bug && !isTold) lines.push(`${UNTOUCHED} to the car.`);
  if (error.hint !== '') lines.push(...hintLines(escapeText(error.hint), options));
  if (options.verbose) lines.push(`${error.code}, exit ${error.exit}`, ...stackLines(error.stack));
  return `${lines.join('\n')}\n`;
}

/** Commands stand in backticks. None is broken inside; one that ends the hint stands alone, to be copied. */
function hintLines(hint: string, { style, width }: { style: Style; width: number }): string[] {
  const [, lead, command] = /^(.*?:) `(.+)`$/.exec(hint) ?? [];
  const prose = (lead ?? hint).replace(/`[^`]+`/g, (inside) => inside.replaceAll(' ', '\u00a0'));
  const lines = wrap(style.quiet(prose), { width }).map((line) => line.replaceAll('\u00a0', ' '));
  return command === undefined ? lines : [...lines, `  ${command}`];
}

/** The frames; the message in front of them has been told. */
function stackLines(stack: string | undefined): string[] {
  return (stack ?? '')
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .map(escapeText);
}
