import { describe, expect, it } from 'vitest';
import { changesNothing, checkEdit, parseEdit, revert } from '../../../src/coding/index.ts';
import { fromHex, toHex } from '../../../src/core/index.ts';
import { allShown, catalog, change, UNKNOWN } from './car.ts';

const BYTE = 'KOMBI:3301/CC_ACTIVIERUNG_5.5';
const BIT = `${BYTE}.3`;

function holding(byte: number): Uint8Array {
  const bytes = allShown();
  bytes[0x25] = byte;
  return bytes;
}

/** Offsets where two arrays differ, with both values. */
function differences(left: Uint8Array, right: Uint8Array): readonly string[] {
  return [...left].flatMap((byte, offset) =>
    byte === right[offset] ? [] : [`${offset}: ${toHex(Uint8Array.of(byte, right[offset] ?? 0), ' ')}`],
  );
}

describe('a change', () => {
  it("of the owners' byte changes one bit of the block", () => {
    const result = change([`${BYTE}=FF:F7`]);
    expect(differences(result.old, result.new)).toEqual(['37: FF F7']);
    expect(result.edits).toMatchObject([{ address: BYTE, canonical: '60:3301.@25', old: 'FF', new: 'F7' }]);
    expect(result.mask[0x25]).toBe(0xff);
  });

  it.each([
    [0xff, 0xf7],
    [0xfe, 0xf6],
    [0x08, 0x00],
  ])('of a bit keeps its neighbours: %i becomes %i', (before, after) => {
    const result = change([`${BIT}=0`], { bytes: holding(before) });
    expect(result.new[0x25]).toBe(after);
    expect(result.mask[0x25]).toBe(0x08);
    expect(result.edits).toMatchObject([{ old: '1', new: '0' }]);
  });

  it('takes several edits of one block together', () => {
    const result = change([`${BIT}=0`, `${BYTE}.5=0`, '60:3301.@00=0F', `${BIT}=1:0`]);
    expect(differences(result.old, result.new)).toEqual(['0: FF 0F', '37: FF D7']);
  });

  it('leaves the bytes it was given alone', () => {
    const bytes = allShown();
    change([`${BIT}=0`], { bytes });
    expect(bytes).toEqual(allShown());
  });

  it('to what the car holds already changes nothing, whatever old value was stated', () => {
    expect(changesNothing(change([`${BYTE}=FF:F7`], { bytes: holding(0xf7) }))).toBe(true);
    expect(changesNothing(change([`${BIT}=0:1`]))).toBe(true);
    expect(changesNothing(change([`${BYTE}=FF:F7`]))).toBe(false);
  });
});

describe('a stated old value that the car does not hold', () => {
  it('stops, and the bit edit that was meant is offered', () => {
    expect(() => change([`${BYTE}=FF:F7`], { bytes: holding(0xfe) })).toThrow(
      expect.objectContaining({
        code: 'coding.old-value-differs',
        exit: 3,
        vehicle: 'untouched',
        message: expect.stringMatching(/holds FE .* not FF/),
        hint: expect.stringMatching(/FE → F6.*: KOMBI:3301\/CC_ACTIVIERUNG_5\.5\.3=0$/),
      }),
    );
  });

  it.each([
    [
      'KOMBI:3301/CC_ACTIVIERUNG_5=FFFFFFFFFFFFFFFF:FEFFFFFFFFF7FFFF',
      ['KOMBI:3301/CC_ACTIVIERUNG_5.0.0=0', 'KOMBI:3301/CC_ACTIVIERUNG_5.5.3=0'],
    ],
    ['60:3301.37=FF:F7', ['60:3301.@25.3=0']],
    [`${BYTE}=00:08`, []],
  ])('%s is offered as bits', (edit, bits) => {
    const offered = bits.length === 0 ? 'nothing to do' : `: ${bits.join(' ')}`;
    expect(() => change([edit], { bytes: holding(0xfe) })).toThrow(
      expect.objectContaining({ code: 'coding.old-value-differs', hint: expect.stringContaining(offered) }),
    );
  });

  it('of a whole block is offered as bits by their offset', () => {
    expect(() => change(['KOMBI:3003=FFFF:FFF7'], { bytes: fromHex('FEFE') })).toThrow(
      expect.objectContaining({ code: 'coding.old-value-differs', hint: expect.stringMatching(/FEFE → FEF6.*: KOMBI:3003\.@01\.3=0$/) }),
    );
  });

  it('of a bit offers the edit without it', () => {
    expect(() => change([`${BIT}=0:0`])).toThrow(
      expect.objectContaining({ code: 'coding.old-value-differs', hint: expect.stringContaining(`${BIT}=0`) }),
    );
  });

  it('offered as bits really makes the difference that was meant', () => {
    const result = change([`${BIT}=0`], { bytes: holding(0xfe) });
    expect(differences(result.old, result.new)).toEqual(['37: FE F6']);
  });
});

