import { EXIT, KombiError } from '../core/index.ts';

/** The refusal of a line that cannot be understood; whoever knows the file puts its name in front. */
export function invalidLine(line: number, what: string, hint = 'Correct the line, or put a semicolon in front of it.'): KombiError {
  return invalid(`line ${line}: ${what}`, hint);
}

export function invalid(message: string, hint: string): KombiError {
  return new KombiError({ code: 'recording.invalid', message, hint, exit: EXIT.usage });
}

/** What a file says, short enough for a message. */
export function quoted(text: string): string {
  return `"${text.length > 40 ? `${text.slice(0, 40)}…` : text}"`;
}
