import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex, toHex } from '../../../src/core/index.ts';
import { DOIP_MAX_BODY_BYTES, DoipType, encodeDoipDiagnostic, encodeDoipFrame, takeDoipFrame } from '../../../src/transport/doip/index.ts';
import { FrameBuffer } from '../../../src/transport/frame-buffer.ts';

// fast-check prints the seed of a failure; KOMBI_SEED replays it.
const seed = Number(process.env['KOMBI_SEED'] ?? 13400);

/** Built by hand from the tables of ISO 13400-2 and bmw-diagnostics §2. */
const VECTORS = [
  { name: 'a search', type: DoipType.identificationRequest, hex: '03FC 0001 00000000', body: '' },
  {
    name: 'an activation',
    type: DoipType.routingActivation,
    hex: '03FC 0005 0000000B 0EF3 00 00000000 00000000',
    body: '0EF3000000000000000000',
  },
  {
    name: 'its answer',
    type: DoipType.routingActivationAnswer,
    hex: '03FC 0006 00000009 0EF3 0010 10 00000000',
    body: '0EF300101000000000',
  },
  { name: 'an alive check', type: DoipType.aliveCheck, hex: '03FC 0007 00000000', body: '' },
  { name: 'a refusal', type: DoipType.negative, hex: '03FC 8003 00000005 0099 0EF3 03', body: '00990EF303' },
] as const;

describe('DoIP frames', () => {
  it.each(VECTORS)('reads and writes $name', ({ type, hex, body }) => {
    const bytes = fromHex(hex.replaceAll(' ', ''));
    expect(takeDoipFrame(bytes)).toMatchObject({ type, end: bytes.length });
    expect(toHex(encodeDoipFrame(type, fromHex(body)))).toBe(toHex(bytes));
  });

  it('frames a diagnostic message with its addresses', () => {
    expect(toHex(encodeDoipDiagnostic(0x0ef3, 0x60, fromHex('22F190')))).toBe('03FC8001000000070EF3006022F190');
  });

  it('takes the frames of older gateways', () => {
    expect(takeDoipFrame(fromHex('02FD000700000000'))).toMatchObject({ type: DoipType.aliveCheck });
  });

  it.each(['03FC 8001 FFFFFFFF', '03FC 8001 00010001', '0303 8001 00000000', '4854 5450 2F312E31'])(
    'refuses %s from the header alone',
    (hex) => {
      expect(() => takeDoipFrame(fromHex(hex.replaceAll(' ', '')))).toThrowError(
        expect.objectContaining({ code: 'link.doip-malformed', exit: 8 }),
      );
    },
  );

  it('takes the largest body', () => {
    expect(takeDoipFrame(encodeDoipFrame(DoipType.diagnostic, new Uint8Array(DOIP_MAX_BODY_BYTES)))?.body.length).toBe(0x10000);
  });

  it('gives the same frames however they are cut', () => {
    const type = fc.constantFrom(...Object.values(DoipType));
    fc.assert(
      fc.property(
        fc.array(fc.record({ type, body: fc.uint8Array({ maxLength: 40 }) }), { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat(200), { maxLength: 8 }),
        (frames, places) => {
          const stream = concatBytes(...frames.map((frame) => encodeDoipFrame(frame.type, frame.body)));
          const borders = [0, ...[...new Set(places)].filter((place) => place < stream.length).sort((a, b) => a - b), stream.length];
          const buffer = new FrameBuffer(takeDoipFrame);
          const told: string[] = [];
          for (const [index, start] of borders.slice(0, -1).entries()) {
            buffer.push(stream.slice(start, borders[index + 1]), (frame) => told.push(`${frame.type} ${toHex(frame.body)}`));
          }
          expect(told).toEqual(frames.map((frame) => `${frame.type} ${toHex(frame.body)}`));
        },
      ),
      { seed, numRuns: 200 },
    );
  });
});
