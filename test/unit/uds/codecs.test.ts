import { describe, expect, it } from 'vitest';
import { type Did, type EcuAddress, fromHex, toHex } from '../../../src/core/index.ts';
import {
  decodeDtcRecords,
  decodeDtcs,
  decodeReadDid,
  decodeRoutine,
  decodeSessionTiming,
  describeNrc,
  describeService,
  encodeClearDtcs,
  encodeHardReset,
  encodeReadDid,
  encodeReadDtcExtendedData,
  encodeReadDtcSnapshots,
  encodeReadDtcs,
  encodeRoutine,
  encodeSessionControl,
  encodeWriteDid,
  NegativeResponseError,
  ROUTINE,
  SESSION,
} from '../../../src/uds/index.ts';

describe('requests', () => {
  it.each([
    ['a session', encodeSessionControl(SESSION.coding), '1041'],
    ['a reset', encodeHardReset(), '1101'],
    ['clearing all trouble codes', encodeClearDtcs(), '14FFFFFF'],
    ['clearing a group', encodeClearDtcs(0xb7f341), '14B7F341'],
    ['trouble codes by status', encodeReadDtcs(0x0c), '19020C'],
    ['snapshots of a code', encodeReadDtcSnapshots(0x031786), '1904031786FF'],
    ['extended data of a code', encodeReadDtcExtendedData(0x031786), '1906031786FF'],
    ['a read', encodeReadDid(0x3301 as Did), '223301'],
    ['a write', encodeWriteDid(0x3301 as Did, fromHex('FFF7')), '2E3301FFF7'],
    ['a routine', encodeRoutine(ROUTINE.start, 0x0f0c, fromHex('03')), '31010F0C03'],
  ])('%s', (_what, request, hex) => expect(toHex(request)).toBe(hex));
});

describe('answers', () => {
  it('give the data behind a DID and a routine', () => {
    expect(toHex(decodeReadDid(fromHex('62F1900102')))).toBe('0102');
    expect(toHex(decodeRoutine(fromHex('710102030A')))).toBe('0A');
    expect(decodeRoutine(fromHex('71010203'))).toHaveLength(0);
  });

  it.each([
    ['5003003201F4', 50, 5000],
    ['500300C801F4', 200, 5000],
    ['5041012B01F4', 299, 5000],
    ['5003', 300, 5000],
    ['50030032', 300, 5000],
  ])('session timing of %s', (hex, p2Ms, p2StarMs) => expect(decodeSessionTiming(fromHex(hex))).toEqual({ p2Ms, p2StarMs }));

  it.each([
    ['59027F', 0x7f, []],
    ['5902FFB7F3412F', 0xff, [{ code: 0xb7f341, status: 0x2f }]],
    [
      '59024D03178628E12C9808',
      0x4d,
      [
        { code: 0x031786, status: 0x28 },
        { code: 0xe12c98, status: 0x08 },
      ],
    ],
  ])('trouble codes of %s', (hex, statusAvailability, codes) => expect(decodeDtcs(fromHex(hex))).toEqual({ statusAvailability, codes }));

  it('refuse a list of trouble codes that is cut short', () => {
    expect(() => decodeDtcs(fromHex('59027F031786'))).toThrowError(expect.objectContaining({ code: 'uds.unexpected-response', exit: 3 }));
  });

  it('give a trouble code with its records', () => {
    const { dtc, records } = decodeDtcRecords(fromHex('59060317862801000201'));
    expect(dtc).toEqual({ code: 0x031786, status: 0x28 });
    expect(toHex(records)).toBe('01000201');
  });
});

describe('refusals', () => {
  /** BMW's own list, bmw-diagnostics §5.8. */
  const KNOWN = [
    0x10, 0x11, 0x12, 0x13, 0x14, 0x21, 0x22, 0x24, 0x25, 0x26, 0x31, 0x33, 0x35, 0x36, 0x37, 0x70, 0x71, 0x72, 0x73, 0x78, 0x7e, 0x7f,
    0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b, 0x8c, 0x8d, 0x8f, 0x90, 0x92, 0x93,
  ];

  it('have a name, a meaning and advice for every code that BMW lists', () => {
    for (const code of KNOWN) {
      const { name, meaning, advice } = describeNrc(code);
      expect(name).toMatch(/^[a-z][A-Za-z]+$/);
      expect(meaning).not.toBe('');
      expect(advice).toMatch(/\.$/);
    }
  });

  it('describe any other number without throwing', () => {
    for (let code = 0; code <= 0xff; code += 1) expect(describeNrc(code).advice).not.toBe('');
    expect(describeNrc(0xe5).name).toBe('unknown code E5');
    expect(describeService(0xba)).toBe('service BA');
  });

  it('name the ECU, the request without its data, the code and the way out', () => {
    const error = new NegativeResponseError(0x60 as EcuAddress, fromHex('2E3301FFFFFF'), 0x93);
    expect(error.message).toBe('ECU 60 refused 2E 3301 (WriteDataByIdentifier) with 93 (voltageTooLow): the voltage is too low');
    expect(error.hint).toContain('charger');
  });
});
