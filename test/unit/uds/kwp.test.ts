import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/core/index.ts';
import {
  decodeIdentification,
  decodeKwpTroubleCodes,
  encodeClearKwpTroubleCodes,
  encodeReadIdentification,
  encodeReadKwpTroubleCode,
  encodeReadKwpTroubleCodes,
  encodeReadLocalIdentifier,
  judgePayload,
} from '../../../src/uds/index.ts';

const codes = fc.array(fc.record({ code: fc.nat(0xffff), status: fc.nat(0xff) }), { maxLength: 85 });

describe('KWP2000', () => {
  it('asks as the recorded testers did', () => {
    const requests = [
      encodeReadIdentification(0x80),
      encodeReadKwpTroubleCodes(),
      encodeReadKwpTroubleCode(0x5fb4),
      encodeReadLocalIdentifier(0xb1),
      encodeClearKwpTroubleCodes(),
    ];
    expect(requests.map((request) => toHex(request))).toEqual(['1A80', '1802FFFF', '175FB4', '21B1', '14FFFF']);
  });

  it('reads trouble codes of two bytes', () => {
    expect(decodeKwpTroubleCodes(fromHex('5800'))).toEqual([]);
    expect(decodeKwpTroubleCodes(fromHex('5802423224422224'))).toEqual([
      { code: 0x4232, status: 0x24 },
      { code: 0x4222, status: 0x24 },
    ]);
  });

  it('reads back any list of trouble codes', () => {
    fc.assert(
      fc.property(codes, (list) => {
        const bytes = list.flatMap(({ code, status }) => [code >> 8, code & 0xff, status]);
        expect(decodeKwpTroubleCodes(Uint8Array.of(0x58, list.length, ...bytes))).toEqual(list);
      }),
    );
  });

  it('takes a list whose count and bytes disagree for none', () => {
    fc.assert(
      fc.property(fc.nat(0xff), fc.uint8Array({ maxLength: 40 }), (count, bytes) => {
        fc.pre(bytes.length !== count * 3);
        const answer = Uint8Array.of(0x58, count, ...bytes);
        expect(() => decodeKwpTroubleCodes(answer)).toThrow(expect.objectContaining({ code: 'uds.unexpected-response' }));
      }),
    );
  });

  it.each([
    ['1A80', '5A8000000922', 'positive'],
    ['1A80', '5A8930303034', 'stray'],
    ['1A80', '5A80', 'stray'],
    ['1A80', '7F1A21', 'negative'],
    ['21B1', '61B104', 'positive'],
    ['21B1', '61B204', 'stray'],
    ['1802FFFF', '5800', 'positive'],
    ['1802FFFF', '58', 'stray'],
    ['175FB4', '5700', 'positive'],
    ['14FFFF', '54FFFF', 'positive'],
  ] as const)('%s answered with %s is %s', (request, answer, kind) => {
    expect(judgePayload(fromHex(request), fromHex(answer))).toBe(kind);
  });

  it('gives what stands behind the option', () =>
    expect(toHex(decodeIdentification(fromHex('5A9045303030303031')))).toBe('45303030303031'));
});
