import { describe, expect, it } from 'vitest';
import { parseEdit, parseEditFile } from '../../../src/coding/index.ts';
import { fromHex } from '../../../src/core/index.ts';

describe('an edit', () => {
  it.each([
    ['KOMBI:3301/CC_ACTIVIERUNG_5.5=FF:F7', fromHex('FF'), fromHex('F7')],
    ['KOMBI:3301/CC_ACTIVIERUNG_5.5=f7', undefined, fromHex('F7')],
    ['KOMBI:3301/CC_ACTIVIERUNG_5.5.3=0', undefined, Uint8Array.of(0)],
    ['KOMBI:3301/CC_ACTIVIERUNG_5.5.3=1:0', Uint8Array.of(1), Uint8Array.of(0)],
    ['KOMBI:3301/CC_ACTIVIERUNG_5=FFFFFFFFFFF7FFFF', undefined, fromHex('FFFFFFFFFFF7FFFF')],
    ['KOMBI:3010 = 44 30 : 44 31', fromHex('4430'), fromHex('4431')],
  ])('%s has its values', (text, old, next) => {
    expect(parseEdit(text)).toMatchObject({ text, old, new: next });
  });

  it.each([
    ['KOMBI:3301.5', 'usage.edit'],
    ['KOMBI:3301.5=', 'usage.edit'],
    ['KOMBI:3301.5=:F7', 'usage.edit'],
    ['KOMBI:3301.5=FF:F7:F3', 'usage.edit'],
    ['KOMBI:3301.5.3=', 'usage.edit'],
    ['KOMBI:3301.5=F', 'usage.hex'],
    ['KOMBI:3301.5=FFF', 'usage.hex'],
    ['KOMBI:3301.5=F:F7', 'usage.hex'],
    ['KOMBI:3301.5=0x', 'usage.hex'],
    ['KOMBI:3301.5.3=2', 'usage.bit-value'],
    ['KOMBI:3301.5.3=00', 'usage.bit-value'],
    ['KOMBI:3301.5.8=0', 'usage.bit'],
    ['KOMBI:33=F7', 'usage.address'],
  ])('%s is refused with %s', (text, code) => {
    expect(() => parseEdit(text)).toThrow(expect.objectContaining({ code, exit: 2, hint: expect.stringMatching(/./) }));
  });
});

describe('a file of edits', () => {
  it('has one a line, comments and empty lines, from any editor', () => {
    const file = '\uFEFFKOMBI:3301.5=F7 # because\r\n\r\n# hide the message\r\n  KOMBI:3301.6=FF:FE\n#KOMBI:3301.7=00\n';
    expect(parseEditFile(file).map(({ text }) => text)).toEqual(['KOMBI:3301.5=F7', 'KOMBI:3301.6=FF:FE']);
  });

  it('names the line that is wrong', () => {
    expect(() => parseEditFile('KOMBI:3301.5=F7\n\nKOMBI:3301.5=F')).toThrow(
      expect.objectContaining({ code: 'usage.hex', exit: 2, message: expect.stringMatching(/^Line 3: /) }),
    );
  });
});
