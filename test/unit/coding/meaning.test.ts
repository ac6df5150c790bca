import { describe, expect, it } from 'vitest';
import type { BlockLayout } from '../../../src/catalog/index.ts';
import {
  describeEffect,
  effectsOf,
  hidesEmergencyCall,
  messageAddress,
  messageEdit,
  parseAddress,
  planId,
  resolveAddress,
} from '../../../src/coding/index.ts';
import { did, ecuAddress, fromHex, type Vin } from '../../../src/core/index.ts';
import { allShown, catalog, change, F06, MASK_BYTES, UNKNOWN } from './car.ts';

function layoutAt(block: number, car = F06): BlockLayout {
  const layout = catalog.layout({ ecu: ecuAddress(0x60), block: did(block), ...car });
  if (layout === undefined) throw new Error('no layout');
  return layout;
}

describe('effects', () => {
  const layout = layoutAt(0x3301);

  it('of the main job are one hidden message, told as the plan tells it', () => {
    const effects = effectsOf(change(['KOMBI:3301/CC_ACTIVIERUNG_5.5=FF:F7']), layout, catalog);
    expect(effects).toMatchObject([
      { messageId: 299, becomes: 'hidden', dangerous: false, subject: 'emergency-call', offset: 0x25, bit: 3 },
    ]);
    expect(effects.map((effect) => describeEffect(effect))).toEqual([
      'bit 3 off: message 299, emergency call system failed, will not be shown',
    ]);
    expect(hidesEmergencyCall(effects)).toBe(true);
  });

  it('of showing a message again hide nothing', () => {
    const bytes = allShown();
    bytes[0x25] = 0xf7;
    const effects = effectsOf(change(['KOMBI:3301/CC_ACTIVIERUNG_5.5.3=1'], { bytes }), layout, catalog);
    expect(effects.map((effect) => describeEffect(effect))).toEqual(['bit 3 on: message 299, emergency call system failed, will be shown']);
    expect(hidesEmergencyCall(effects)).toBe(false);
  });

  it('by a layout that is a hypothesis promise nothing', () => {
    const guess = layoutAt(0x3301, { cafds: ['00000069'], vin: F06.vin });
    const effects = effectsOf(change(['60:3301.@25.3=0']), guess, catalog);
    expect(effects.map((effect) => describeEffect(effect))).toEqual([
      'bit 3 off: by a layout that no car has shown, message 299, emergency call system failed, would not be shown',
    ]);
    expect(hidesEmergencyCall(effects)).toBe(true);
  });

  it('are none in a block shorter than the layout', () => {
    const short = change(['KOMBI:3301/CC_ACTIVIERUNG_5.5=FF:F7']);
    const cut = { ...short, old: short.old.subarray(0, 319), new: short.new.subarray(0, 319) };
    expect(effectsOf(cut, layout, catalog)).toEqual([]);
  });

  it('of a dangerous neighbour are marked', () => {
    expect(effectsOf(change(['KOMBI:3301/CC_ACTIVIERUNG_5.5.5=0']), layout, catalog)).toMatchObject([{ messageId: 301, dangerous: true }]);
  });

  it('name an unknown message as such', () => {
    const [effect] = effectsOf(change(['KOMBI:3301/CC_ACTIVIERUNG_40.7.7=0']), layout, catalog);
    expect(effect).toMatchObject({ messageId: 2559, label: { en: 'unknown message' }, dangerous: false, subject: undefined });
  });

  it('are not invented for bytes that no layout explains', () => {
    expect(effectsOf(change(['KOMBI:3000.1.7=0']), undefined, catalog)).toEqual([]);
  });

  it('rest on the weakest of what is known', () => {
    const effects = effectsOf(change(['60:3301.@25.3=0'], { car: UNKNOWN }), layoutAt(0x3301, UNKNOWN), catalog);
    expect(effects.map(({ evidence }) => evidence)).toEqual(['hypothesis']);
  });
});

