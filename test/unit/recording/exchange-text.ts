import { toHex } from '../../../src/core/index.ts';
import type { Exchange } from '../../../src/recording/index.ts';

/** One line an exchange: `60/22F190 → 60:62F190 10:7F2231`, `DF!/22F190 →` where all were asked. */
export function exchangeTexts(exchanges: readonly Exchange[]): readonly string[] {
  return exchanges.map(
    ({ target, functional, request, answers }) =>
      `${toHex(Uint8Array.of(target))}${functional ? '!' : ''}/${toHex(request)} →${answers
        .map(({ source, payload }) => ` ${toHex(Uint8Array.of(source))}:${toHex(payload)}`)
        .join('')}`,
  );
}

/** What a decoder says of a file that it does not take. */
export function refusalOf(decode: () => unknown): { code: string; exit: number; message: string } | undefined {
  try {
    decode();
  } catch (error) {
    return error as { code: string; exit: number; message: string };
  }
  return undefined;
}
