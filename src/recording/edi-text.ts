import { KombiError, toHex } from '../core/index.ts';
import {
  checksum,
  encodeTelegram,
  FUNCTIONAL_BIT,
  hex,
  LONGEST_PAYLOAD,
  TESTER,
  type Telegram,
  type TelegramShape,
  telegramShape,
} from './bmw-fast.ts';
import type { Exchange, RecordedAnswer } from './exchange.ts';
import { scanHex } from './hex-scan.ts';
import { invalidLine, quoted } from './invalid.ts';
import { linesOf } from './lines.ts';
import { type Recording, RecordingBuilder } from './recording.ts';
import type { AnswerTemplate, BytePattern } from './rule.ts';

/**
 * Reads EdiabasLib's response text.
 *
 * Shape   a line each: `request : response [response …]`, hex bytes of BMW-FAST telegrams, checksums included.
 *         `;` begins a comment, `X` stands for any digit of a request, 00 as checksum for "fill in".
 *         The same request on several lines is answered in turn; a line without response was not answered.
 *
 * @throws {KombiError} `recording.invalid` (exit 2) naming the line
 * @see source: recordings of uholeschak/ediabaslib (third-party), format in the reference data's README
 */
export function decodeEdiText(text: string): Recording {
  const recording = new RecordingBuilder();
  for (const [line, whole] of linesOf(text)) {
    const body = withoutComment(whole);
    if (body === '') continue;
    const colon = body.indexOf(':');
    if (colon === -1) throw invalidLine(line, 'there is no colon between a request and its response');
    const request = readRequest(line, body.slice(0, colon));
    const answers = readAnswers(line, body.slice(colon + 1));
    if ('pattern' in request) recording.addRule(line, request.pattern, answers.map(asTemplate));
    else recording.addExchange(line, { ...request, answers });
  }
  return recording.build();
}

/**
 * Writes exchanges as EdiabasLib's response text, one a line, in their order; the tester is F1.
 *
 * @throws {KombiError} `recording.invalid` where a message is empty or longer than 65535 bytes
 */
export function encodeEdiText(exchanges: readonly Exchange[]): string {
  return exchanges
    .map(({ target, functional, request, answers }) => {
      const asked = telegramText({ functional, target, source: TESTER, payload: request });
      const answered = answers.map(({ source, payload }) => ` ${telegramText({ functional: false, target: TESTER, source, payload })}`);
      return `${asked} :${answered.join('')}\n`;
    })
    .join('');
}

function telegramText(telegram: Telegram): string {
  const { length } = telegram.payload;
  if (length === 0 || length > LONGEST_PAYLOAD) {
    throw new KombiError({
      code: 'recording.invalid',
      message: `A message of ${length} bytes does not fit a BMW-FAST telegram`,
      hint: 'It carries 1 to 65535 bytes.',
      exit: 2,
    });
  }
  const bytes = encodeTelegram(telegram);
  return `${toHex(bytes, ' ')} ${hex(checksum(bytes))}`;
}

function withoutComment(line: string): string {
  const start = line.indexOf(';');
  return start === -1 ? line : line.slice(0, start).trim();
}

type Request = Pick<Exchange, 'target' | 'functional' | 'request'> | { readonly pattern: BytePattern };

function readRequest(line: number, text: string): Request {
  const scanned = scanHex(text, true);
  if (typeof scanned === 'string') throw invalidLine(line, `${quoted(scanned)} in the request is no byte`, 'Write two hex digits, or XX.');
  const { values, masks } = scanned;
  if (masks === undefined) {
    const { telegram, byteCount } = takeTelegram(line, values, 'the request');
    checkLength(line, values.length, byteCount);
    return { target: telegram.target, functional: telegram.functional, request: telegram.payload };
  }
  if (masks[0] === 0xff) {
    const { headerBytes, payloadBytes } = shapeOf(line, (offset) => (masks[offset] === 0xff ? values[offset] : undefined), 'the request');
    checkLength(line, values.length, headerBytes + payloadBytes + 1);
  }
  // What is open may be any byte, so that no checksum can be held against it.
  return { pattern: { values: values.slice(0, -1), masks: masks.slice(0, -1), openEnded: false } };
}

function checkLength(line: number, given: number, needed: number): void {
  if (given !== needed) throw invalidLine(line, `the request has ${given} bytes, and its length asks for ${needed}`);
}

function readAnswers(line: number, text: string): readonly RecordedAnswer[] {
  const scanned = scanHex(text);
  if (typeof scanned === 'string') throw invalidLine(line, `${quoted(scanned)} in the response is no byte`, 'Write two hex digits.');
  const { values: bytes } = scanned;
  const answers: RecordedAnswer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const what = answers.length === 0 ? 'the response' : `response ${answers.length + 1}`;
    const { telegram, byteCount } = takeTelegram(line, bytes.subarray(start), what);
    answers.push({ source: telegram.source, payload: telegram.payload });
    start += byteCount;
  }
  return answers;
}

/** The first telegram of these bytes, and how many of them it takes. */
function takeTelegram(line: number, bytes: Uint8Array, what: string): { readonly telegram: Telegram; readonly byteCount: number } {
  const { headerBytes, payloadBytes } = shapeOf(line, (offset) => bytes[offset], what);
  const end = headerBytes + payloadBytes;
  const given = bytes[end];
  if (given === undefined) throw invalidLine(line, `${what} ends after ${bytes.length} of ${end + 1} bytes`);
  const sum = checksum(bytes.subarray(0, end));
  if (given !== sum && given !== 0) {
    throw invalidLine(
      line,
      `${what} has the checksum ${hex(given)} where ${hex(sum)} is right`,
      'Where it was edited on purpose, write 00.',
    );
  }
  const functional = ((bytes[0] ?? 0) & FUNCTIONAL_BIT) !== 0;
  const telegram = { functional, target: bytes[1] ?? 0, source: bytes[2] ?? 0, payload: bytes.slice(headerBytes, end) };
  return { telegram, byteCount: end + 1 };
}

function shapeOf(line: number, at: (offset: number) => number | undefined, what: string): TelegramShape {
  const shape = telegramShape(at);
  if (typeof shape === 'string') throw invalidLine(line, `${what} is no telegram: ${shape}`);
  return shape;
}

function asTemplate({ source, payload }: RecordedAnswer): AnswerTemplate {
  const constants = new Uint8Array(payload.length + 1);
  constants[0] = source;
  constants.set(payload, 1);
  return { constants, computed: [] };
}