describe('the edit of a message', () => {
  it.each([
    [layoutAt(0x3301), 'hide', 'KOMBI:3301/CC_ACTIVIERUNG_5.5.3=0'],
    [layoutAt(0x3301), 'show', 'KOMBI:3301/CC_ACTIVIERUNG_5.5.3=1'],
    [layoutAt(0x3001, { cafds: ['7E571301'], vin: 'WBSLX91010D000002' as Vin }), 'hide', 'KOMBI:3001/CC_ACTIVIERUNG_5.5.3=0'],
  ] as const)('%# is right in its block', (layout, wish, text) => {
    expect(messageEdit(299, wish, { layout, catalog }).text).toBe(text);
  });

  it('follows the polarity of the layout', () => {
    const layout = layoutAt(0x3301);
    if (layout.mask === undefined) throw new Error('no mask');
    const inverted = { ...layout, mask: { ...layout.mask, shownWhen: 0 as const } };
    expect(messageEdit(299, 'hide', { layout: inverted, catalog }).text).toBe('KOMBI:3301/CC_ACTIVIERUNG_5.5.3=1');
  });

  it('of every id hides exactly that id', () => {
    const layout = layoutAt(0x3301);
    for (let id = 0; id < MASK_BYTES * 8; id += 1) {
      const effects = effectsOf(change([messageEdit(id, 'hide', { layout, catalog }).text]), layout, catalog);
      expect(effects.map(({ messageId, becomes }) => [messageId, becomes])).toEqual([[id, 'hidden']]);
    }
  });

  it('beyond the masks is refused', () => {
    expect(() => messageAddress(2560, layoutAt(0x3301), catalog)).toThrow(
      expect.objectContaining({ code: 'usage.message', exit: 2, hint: expect.stringContaining('2559') }),
    );
  });
});

describe('the seal of a plan', () => {
  const kombi = { address: ecuAddress(0x60), serial: 'S1', svk: fromHex('0101') };
  const dme = { address: ecuAddress(0x12), serial: undefined, svk: undefined };
  const block = (ecu: number, at: number, next = '02') => ({
    ecu: ecuAddress(ecu),
    did: did(at),
    old: fromHex('01'),
    mask: fromHex('03'),
    new: fromHex(next),
  });
  const plan = { vin: F06.vin, ecus: [kombi, dme], changes: [block(0x60, 0x3301), block(0x60, 0x3000), block(0x12, 0x3000)] };

  it('is the same on every machine: 16 hex digits of a fixed text', () => {
    // printf '["kombi-plan@1","WBA6C92010D000001",[["60","S1","0101",[["3301","01","03","02"]]]]]' | sha256sum
    expect(planId({ vin: F06.vin, ecus: [kombi], changes: [block(0x60, 0x3301)] })).toBe('c5b6be61208dc5a2');
  });

  it('puts ECUs and blocks in ascending order', () => {
    // The same way, of two ECUs: …[["12",null,null,[["3000",…]]],["60","S1","0101",[["3000",…],["3301",…]]]]]
    expect(planId(plan)).toBe('b7135dcb1011c3d0');
  });

  it('does not depend on any order', () => {
    expect(planId({ ...plan, ecus: plan.ecus.toReversed(), changes: plan.changes.toReversed() })).toBe(planId(plan));
  });

  it.each([
    ['the car', { ...plan, vin: UNKNOWN.vin }],
    ['a serial', { ...plan, ecus: [{ ...kombi, serial: 'S2' }, dme] }],
    ['an absent serial', { ...plan, ecus: [kombi, { ...dme, serial: '' }] }],
    ['the SVK', { ...plan, ecus: [{ ...kombi, svk: fromHex('0102') }, dme] }],
    ['a new byte', { ...plan, changes: [block(0x60, 0x3301, '03'), ...plan.changes.slice(1)] }],
    ['an old byte', { ...plan, changes: plan.changes.map((each, index) => (index === 0 ? { ...each, old: fromHex('00') } : each)) }],
    ['a mask', { ...plan, changes: plan.changes.map((each, index) => (index === 0 ? { ...each, mask: fromHex('0F') } : each)) }],
    ['a block', { ...plan, changes: [block(0x60, 0x3302), ...plan.changes.slice(1)] }],
  ])('changes with %s', (_, other) => {
    expect(planId(other)).not.toBe(planId(plan));
  });

  it('does not depend on how the edits were written', () => {
    const seal = (text: string) => planId({ vin: F06.vin, ecus: [kombi], changes: [change([text])] });
    expect(seal('60:3301.@25.3=0')).toBe(seal('KOMBI:3301/CC_AKTIVIERUNG_5.5.3=1:0'));
  });

  it('cannot leave out the ECU of a change', () => {
    expect(() => planId({ ...plan, ecus: [kombi] })).toThrow(expect.objectContaining({ code: 'bug.seal', exit: 1 }));
  });
});

it('canonical addresses read back as the same target', () => {
  const context = { catalog, ...F06, blockLength: MASK_BYTES };
  for (const text of ['KOMBI:3301', 'KOMBI:3301/CC_AKTIVIERUNG_5', 'KOMBI:3301/CC_AKTIVIERUNG_5.5', 'KOMBI:3301/CC_AKTIVIERUNG_5.5.3']) {
    const { canonical, ecu, offset, length, bit } = resolveAddress(parseAddress(text), context);
    expect(resolveAddress(parseAddress(canonical), context)).toMatchObject({ canonical, ecu, offset, length, bit });
  }
});
