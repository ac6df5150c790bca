import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BlockChange, formatAddress, parseAddress, planId, revert } from '../../../src/coding/index.ts';
import { did, isKombiError } from '../../../src/core/index.ts';
import { change, F06, MASK_BYTES } from '../../unit/coding/car.ts';

// fast-check prints the seed of a failure; KOMBI_SEED replays it.
const parameters = { seed: Number(process.env['KOMBI_SEED'] ?? 299), numRuns: 300 };

const block = fc.uint8Array({ minLength: MASK_BYTES, maxLength: MASK_BYTES });
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase();

/** Places to edit, as somebody would write them. */
const bit = fc.record({ offset: fc.nat(MASK_BYTES - 1), bit: fc.nat(7), named: fc.boolean() });
const byte = fc.record({ offset: fc.nat(MASK_BYTES - 1), named: fc.boolean() });
const group = fc.record({ group: fc.nat(MASK_BYTES / 8 - 1) });
type Place = { offset?: number; bit?: number; named?: boolean; group?: number };
const places = fc.array<Place>(fc.oneof(bit, byte, group), { minLength: 1, maxLength: 8 });

function addressOf({ offset = 0, bit, named, group }: Place): string {
  if (group !== undefined) return `KOMBI:3301/CC_ACTIVIERUNG_${group + 1}`;
  const at = named ? `/CC_AKTIVIERUNG_${Math.floor(offset / 8) + 1}.${offset % 8}` : `.@${offset.toString(16)}`;
  return `KOMBI:3301${at}${bit === undefined ? '' : `.${bit}`}`;
}

/** An edit that gives its place the value it has in `wanted`: such edits never contradict each other. */
function editTo(wanted: Uint8Array, place: Place): string {
  const { offset = 0, bit, group } = place;
  if (group !== undefined) return `${addressOf(place)}=${hex(wanted.subarray(group * 8, group * 8 + 8))}`;
  return `${addressOf(place)}=${bit === undefined ? hex(wanted.subarray(offset, offset + 1)) : ((wanted[offset] ?? 0) >> bit) & 1}`;
}

const anyChange = fc.record({ bytes: block, wanted: block, places }).map(({ bytes, wanted, places }) => {
  const edits = places.map((place) => editTo(wanted, place));
  return { bytes, wanted, edits, result: change(edits, { bytes }) };
});

function sealOf(result: BlockChange): string {
  return planId({ vin: F06.vin, ecus: [{ address: result.ecu, serial: undefined, svk: undefined }], changes: [result] });
}

