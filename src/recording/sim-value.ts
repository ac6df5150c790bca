import { checksum, telegramShape } from './bmw-fast.ts';
import { scanHex } from './hex-scan.ts';
import { invalidLine, quoted } from './invalid.ts';
import { type AnswerTemplate, type BytePattern, type Computed, compute, type Operator } from './rule.ts';

/** Two digits, and what is done with them. */
const ITEM = /^([0-9A-FX]{2})(?:([&|^+\-*/])(.+))?$/;
const REQUEST_BYTE = /^\[([0-9A-F]{1,4})\]$/;
const CHECKSUM = /^\$[0-9A-F]{1,2}$/;

/**
 * Reads the bytes of a request: `83,XX,F1,22,80&C0,..`.
 *
 * @throws {KombiError} `recording.invalid`
 */
export function readSimRequest(line: number, text: string): BytePattern {
  const items = itemsOf(text);
  const openEnded = items.at(-1) === '..';
  if (openEnded) items.pop();
  const plain = scanHex(items.join(' '), true);
  if (typeof plain !== 'string') return { values: plain.values, masks: plain.masks ?? new Uint8Array(items.length).fill(0xff), openEnded };
  const values = new Uint8Array(items.length);
  const masks = new Uint8Array(items.length);
  for (const [index, item] of items.entries()) {
    const [, digits = '', operator, mask = 'FF'] = ITEM.exec(item) ?? [];
    if (digits === '' || (operator !== undefined && operator !== '&') || !/^[0-9A-F]{2}$/.test(mask)) {
      throw invalidLine(
        line,
        `${quoted(item)} in the request is no byte`,
        'Write two hex digits, XX, a byte with its mask such as 80&C0, or .. at the end.',
      );
    }
    values[index] = Number.parseInt(digits.replaceAll('X', '0'), 16);
    masks[index] = (digits[0] === 'X' ? 0 : 0xf0) | (digits[1] === 'X' ? 0 : 0x0f);
    masks[index] &= Number.parseInt(mask, 16);
  }
  return { values, masks, openEnded };
}

/** Bytes of a response as they stand in the file: some worked out from the request, some a checksum. */
interface Items {
  readonly constants: Uint8Array;
  readonly computed: ReadonlyMap<number, Computed>;
  readonly checksums: ReadonlySet<number>;
}

/**
 * Reads the telegrams of a response: `83,F1,00|[01],7F,22,31,00^$00`.
 *
 * @param wrongSum is told where a fixed checksum is another one than the telegram's
 * @throws {KombiError} `recording.invalid`
 */
export function readSimResponse(line: number, text: string, wrongSum: (line: number) => void): readonly AnswerTemplate[] {
  const items = readItems(line, text);
  const { constants, computed, checksums } = items;
  const isFixed = (offset: number) => !computed.has(offset) && !checksums.has(offset);
  const templates: AnswerTemplate[] = [];
  let sums = 0;
  for (let start = 0; start < constants.length; ) {
    const shape = telegramShape((offset) => (isFixed(start + offset) ? constants[start + offset] : undefined));
    if (typeof shape === 'string') throw invalidLine(line, `the response is no telegram: ${shape}`);
    const end = start + shape.headerBytes + shape.payloadBytes;
    const given = constants[end];
    if (given === undefined) throw invalidLine(line, `the response ends after ${constants.length - start} of ${end + 1 - start} bytes`);
    const template = cut(items, { sourceAt: start + 2, from: start + shape.headerBytes, end });
    if (checksums.has(end)) sums += 1;
    else if (template.computed.length === 0 && given !== 0 && given !== checksum(constants.subarray(start, end))) wrongSum(line);
    templates.push(template);
    start = end + 1;
  }
  if (templates.length === 0) throw invalidLine(line, 'the response is empty');
  if (sums < checksums.size) throw invalidLine(line, 'a checksum stands elsewhere than at the end of a telegram');
  return templates;
}

function cut({ constants, computed }: Items, { sourceAt, from, end }: { sourceAt: number; from: number; end: number }): AnswerTemplate {
  const bytes = new Uint8Array(end - from + 1);
  bytes[0] = constants[sourceAt] ?? 0;
  bytes.set(constants.subarray(from, end), 1);
  if (computed.size === 0) return { constants: bytes, computed: [] };
  const moved: Computed[] = [];
  const take = (at: number, offset: number) => {
    const step = computed.get(at);
    if (step !== undefined) moved.push({ ...step, offset });
  };
  take(sourceAt, 0);
  for (let at = from; at < end; at += 1) take(at, at - from + 1);
  return { constants: bytes, computed: moved };
}

function readItems(line: number, text: string): Items {
  const items = itemsOf(text);
  const computed = new Map<number, Computed>();
  const checksums = new Set<number>();
  const plain = scanHex(items.join(' '));
  if (typeof plain !== 'string') return { constants: plain.values, computed, checksums };
  const constants = new Uint8Array(items.length);
  for (const [offset, item] of items.entries()) {
    const [, digits = 'X', sign, operand = ''] = ITEM.exec(item) ?? [];
    const operator = sign as Operator | undefined;
    const index = REQUEST_BYTE.exec(operand)?.[1];
    const isSum = CHECKSUM.test(operand);
    const fixed = /^[0-9A-F]{2}$/.test(operand) ? Number.parseInt(operand, 16) : undefined;
    const isKnown = operator === undefined || isSum || index !== undefined || fixed !== undefined;
    if (digits.includes('X') || !isKnown) {
      throw invalidLine(
        line,
        `${quoted(item)} in the response is no byte`,
        'Write two hex digits, a byte worked out such as 00|[01], or 00^$00 for a checksum.',
      );
    }
    const constant = Number.parseInt(digits, 16);
    constants[offset] = constant;
    if (operator === undefined) continue;
    if (isSum) checksums.add(offset);
    else if (index !== undefined) computed.set(offset, { offset, operator, index: Number.parseInt(index, 16) });
    else constants[offset] = dividedBy(line, compute(constant, operator, fixed ?? 0));
  }
  return { constants, computed, checksums };
}

function dividedBy(line: number, value: number | undefined): number {
  if (value === undefined) throw invalidLine(line, 'the response divides by 0');
  return value;
}

function itemsOf(text: string): string[] {
  return text
    .toUpperCase()
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
