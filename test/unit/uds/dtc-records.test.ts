import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, type Did, fromHex, toHex } from '../../../src/core/index.ts';
import {
  DTC_STATUS,
  decodeExtendedData,
  decodeInfoEntry,
  decodeInfoList,
  decodeSnapshots,
  dtcStates,
  infoEntryDid,
  judgePayload,
  type SnapshotValue,
  snapshotMileageKm,
  snapshotTimeS,
} from '../../../src/uds/index.ts';

// fast-check prints the seed of a failure; KOMBI_SEED replays it.
const seed = Number(process.env['KOMBI_SEED'] ?? 1904);

const told = (values: readonly SnapshotValue[]) => values.map(({ did, data }) => `${did.toString(16)} ${toHex(data)}`);

describe('snapshots', () => {
  it('give mileage and the time of the car, and what else has a known length', () => {
    const { snapshots, rest } = decodeSnapshots(fromHex('0104 1700016E36 170109010203 1750AA 1751011203'));
    expect(snapshots.map(({ number, count }) => [number, count])).toEqual([[1, 4]]);
    expect(told(snapshots[0]?.values ?? [])).toEqual(['1700 016E36', '1701 09010203', '1750 AA', '1751 011203']);
    expect(snapshotMileageKm(snapshots[0]?.values ?? [])).toBe(93_750);
    expect(snapshotTimeS(snapshots[0]?.values ?? [])).toBe(0x09010203);
    expect(rest).toHaveLength(0);
  });

  it('stop at the first value of unknown length, and keep all from there on as it is', () => {
    const { snapshots, rest } = decodeSnapshots(fromHex('0103 1700000064 4102 03 170100000001 0201 1700000065'));
    expect(snapshots).toHaveLength(1);
    expect(told(snapshots[0]?.values ?? [])).toEqual(['1700 000064']);
    expect(toHex(rest)).toBe('41020317010000000102011700000065');
  });

  it('are several, one behind the other', () => {
    const { snapshots } = decodeSnapshots(fromHex('0101 1700000064 0201 1700000065'));
    expect(snapshots.map(({ number, values }) => [number, snapshotMileageKm(values)])).toEqual([
      [1, 100],
      [2, 101],
    ]);
  });

  it('tell no mileage and no time where the ECU had none', () => {
    const { values } = decodeSnapshots(fromHex('0102 1700FFFFFF 1701FFFFFFFF')).snapshots[0] ?? { values: [] };
    expect([values.length, snapshotMileageKm(values), snapshotTimeS(values)]).toEqual([2, undefined, undefined]);
    expect([snapshotMileageKm([]), snapshotTimeS([])]).toEqual([undefined, undefined]);
  });

  it.each(['', '01', '0101', '010117', '01011700', '010117000000'])('cut short as "%s" lose no byte', (hex) => {
    const { snapshots, rest } = decodeSnapshots(fromHex(hex));
    expect(snapshots.flatMap(({ values }) => values)).toEqual([]);
    expect(snapshots.length * 2 + rest.length).toBe(hex.length / 2);
  });

  it('decode to what was encoded, whatever they hold', () => {
    const value = fc
      .constantFrom<readonly [number, number]>([0x1700, 3], [0x1701, 4], [0x1750, 1], [0x1751, 3])
      .chain(([did, length]) => fc.uint8Array({ minLength: length, maxLength: length }).map((data) => ({ did: did as Did, data })));
    const snapshot = fc.record({ number: fc.integer({ min: 0, max: 0xff }), values: fc.array(value, { maxLength: 6 }) });
    fc.assert(
      fc.property(fc.array(snapshot, { maxLength: 4 }), (expected) => {
        const bytes = concatBytes(
          ...expected.flatMap(({ number, values }) => [
            Uint8Array.of(number, values.length),
            ...values.flatMap(({ did, data }) => [Uint8Array.of(did >> 8, did & 0xff), data]),
          ]),
        );
        const { snapshots, rest } = decodeSnapshots(bytes);
        expect(snapshots).toEqual(expected.map(({ number, values }) => ({ number, count: values.length, values })));
        expect(rest).toHaveLength(0);
      }),
      { seed },
    );
  });
});

describe('extended data', () => {
  it.each([
    ['01000207', ['1 0', '2 7']],
    ['010002010306', ['1 0', '2 1', '3 6']],
    ['', []],
  ])('of %s', (hex, records) => {
    expect(decodeExtendedData(fromHex(hex))?.map(({ number, value }) => `${number} ${value}`)).toEqual(records);
  });

  it.each(['010002', '02000100', '01000105'])('of another shape, %s, is not decoded', (hex) => {
    expect(decodeExtendedData(fromHex(hex))).toBeUndefined();
  });
});

