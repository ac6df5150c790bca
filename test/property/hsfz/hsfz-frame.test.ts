import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, isKombiError, toHex } from '../../../src/core/index.ts';
import {
  encodeHsfzFrame,
  HSFZ_MAX_BODY_BYTES,
  type HsfzFrame,
  HsfzReceiveBuffer,
  takeHsfzFrame,
} from '../../../src/transport/enet/index.ts';

// fast-check prints the seed of a failure; KOMBI_SEED replays it.
const seed = Number(process.env['KOMBI_SEED'] ?? 6801);

const control = fc.constantFrom(0x01, 0x02, 0x10, 0x11, 0x12, 0x13, 0x40, 0x43, 0xff);
const frames = fc.array(fc.record({ control, body: fc.uint8Array({ maxLength: 40 }) }), { minLength: 1, maxLength: 6 });

/** What came out, as text: the bodies are only valid during the call. */
function pushAll(chunks: readonly Uint8Array[]): string[] {
  const buffer = new HsfzReceiveBuffer();
  const told: string[] = [];
  for (const chunk of chunks) {
    buffer.push(chunk, (frame: HsfzFrame) => told.push(`${frame.control} ${toHex(frame.body)}`));
    // A stream reuses the memory of its chunks.
    chunk.fill(0xee);
  }
  return told;
}

function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const borders = [0, ...[...new Set(places)].sort((left, right) => left - right), bytes.length];
  return borders.slice(1).map((border, index) => bytes.slice(borders[index], border));
}

describe('HSFZ framing', () => {
  it('decodes what it encodes', () => {
    fc.assert(
      fc.property(control, fc.uint8Array({ maxLength: 5000 }), (word, body) => {
        const bytes = encodeHsfzFrame(word, body);
        expect(takeHsfzFrame(bytes)).toEqual({ control: word, body, end: bytes.length });
      }),
      { seed },
    );
  });

  it('gives the same frames whole, byte by byte, and at every cut in two', () => {
    fc.assert(
      fc.property(frames, (list) => {
        const expected = list.map(({ control: word, body }) => `${word} ${toHex(body)}`);
        const stream = () => concatBytes(...list.map(({ control: word, body }) => encodeHsfzFrame(word, body)));
        const { length } = stream();
        expect(pushAll([stream()])).toEqual(expected);
        expect(
          pushAll(
            cut(
              stream(),
              Array.from({ length: length - 1 }, (_, index) => index + 1),
            ),
          ),
        ).toEqual(expected);
        for (let place = 1; place < length; place += 1) expect(pushAll(cut(stream(), [place]))).toEqual(expected);
      }),
      { seed, numRuns: 60 },
    );
  });

  it('gives the same frames whatever the chunks, large bodies included', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 3000, maxLength: 20000 }),
        fc.array(fc.nat(20000), { maxLength: 30 }),
        frames,
        (large, places, after) => {
          const list = [{ control: 1, body: large }, ...after];
          const stream = concatBytes(...list.map((frame) => encodeHsfzFrame(frame.control, frame.body)));
          const chunks = cut(
            stream,
            places.filter((place) => place > 0 && place < stream.length),
          );
          expect(pushAll(chunks)).toEqual(list.map((frame) => `${frame.control} ${toHex(frame.body)}`));
        },
      ),
      { seed, numRuns: 60 },
    );
  });

  it('either waits, takes a frame within the bytes, or refuses the stream by name', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          const frame = takeHsfzFrame(bytes);
          if (frame !== undefined) expect(frame.end).toBeLessThanOrEqual(bytes.length);
          else expect(bytes.length < 6 || bytes.length < 6 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)).toBe(true);
        } catch (error) {
          expect(isKombiError(error, 'link.hsfz-malformed')).toBe(true);
        }
      }),
      { seed, numRuns: 1000 },
    );
  });

  it('refuses every length above the cap at its header, before any of the body', () => {
    fc.assert(
      fc.property(fc.integer({ min: HSFZ_MAX_BODY_BYTES + 1, max: 0xffffffff }), control, (length, word) => {
        const header = new Uint8Array(6);
        new DataView(header.buffer).setUint32(0, length);
        header[5] = word;
        expect(() => new HsfzReceiveBuffer().push(header, () => {})).toThrowError(expect.objectContaining({ code: 'link.hsfz-malformed' }));
      }),
      { seed },
    );
  });
});
