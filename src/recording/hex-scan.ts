/** Bytes written as pairs of digits; under a mask where an `X` leaves a digit open. */
export interface ScannedBytes {
  readonly values: Uint8Array;
  /** Undefined where no byte is open. */
  readonly masks: Uint8Array | undefined;
}

const OPEN = 16;
const NO_DIGIT = -1;
/** The value of a character as a hex digit. */
const DIGITS = Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[xX]/.test(character)) return OPEN;
  return /[0-9A-Fa-f]/.test(character) ? Number.parseInt(character, 16) : NO_DIGIT;
});

/**
 * Scans bytes that stand apart by blanks. In one go, because recordings have hundreds of thousands.
 *
 * @param mayBeOpen whether an `X` is a digit
 * @returns the bytes, or the first word that is none
 */
export function scanHex(text: string, mayBeOpen = false): ScannedBytes | string {
  const values = new Uint8Array(text.length + 1);
  let masks: Uint8Array | undefined;
  let count = 0;
  for (let index = 0; index < text.length; ) {
    if (isBlank(text, index)) {
      index += 1;
      continue;
    }
    const [high, low] = [digitAt(text, index), digitAt(text, index + 1)];
    const isOpen = high === OPEN || low === OPEN;
    if (high === NO_DIGIT || low === NO_DIGIT || !isBlank(text, index + 2) || (isOpen && !mayBeOpen))
      return /^\S*/.exec(text.slice(index))?.[0] ?? '';
    if (isOpen) {
      masks ??= new Uint8Array(text.length + 1).fill(0xff);
      masks[count] = (high === OPEN ? 0 : 0xf0) | (low === OPEN ? 0 : 0x0f);
    }
    values[count] = ((high % OPEN) << 4) | (low % OPEN);
    count += 1;
    index += 3;
  }
  return { values: values.slice(0, count), masks: masks?.slice(0, count) };
}

function digitAt(text: string, index: number): number {
  return DIGITS[text.charCodeAt(index)] ?? NO_DIGIT;
}

/** A blank, or the end. */
function isBlank(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code === 0x20 || code === 0x09 || Number.isNaN(code);
}
