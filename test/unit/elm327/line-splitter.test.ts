import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSplitter } from '../../../src/transport/elm327/line-splitter.ts';

const seed = Number(process.env['KOMBI_SEED'] ?? 327);

function split(chunks: readonly string[]): string[] {
  const seen: string[] = [];
  const splitter = new LineSplitter({ line: (text) => seen.push(text), prompt: () => seen.push('>') });
  for (const chunk of chunks) splitter.feed(Buffer.from(chunk, 'latin1'));
  return seen;
}

describe(`line splitter (seed ${seed})`, () => {
  it.each([
    ['OK\r\r>', ['OK', '>']],
    ['\r\rELM327 v1.5\r\r>', ['ELM327 v1.5', '>']],
    ['OK\r\n\r\n>', ['OK', '>']],
    ['607 F1 05 62 D1 12 50 50 \r', ['607 F1 05 62 D1 12 50 50']],
    ['O\0K\0\r\0\r>', ['OK', '>']],
    ['607F1056BUFFER FULL>', ['607F1056BUFFER FULL', '>']],
    ['STOPPED\r\r>\r>', ['STOPPED', '>', '>']],
    ['not yet', []],
  ])('cuts %j', (text, expected) => {
    expect(split([text])).toEqual(expected);
  });

  it('gives the same whatever the chunks', () => {
    const text = fc.string({ unit: fc.constantFrom('A', '7', '\r', '\n', '>', '\0', ' ', '\xff'), maxLength: 60 });
    fc.assert(
      fc.property(text, fc.array(fc.nat(60)), (whole, cuts) => {
        const places = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length];
        const chunks = places.slice(1).map((place, index) => whole.slice(places[index], place));
        expect(split(chunks)).toEqual(split([whole]));
      }),
      { seed, numRuns: 500 },
    );
  });

  it('takes a line of 1 KiB and refuses a longer one, whatever it is made of', () => {
    expect(split(['\xfc'.repeat(1024), '\r'])).toHaveLength(1);
    expect(() => split(['\xfc'.repeat(1000), '\xff'.repeat(25)])).toThrow(
      expect.objectContaining({ code: 'link.elm327.garbled', exit: 8 }),
    );
  });
});
