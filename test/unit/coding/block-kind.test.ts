import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadCatalog } from '../../../src/catalog/index.ts';
import { type BlockOwner, kindOfBlock, kindsOfBlocks, placesBehindTlid } from '../../../src/coding/index.ts';
import { type Did, type EcuAddress, fromHex, type Vin } from '../../../src/core/index.ts';

const catalog = loadCatalog();
const OWNER: BlockOwner = { ecu: 0x72 as EcuAddress, cafds: ['7E570672', '7E570673'], vin: 'WBA6C92010D000001' as Vin };
const ascii = (text: string) => new TextEncoder().encode(text);
const block = (did: number, bytes: Uint8Array) => ({ did: did as Did, bytes });
const SIGNATURE = Uint8Array.of(0, 0, 0, 0x20, ...new Uint8Array(128).fill(0x5a));

describe('a block is told by its shape where no place is known', () => {
  it.each([
    ['a CAFD id of this ECU', fromHex('057E570673010203'), 'cafd-id'],
    ['a CAFD id of another ECU', fromHex('057E570674010203'), 'data'],
    ['another class of software with the same id', fromHex('087E570673010203'), 'data'],
    ['eight bytes and one more', fromHex('057E57067301020300'), 'data'],
    ['a signature', SIGNATURE, 'signature'],
    ['as many bytes with another head', Uint8Array.of(0, 0, 0, 0x21, ...SIGNATURE.subarray(4)), 'data'],
    ['a signature without its last byte', SIGNATURE.subarray(0, 131), 'data'],
    ['the end of the VIN', ascii('D000001'), 'short-vin'],
    ['the end of another VIN', ascii('D000002'), 'data'],
    ['the VIN behind other bytes', Uint8Array.of(1, 2, 0xff, ...ascii('WBA6C92010D000001')), 'vin'],
    ['coding data with the VIN among them', Uint8Array.of(...new Uint8Array(33), ...ascii('WBA6C92010D000001')), 'data'],
    ['five bytes', fromHex('00000054AE'), 'data'],
    ['nothing', new Uint8Array(), 'data'],
  ])('%s', (_, bytes, kind) => {
    expect(kindOfBlock(block(0x3005, bytes), OWNER, catalog).kind).toBe(kind);
  });

  it('a TLID by the CAFD id behind it, one identifier or two further, and by nothing else', () => {
    const tlid = block(0x3010, fromHex('00000054AE'));
    const kindWith = (next: ReturnType<typeof block> | undefined) => kindOfBlock({ ...tlid, next }, OWNER, catalog).kind;
    const cafdId = fromHex('057E570672010203');
    expect([0x3011, 0x3012, 0x3013].map((did) => kindWith(block(did, cafdId)))).toEqual(['tlid', 'tlid', 'data']);
    expect([kindWith(undefined), kindWith(block(0x3011, SIGNATURE))]).toEqual(['data', 'data']);
    expect([placesBehindTlid(tlid), placesBehindTlid(block(0x3010, cafdId))]).toEqual([[0x3011, 0x3012], []]);
  });
});

it('a place that the catalog knows decides whatever lies there; one with several kinds is told apart by shape', () => {
  expect(kindOfBlock(block(0x37fe, ascii('D000001')), OWNER, catalog)).toEqual({ kind: 'proof-stamp', holds: 'the coding proof stamp' });
  expect(kindOfBlock(block(0x37f1, new Uint8Array(3)), OWNER, catalog).kind).toBe('signature');
  expect(kindOfBlock(block(0x37fd, SIGNATURE), OWNER, catalog).kind).toBe('signature');
  expect(kindOfBlock(block(0x37fb, new Uint8Array(5)), OWNER, catalog).kind).toBe('metadata');
});

const RECORDING = new URL('../../../../shared/data/recordings/g31-coding.txt', import.meta.url);
const there = existsSync(RECORDING);

/** What the recording holds behind `22 <did>`, read without any code of the project. Long telegrams: 80, target, source, length. */
function answersOf(text: string): Map<number, { did: number; bytes: Uint8Array }[]> {
  const found = new Map<number, { did: number; bytes: Uint8Array }[]>();
  for (const line of text.split('\n')) {
    const [, ecu = '', did = '', answer = ''] = /^83 (..) F1 22 (.. ..) .. : (?:83 F1 .. 7F 22 78 .. )*(.*)/.exec(line.trim()) ?? [];
    const bytes = Uint8Array.from(answer.split(' ').flatMap((part) => (part === '' ? [] : [Number.parseInt(part, 16)])));
    const start = bytes[0] === 0x80 ? 4 : 3;
    const length = bytes[0] === 0x80 ? (bytes[3] ?? 0) : (bytes[0] ?? 0) & 0x3f;
    if (bytes[start] !== 0x62) continue;
    const list = found.get(Number.parseInt(ecu, 16)) ?? [];
    list.push({ did: Number.parseInt(did.replace(' ', ''), 16), bytes: bytes.subarray(start + 3, start + length) });
    found.set(Number.parseInt(ecu, 16), list);
  }
  return found;
}

describe.skipIf(!there)('on the recorded G31 (skipped where ../shared/data is absent)', () => {
  it('every CAFD id of every ECU is found with its signature, and nothing else is taken for one', () => {
    const cars = answersOf(readFileSync(RECORDING, 'latin1'));
    const told: string[] = [];
    let ids = 0;
    for (const [ecu, answers] of cars) {
      const svk = answers.find(({ did }) => did === 0xf101)?.bytes;
      if (svk === undefined) continue;
      const cafds: string[] = [];
      for (let at = 17; at + 8 <= svk.length; at += 8)
        if (svk[at] === 0x05)
          cafds.push(
            Buffer.from(svk.subarray(at + 1, at + 5))
              .toString('hex')
              .toUpperCase(),
          );
      ids += cafds.length;
      const blocks = answers.filter(({ did }) => did >= 0x3000 && did <= 0x3eff).map(({ did, bytes }) => block(did, bytes));
      const owner = { ecu: ecu as EcuAddress, cafds, vin: 'WBAJM71000G000001' as Vin };
      const kinds = kindsOfBlocks(
        blocks.sort((left, right) => left.did - right.did),
        owner,
        catalog,
      );
      for (const [did, { kind }] of kinds) if (kind !== 'data') told.push(`${ecu.toString(16)} ${did.toString(16)} ${kind}`);
    }
    const count = (kind: string) => told.filter((line) => line.endsWith(` ${kind}`)).length;
    expect(ids).toBe(30);
    expect([count('cafd-id'), count('signature')]).toEqual([30, 30]);
    // Two of the four sets of data of the body controller have none.
    expect(count('tlid')).toBe(28);
    expect(told.filter((line) => /vin|stamp|metadata/.test(line))).toEqual(['60 3010 short-vin', '61 3001 vin']);
    expect(told).toEqual(
      expect.arrayContaining(['30 3010 tlid', '30 3012 cafd-id', '30 3014 signature', 'd 37fd signature', '61 3002 tlid']),
    );
  });
});
