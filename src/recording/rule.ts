import { encodeTelegram, TESTER } from './bmw-fast.ts';
import type { RecordedAnswer } from './exchange.ts';

/** Bytes of a request of which some are open: one matches where it equals the value under the mask. */
export interface BytePattern {
  readonly values: Uint8Array;
  readonly masks: Uint8Array;
  /** Whether anything may follow. */
  readonly openEnded: boolean;
}

export type Operator = '&' | '|' | '^' | '+' | '-' | '*' | '/';

/** One byte of an answer that is worked out from the request. */
export interface Computed {
  readonly offset: number;
  readonly operator: Operator;
  /** Of the byte in the request's telegram, the header counted. */
  readonly index: number;
}

/** One telegram of an answer: its source at offset 0, its payload behind, and what of them is worked out. */
export interface AnswerTemplate {
  readonly constants: Uint8Array;
  readonly computed: readonly Computed[];
}

/** Answers to every request that matches, given in turn. */
export interface Rule {
  /** Of the telegram without its checksum. */
  readonly request: BytePattern;
  readonly turns: readonly (readonly AnswerTemplate[])[];
}

/** A request as a telegram of the tester, to hold against rules. */
export function requestTelegram(request: {
  readonly target: number;
  readonly functional: boolean;
  readonly payload: Uint8Array;
}): Uint8Array {
  return encodeTelegram({ ...request, source: TESTER });
}

export function matches({ values, masks, openEnded }: BytePattern, telegram: Uint8Array): boolean {
  if (telegram.length < values.length || (telegram.length > values.length && !openEnded)) return false;
  for (let index = 0; index < values.length; index += 1) {
    if ((((telegram[index] ?? 0) ^ (values[index] ?? 0)) & (masks[index] ?? 0)) !== 0) return false;
  }
  return true;
}

/** The telegrams of one turn, worked out; undefined where the request lacks a byte that is asked for, or is divided by 0. */
export function fillTemplates(templates: readonly AnswerTemplate[], telegram: Uint8Array): readonly RecordedAnswer[] | undefined {
  const answers: RecordedAnswer[] = [];
  for (const { constants, computed } of templates) {
    const bytes = new Uint8Array(constants);
    for (const { offset, operator, index } of computed) {
      const operand = telegram[index];
      const value = operand === undefined ? undefined : compute(bytes[offset] ?? 0, operator, operand);
      if (value === undefined) return undefined;
      bytes[offset] = value;
    }
    answers.push({ source: bytes[0] ?? 0, payload: bytes.subarray(1) });
  }
  return answers;
}

/** Modulo 256; undefined where it is divided by 0. */
export function compute(left: number, operator: Operator, right: number): number | undefined {
  switch (operator) {
    case '&':
      return left & right;
    case '|':
      return left | right;
    case '^':
      return left ^ right;
    case '+':
      return (left + right) & 0xff;
    case '-':
      return (left - right) & 0xff;
    case '*':
      return (left * right) & 0xff;
    case '/':
      return right === 0 ? undefined : Math.trunc(left / right);
  }
}
