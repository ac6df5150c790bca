/** One CAN frame as the chip prints it with headers on (H1). */
export interface CanLine {
  /** 11 bits. */
  readonly id: number;
  /** 0 to 8 bytes. */
  readonly data: Uint8Array;
}

/** Three digits of identifier and two for each of at most eight bytes. */
const MAX_DIGITS = 3 + 2 * 8;
const MAX_ID = 0x7ff;
const SPACE = 0x20;

/**
 * Reads `607F1100962DD69FFFF`, or the same with spaces, a trailing one included.
 *
 * @returns undefined when the line is anything else: text, an echo of a request (an even number of digits)
 * @see source: adapter output of i3 cars (recorded)
 */
export function parseCanLine(line: string): CanLine | undefined {
  const digits: number[] = [];
  for (let index = 0; index < line.length; index += 1) {
    const code = line.charCodeAt(index);
    if (code === SPACE) continue;
    const digit = hexDigit(code);
    if (digit === undefined || digits.length === MAX_DIGITS) return undefined;
    digits.push(digit);
  }
  if (digits.length < 3 || digits.length % 2 === 0) return undefined;
  const at = (index: number) => digits[index] ?? 0;
  const id = at(0) * 0x100 + at(1) * 0x10 + at(2);
  if (id > MAX_ID) return undefined;
  const data = new Uint8Array((digits.length - 3) / 2);
  for (let index = 0; index < data.length; index += 1) data[index] = at(3 + 2 * index) * 0x10 + at(4 + 2 * index);
  return { id, data };
}

function hexDigit(code: number): number | undefined {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x41 && code <= 0x46) return code - 0x37;
  if (code >= 0x61 && code <= 0x66) return code - 0x57;
  return undefined;
}
