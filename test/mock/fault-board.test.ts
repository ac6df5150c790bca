import { describe, expect, it } from 'vitest';
import { isKombiError } from '../../src/core/index.ts';
import { createFaultBoard, FAULT_KINDS, parseFault } from '../../src/mock/index.ts';

function refusal(text: string): string {
  try {
    parseFault(text);
  } catch (error) {
    if (isKombiError(error, 'usage.fault')) return `${error.message} | ${error.hint}`;
  }
  throw new Error(`"${text}" was not refused`);
}

describe('a fault board', () => {
  it('lets `after` matching events pass, then strikes `times` times', () => {
    const board = createFaultBoard([parseFault('mute,after=2,times=2')]);
    const strikes = Array.from({ length: 6 }, () => board.strike('mute', { ecu: 0x60 }) !== undefined);
    expect(strikes).toEqual([false, false, true, true, false, false]);
  });

  it('strikes for good where no number is given', () => {
    const board = createFaultBoard([parseFault('mute')]);
    expect([1, 2, 3].every(() => board.strike('mute') !== undefined)).toBe(true);
  });

  it('counts only events that match, and of its own kind', () => {
    const board = createFaultBoard([parseFault('nrc:33,ecu=60,service=2E,did=3301,after=1,times=1')]);
    const write = { ecu: 0x60, service: 0x2e, did: 0x3301 };
    expect(board.strike('nrc', { ...write, ecu: 0x61 })).toBeUndefined();
    expect(board.strike('nrc', { ...write, service: 0x22 })).toBeUndefined();
    expect(board.strike('nrc', { ecu: 0x60, service: 0x2e })).toBeUndefined();
    expect(board.strike('mute', write)).toBeUndefined();
    expect(board.strike('nrc', write)).toBeUndefined();
    expect(board.strike('nrc', write)).toMatchObject({ kind: 'nrc', value: '33' });
  });

  it('tells how often each fault struck, in order', () => {
    const board = createFaultBoard();
    board.add(parseFault('mute,times=1'));
    board.add(parseFault('ignore'));
    board.strike('mute');
    board.strike('mute');
    expect(board.struck().map(({ fault, times }) => [fault.kind, times])).toEqual([
      ['mute', 1],
      ['ignore', 0],
    ]);
  });

  it('strikes with two faults of one kind one after the other', () => {
    const board = createFaultBoard(['nrc:21,times=1', 'nrc:22,after=1,times=1'].map(parseFault));
    expect([board.strike('nrc')?.value, board.strike('nrc')?.value, board.strike('nrc')?.value]).toEqual(['21', '22', undefined]);
  });
});

describe('the text of a fault', () => {
  it('gives all its parts', () => {
    expect(parseFault('nrc-stored:72,ecu=60,service=2e,did=3301,after=10,times=2')).toEqual({
      kind: 'nrc-stored',
      value: '72',
      ecu: 0x60,
      service: 0x2e,
      did: 0x3301,
      after: 10,
      times: 2,
    });
    expect(parseFault('disconnect')).toEqual({ kind: 'disconnect', after: 0, times: 0 });
  });

  it('is refused by the part that is wrong', () => {
    expect(refusal('toString')).toMatch(/no kind "toString".*Kinds: .*disconnect/);
    expect(refusal('')).toContain('there is no kind ""');
    expect(refusal('nrc')).toMatch(/"nrc" needs a value \| Write nrc:<two hex digits>/);
    expect(refusal('nrc:3')).toContain('"3" is no value for "nrc"');
    expect(refusal('mute:1')).toContain('"mute" takes no value');
    expect(refusal('mute,ecu=6')).toContain('"ecu=6" needs 2 hex digits');
    expect(refusal('mute,did=33 1')).toContain('needs 4 hex digits');
    expect(refusal('mute,after=1.5')).toContain('"after=1.5" needs a decimal number');
    expect(refusal('mute,when=1')).toContain('there is no option "when"');
    expect(refusal('mute,ecu=60,ecu=61')).toContain('"ecu" stands twice');
  });

  it('has a sentence for every kind', () => {
    expect(Object.values(FAULT_KINDS).filter(({ does }) => does.length < 10)).toEqual([]);
  });
});