describe('edits that cannot be', () => {
  it.each([
    [[`${BYTE}=F7`, `${BIT}=1`]],
    [[`${BIT}=0`, '60:3301.@25.3=1']],
    [['KOMBI:3301/CC_ACTIVIERUNG_5=0000000000000000', `${BYTE}=FF`]],
  ])('%j contradict each other', (edits) => {
    expect(() => change(edits)).toThrow(
      expect.objectContaining({ code: 'usage.conflicting-edits', exit: 2, message: expect.stringMatching(/^"KOMBI:3301.*" and ".*3301/) }),
    );
  });

  it.each([`${BYTE}=F7F7`, `${BYTE}=FF:F7F7`, `${BYTE}=FFFF:F7`, 'KOMBI:3301/CC_ACTIVIERUNG_5=F7'])(
    '%s has the wrong number of bytes',
    (edit) => {
      const refusal = expect.objectContaining({ code: 'usage.length', exit: 2 });
      expect(() => change([edit])).toThrow(refusal);
      expect(() => checkEdit(parseEdit(edit), catalog)).toThrow(refusal);
    },
  );

  it.each([
    ['KOMBI:37F1.5=00', new Uint8Array(8), 'signature'],
    ['DME:37FE.0=00', new Uint8Array(7), 'coding proof stamp'],
    ['KOMBI:3010.0=00', new Uint8Array(7), 'VIN'],
    ['HU:3010.40=00', Uint8Array.of(0, 0, 0, 0x20, ...new Uint8Array(128)), 'signature'],
  ])('%s would touch a block that is never edited', (edit, bytes, holds) => {
    expect(() => change([edit], { bytes, experimental: true })).toThrow(
      expect.objectContaining({ code: 'coding.protected-block', exit: 3, message: expect.stringContaining(holds) }),
    );
  });
});

it('an edit with right words passes before any car is asked; a value for a whole block waits for its length', () => {
  for (const edit of [`${BYTE}=FF:F7`, `${BIT}=1:0`, 'KOMBI:3301/CC_ACTIVIERUNG_5=FFFFFFFFFFF7FFFF', 'KOMBI:3301=00']) {
    expect(checkEdit(parseEdit(edit), catalog)).toBe(0x60);
  }
});

describe('a hypothesis', () => {
  it('is not written unless the experiment is wanted', () => {
    expect(() => change([`${BIT}=0`], { car: UNKNOWN })).toThrow(
      expect.objectContaining({
        code: 'coding.hypothesis',
        exit: 3,
        message: expect.stringMatching(/\(group n starts at byte 8\(n-1\)[^;]*\)$/),
        hint: expect.stringContaining('--experimental'),
      }),
    );
    expect(change([`${BIT}=0`], { car: UNKNOWN, experimental: true }).new[0x25]).toBe(0xf7);
  });

  it('is not needed where the edit names the byte itself', () => {
    expect(change(['60:3301.@25.3=0'], { car: UNKNOWN }).new[0x25]).toBe(0xf7);
  });
});

describe('taking a change back', () => {
  it('restores the block and swaps what the plan shows', () => {
    const done = change([`${BYTE}=FF:F7`]);
    const back = revert(done);
    expect(back.new).toEqual(done.old);
    expect(back.edits).toMatchObject([{ address: BYTE, old: 'F7', new: 'FF' }]);
  });

  it('leaves alone what somebody else has changed since', () => {
    const done = change([`${BIT}=0`]);
    const now = done.new.slice();
    now[0x25] = 0xe7;
    now[1] = 0;
    const back = revert(done, now);
    expect(differences(back.old, back.new)).toEqual(['37: E7 EF']);
  });
});
