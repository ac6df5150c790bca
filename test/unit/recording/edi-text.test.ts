import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/core/index.ts';
import { decodeEdiText, type Exchange, encodeEdiText } from '../../../src/recording/index.ts';
import { RecordingBuilder } from '../../../src/recording/recording.ts';
import { exchangeTexts, refusalOf } from './exchange-text.ts';

const seed = Number(process.env['KOMBI_SEED'] ?? 20_261_120);
const bytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });
const payload = fc.oneof({ weight: 8, arbitrary: bytes(1, 80) }, { weight: 1, arbitrary: bytes(250, 260) });
const address = fc.integer({ min: 0, max: 0xff });

const exchange: fc.Arbitrary<Exchange> = fc.record({
  target: address,
  functional: fc.boolean(),
  request: payload,
  answers: fc.array(fc.record({ source: address, payload }), { maxLength: 4 }),
});

const told = (text: string) => exchangeTexts(decodeEdiText(text).exchanges);
const refusal = (text: string) => refusalOf(() => decodeEdiText(text));

describe('EdiabasLib response text', () => {
  it('is read line by line, with comments, blank lines and either end of line', () => {
    const text =
      '\uFEFF; a car\r\n\n83 60 F1 22 30 00 26 : 85 F1 60 62 30 00 01 02 6B\r\n c3 df f1 22 f1 50 f6:86 F1 10 62 F1 50 0F 13 10 5C ; two ; more';
    expect(told(text)).toEqual(['60/223000 → 60:6230000102', 'DF!/22F150 → 10:62F1500F1310']);
  });

  it('holds several answers on a line, and none', () => {
    const text = '83 60 F1 22 30 00 26 : 83 F1 60 7F 22 78 ED 84 F1 60 62 30 00 01 68\n82 61 F1 3E 00 12 :';
    expect(told(text)).toEqual(['60/223000 → 60:7F2278 60:62300001', '61/3E00 →']);
  });

  it('keeps the order of the same request', () => {
    const text = ['01', '02', '01'].map((byte) => `83 60 F1 22 30 00 26 : 84 F1 60 62 30 00 ${byte} 00`).join('\n');
    expect(told(text)).toEqual(['01', '02', '01'].map((byte) => `60/223000 → 60:623000${byte}`));
  });

  it('reads all three forms of a length', () => {
    const answer = (header: string, length: number) => `83 60 F1 22 30 00 26 : ${header} ${'62 '.repeat(length)}00`;
    expect(told(answer('BF F1 60', 63))[0]).toMatch(/:(62){63}$/);
    expect(told(answer('80 F1 60 40', 64))[0]).toMatch(/:(62){64}$/);
    expect(told(answer('80 F1 60 02', 2))[0]).toMatch(/:(62){2}$/);
    expect(told(answer('80 F1 60 00 01 2C', 300))[0]).toMatch(/:(62){300}$/);
  });

  it('makes a rule of a request with open bytes, also of half a byte', () => {
    const { exchanges, rules } = decodeEdiText('83 XX F1 22 3X XX XX : 83 F1 60 7F 22 31 00\n83 XX F1 22 3X XX XX : 83 F1 60 7F 22 21 00');
    expect(exchanges).toEqual([]);
    expect(rules).toHaveLength(1);
    expect(toHex(rules[0]?.request.values ?? fromHex(''))).toBe('8300F1223000');
    expect(toHex(rules[0]?.request.masks ?? fromHex(''))).toBe('FF00FFFFF000');
    expect(rules[0]?.turns.map(([answer]) => toHex(answer?.constants ?? fromHex('')))).toEqual(['607F2231', '607F2221']);
  });

  it.each([
    ['83 60 F1 22 30 00 26', 'line 1: there is no colon between a request and its response'],
    ['\n83 60 F1 22 3 00 26 : 00', 'line 2: "3" in the request is no byte'],
    ['83 60 F1 22 30 00 26 : XX', 'line 1: "XX" in the response is no byte'],
    ['83 60 F1 22 30 00 26 : 83 F1 60 : 7F', 'line 1: ":" in the response is no byte'],
    [': 83 F1 60 7F 22 31 A6', 'line 1: the request is no telegram: it begins with no fixed byte'],
    ['03 60 F1 22 30 00 26 :', 'line 1: the request is no telegram: it begins with 03; a BMW-FAST telegram begins with 80 to FF'],
    ['83 60 F1 22 30 :', 'line 1: the request ends after 5 of 7 bytes'],
    ['83 60 F1 22 30 00 26 00 :', 'line 1: the request has 8 bytes, and its length asks for 7'],
    ['83 XX F1 22 30 XX :', 'line 1: the request has 6 bytes, and its length asks for 7'],
    ['80 60 F1 XX 22 30 00 26 :', 'line 1: the request is no telegram: its length is open, or behind its end'],
    ['80 60 F1 00 00 00 26 :', 'line 1: the request is no telegram: its length is 0'],
    ['83 60 F1 22 30 00 27 :', 'line 1: the request has the checksum 27 where 26 is right'],
    ['83 60 F1 22 30 00 26 : 83 F1 60 7F 22 31 A6 83 F1 60', 'line 1: response 2 ends after 3 of 7 bytes'],
    ['83 60 F1 22 30 00 26 : 83 F1 60 7F 22 31 A7', 'line 1: the response has the checksum A7 where A6 is right'],
  ])('refuses %j', (text, message) => {
    expect(refusal(text)).toMatchObject({ code: 'recording.invalid', exit: 2, message });
  });

  it('refuses more than it would hold', () => {
    expect(refusal(';'.repeat(16 * 1024 * 1024 + 1))?.message).toMatch(/more than 16777216/);
    const builder = new RecordingBuilder();
    const one = { target: 0x60, functional: false, request: fromHex('3E00'), answers: [] };
    for (let line = 1; line <= 250_000; line += 1) builder.addExchange(line, one);
    expect(() => builder.addExchange(250_001, one)).toThrow('line 250001: there are more than 250000 exchanges');
    const rules = Array.from({ length: 4097 }, (_, index) => `8X ${index.toString(16).padStart(4, '0').replace(/../, '$& F1 ')} 22 00:`);
    expect(refusal(rules.join('\n'))?.message).toBe('line 4097: there are more than 4096 requests with open bytes');
  });

  it('is written so that it is read as it was', () => {
    fc.assert(
      fc.property(fc.array(exchange, { maxLength: 6 }), (exchanges) => {
        expect(decodeEdiText(encodeEdiText(exchanges))).toEqual({
          exchanges,
          rules: [],
          voltage: undefined,
          ignition: undefined,
          remarks: [],
        });
      }),
      { seed, numRuns: 200 },
    );
  });

  it('is written in the recorded form', () => {
    const request = fromHex('22F150');
    const answers = [{ source: 0x10, payload: fromHex('62F1500F1310') }];
    expect(encodeEdiText([{ target: 0xdf, functional: true, request, answers }])).toBe(
      'C3 DF F1 22 F1 50 F6 : 86 F1 10 62 F1 50 0F 13 10 5C\n',
    );
    const lengths = [0x3f, 0x40, 0xff, 0x100].map((length) =>
      encodeEdiText([{ target: 0x60, functional: false, request: new Uint8Array(length), answers: [] }]),
    );
    expect(lengths.map((line) => line.slice(0, 17))).toEqual([
      'BF 60 F1 00 00 00',
      '80 60 F1 40 00 00',
      '80 60 F1 FF 00 00',
      '80 60 F1 00 01 00',
    ]);
    const empty = { target: 0x60, functional: false, request: new Uint8Array(0), answers: [] };
    expect(() => encodeEdiText([empty])).toThrow(expect.objectContaining({ code: 'recording.invalid' }));
  });

  it('never fails otherwise on any text', () => {
    const piece = fc.constantFrom('83', '80', 'C0', 'XX', 'F1', '00', '22', ':', ';', '\n', ' ', 'X', 'zz', '\r');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(' ')),
          fc.string(),
        ),
        (text) => {
          const error = refusal(text);
          if (error !== undefined) expect(error.code).toBe('recording.invalid');
        },
      ),
      { seed, numRuns: 500 },
    );
  });
});