describe('the info memory', () => {
  it('is a list of codes, or something else', () => {
    expect(decodeInfoList(fromHex('400002 2F 80408B 2C'))).toEqual([
      { code: 0x400002, status: 0x2f },
      { code: 0x80408b, status: 0x2c },
    ]);
    expect(decodeInfoList(new Uint8Array(0))).toEqual([]);
    expect(decodeInfoList(fromHex('4000022F80'))).toBeUndefined();
    expect([infoEntryDid(0), infoEntryDid(254), infoEntryDid(255)]).toEqual([0x2001, 0x20ff, undefined]);
  });

  it('may be empty, unlike what stands behind any other identifier', () => {
    expect(judgePayload(fromHex('222000'), fromHex('622000'))).toBe('positive');
    expect(judgePayload(fromHex('22F190'), fromHex('62F190'))).toBe('stray');
  });

  it('has entries with a snapshot for each time, and extended data behind them', () => {
    const entry = decodeInfoEntry(fromHex('00 8040582F 02 1700000064 170100000001 1700000065 170100000002 010002110300'));
    expect(entry?.dtc).toEqual({ code: 0x804058, status: 0x2f });
    expect(entry?.snapshots.map(told)).toEqual([
      ['1700 000064', '1701 00000001'],
      ['1700 000065', '1701 00000002'],
    ]);
    expect(entry?.extendedData?.map(({ value }) => value)).toEqual([0, 0x11, 0]);
    expect(entry?.rest).toHaveLength(0);
  });

  it('keeps as it is what stands behind a value of unknown length', () => {
    const entry = decodeInfoEntry(fromHex('00 01001228 02 1700000064 4000AABB 1700000065 010002110300'));
    expect(entry?.snapshots.map(told)).toEqual([['1700 000064']]);
    expect([entry?.extendedData, toHex(entry?.rest ?? fromHex('00'))]).toEqual([undefined, '4000AABB1700000065010002110300']);
    expect(decodeInfoEntry(fromHex('0001001228'))).toBeUndefined();
  });
});

describe('the status byte', () => {
  it('tells each of its bits by the name that ISO 14229-1 gives it', () => {
    for (const [name, bit] of Object.entries(DTC_STATUS)) expect(dtcStates(bit)).toEqual([name]);
    expect(dtcStates(0x2f)).toEqual(['testFailed', 'testFailedThisOperationCycle', 'pending', 'confirmed', 'testFailedSinceLastClear']);
    expect(dtcStates(0)).toEqual([]);
  });

  it('says nothing by a bit that the ECU does not keep', () => {
    expect(dtcStates(0x28, 0x4d)).toEqual(['confirmed']);
  });
});

const RECORDING = new URL('../../../../shared/data/recordings/g31-coding.txt', import.meta.url);
const RECORDED = existsSync(RECORDING);

/** Answers of single ECUs, cut out of the recording by the text alone. */
function recordedAnswers(service: RegExp): readonly string[] {
  const bare = (telegram: string) => telegram.replace(/^(?:80 F1 .. ..|[89AB][0-9A-F] F1 ..) /, '').replace(/ ..$/, '');
  return readFileSync(fileURLToPath(RECORDING), 'utf8')
    .split(/\r?\n/)
    .filter((line) => /^[89A-F]/.test(line) && line.includes(' : '))
    .map((line) => (line.split(' : ')[1] ?? '').replace(/^83 F1 .. 7F .. 78 .. /, '').trim())
    .map(bare)
    .filter((payload) => service.test(payload))
    .map((payload) => payload.replaceAll(' ', ''));
}

describe.skipIf(!RECORDED)('a recorded G31 (needs ../shared/data/recordings/g31-coding.txt)', () => {
  it('tells mileage first in most of its snapshots, and no byte of any is lost', () => {
    const answers = recordedAnswers(/^59 04 /);
    expect(answers).toHaveLength(15);
    const km = answers.map((answer) => {
      const records = fromHex(answer).subarray(6);
      const { snapshots, rest } = decodeSnapshots(records);
      const decoded = snapshots.reduce((sum, { values }) => sum + values.reduce((bytes, { data }) => bytes + 2 + data.length, 2), 0);
      expect(decoded + rest.length).toBe(records.length);
      return snapshotMileageKm(snapshots[0]?.values ?? []);
    });
    expect(km.filter((value) => value !== undefined).every((value) => value > 80_000 && value < 95_000)).toBe(true);
    expect(km.filter((value) => value === undefined)).toHaveLength(4);
  });

  it('has extended data of pairs in every answer', () => {
    const answers = recordedAnswers(/^59 06 /);
    expect(answers).toHaveLength(15);
    expect(answers.every((answer) => (decodeExtendedData(fromHex(answer).subarray(6))?.length ?? 0) >= 2)).toBe(true);
  });

  it('lists in its info memories what their entries then are', () => {
    const lists = recordedAnswers(/^62 20 00/).map((answer) => decodeInfoList(fromHex(answer).subarray(3)));
    const entries = recordedAnswers(/^62 20 (?!00)/).map((answer) => decodeInfoEntry(fromHex(answer).subarray(3)));
    const listed = new Set(lists.flatMap((list) => list ?? []).map(({ code, status }) => `${code} ${status}`));
    expect(entries.length).toBeGreaterThan(40);
    for (const entry of entries) expect(listed).toContain(`${entry?.dtc.code} ${entry?.dtc.status}`);
  });
});