describe('any edits of any block', () => {
  it('give every bit of the mask its new value, and leave every other as it was', () => {
    fc.assert(
      fc.property(anyChange, ({ bytes, wanted, result }) => {
        const expected = bytes.map((old, at) => (old & ~(result.mask[at] ?? 0)) | ((wanted[at] ?? 0) & (result.mask[at] ?? 0)));
        expect(result.new).toEqual(expected);
        expect(result.old).toEqual(bytes);
      }),
      parameters,
    );
  });

  it('have a mask of exactly the bits that were named', () => {
    fc.assert(
      fc.property(block, block, places, (bytes, wanted, places) => {
        const mask = new Uint8Array(MASK_BYTES);
        for (const { offset = 0, bit, group } of places) {
          if (group !== undefined) mask.fill(0xff, group * 8, group * 8 + 8);
          else mask[offset] = (mask[offset] ?? 0) | (bit === undefined ? 0xff : 2 ** bit);
        }
        const result = change(
          places.map((place) => editTo(wanted, place)),
          { bytes },
        );
        expect(result.mask).toEqual(mask);
      }),
      parameters,
    );
  });

  it('are taken back by their revert, to the last bit', () => {
    fc.assert(
      fc.property(anyChange, ({ bytes, result }) => {
        const back = revert(result);
        expect(back.old).toEqual(result.new);
        expect(back.new).toEqual(bytes);
        expect(revert(back).new).toEqual(result.new);
      }),
      parameters,
    );
  });

  it('are taken back without touching what others changed outside the mask', () => {
    fc.assert(
      fc.property(anyChange, block, ({ result }, noise) => {
        const current = result.new.map((byte, at) => (byte & (result.mask[at] ?? 0)) | ((noise[at] ?? 0) & ~(result.mask[at] ?? 0)));
        const back = revert(result, current);
        expect(back.new.map((byte, at) => byte & (result.mask[at] ?? 0))).toEqual(
          result.old.map((byte, at) => byte & (result.mask[at] ?? 0)),
        );
        expect(back.new.map((byte, at) => byte & ~(result.mask[at] ?? 0))).toEqual(
          current.map((byte, at) => byte & ~(result.mask[at] ?? 0)),
        );
      }),
      parameters,
    );
  });

  it('mean the same in any order, and the plan has the same seal', () => {
    fc.assert(
      fc.property(anyChange, ({ bytes, edits, result }) => {
        const reversed = change(edits.toReversed(), { bytes });
        expect(reversed.new).toEqual(result.new);
        expect(sealOf(reversed)).toBe(sealOf(result));
      }),
      parameters,
    );
  });

  it('are told by the plan so that its words are the same edits again, stated old values and all', () => {
    fc.assert(
      fc.property(anyChange, ({ bytes, result }) => {
        const told = result.edits.map(({ address, old, new: next }) => `${address}=${old}:${next}`);
        const canonical = result.edits.map(({ canonical, old, new: next }) => `${canonical}=${old}:${next}`);
        expect(change(told, { bytes }).new).toEqual(result.new);
        expect(change(canonical, { bytes }).new).toEqual(result.new);
      }),
      parameters,
    );
  });
});

describe('a byte edit that states another old value than the car holds', () => {
  it('offers bit edits that change what was meant and nothing else', () => {
    const bytes = fc.record({ held: fc.nat(255), stated: fc.nat(255), wanted: fc.nat(255), offset: fc.nat(MASK_BYTES - 1) });
    fc.assert(
      fc.property(bytes, ({ held, stated, wanted, offset }) => {
        fc.pre(held !== stated && held !== wanted);
        const car = new Uint8Array(MASK_BYTES);
        car[offset] = held;
        const [old, next] = [hex(Uint8Array.of(stated)), hex(Uint8Array.of(wanted))];
        let hint: string | undefined;
        try {
          change([`KOMBI:3301.@${offset.toString(16)}=${old}:${next}`], { bytes: car });
        } catch (error) {
          if (isKombiError(error, 'coding.old-value-differs')) hint = error.hint;
        }
        const offered = hint?.match(/KOMBI:\S+=[01]/g) ?? [];
        const after = offered.length === 0 ? held : change(offered, { bytes: car }).new[offset];
        expect(hint).toBeDefined();
        expect(after).toBe((held & ~(stated ^ wanted)) | (wanted & (stated ^ wanted)));
      }),
      parameters,
    );
  });
});

describe('any address', () => {
  const name = fc.stringMatching(/^[A-Za-z]\w{0,20}$/);
  const syntax = fc.record({
    ecu: name,
    did: fc.nat(0xffff).map(did),
    parameter: fc.option(name, { nil: undefined }),
    byte: fc.option(fc.nat(0xffff), { nil: undefined }),
    bit: fc.option(fc.nat(7), { nil: undefined }),
  });

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(syntax, (parts) => {
        const written = { ...parts, bit: parts.byte === undefined ? undefined : parts.bit };
        const text = formatAddress(written);
        expect(parseAddress(text)).toEqual({ ...written, text });
      }),
      parameters,
    );
  });

  it('or any other text is parsed or refused, with no error but our own', () => {
    const pieces = fc.array(fc.constantFrom('KOMBI', '60', ':', '3301', '/', '.', '@', '=', '5', '8', 'FF', ' ', 'ä'), { maxLength: 9 });
    fc.assert(
      fc.property(pieces, (texts) => {
        let error: unknown;
        try {
          parseAddress(texts.join(''));
        } catch (thrown) {
          error = thrown;
        }
        expect(error === undefined || isKombiError(error, 'usage')).toBe(true);
      }),
      parameters,
    );
  });
});
