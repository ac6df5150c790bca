import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/core/index.ts';
import { decodeEdiSim, type Exchange } from '../../../src/recording/index.ts';
import { fillTemplates, matches, requestTelegram } from '../../../src/recording/rule.ts';
import { exchangeTexts, refusalOf } from './exchange-text.ts';

const seed = Number(process.env['KOMBI_SEED'] ?? 20_261_120);

/** A file of these requests and responses. */
function file(requests: readonly string[], responses: readonly string[], more = ''): string {
  return `${more}[REQUEST]\n${requests.join('\n')}\n\n[RESPONSE]\n${responses.join('\n')}\n`;
}

const told = (text: string) => exchangeTexts(decodeEdiSim(text).exchanges);
const refusal = (text: string) => refusalOf(() => decodeEdiSim(text));

/** What the file's one rule answers to a physical request; undefined where it does not match or cannot be worked out. */
function ruled(request: string, response: string, target: number, payload: string): string | undefined {
  const [rule] = decodeEdiSim(file([`R_0=${request}`], [`R_0=${response}`])).rules;
  const telegram = requestTelegram({ target, functional: false, payload: fromHex(payload) });
  if (rule === undefined || !matches(rule.request, telegram)) return undefined;
  return fillTemplates(rule.turns[0] ?? [], telegram)
    ?.map(({ source, payload: answer }) => `${toHex(Uint8Array.of(source))}:${toHex(answer)}`)
    .join(' ');
}

describe('EdiabasLib simulation files', () => {
  it('are read whatever the case, the blanks and the ends of lines', () => {
    const text = '\uFEFF; a car\r\n[request]\r\nIdent_0 = 82,60,f1, 1A,80\r\n;R=01\r\n[Response]\r\nIDENT_0=83,F1,60,5A,80,01,AF\r\n';
    expect(told(text)).toEqual(['60/1A80 → 60:5A8001']);
  });

  it('join a response to the request of its name, further telegrams to the same answer', () => {
    const requests = ['A_0=81,60,F1,20', 'A_2=81,60,F1,20', 'B=81,61,F1,20', 'B_3=81,61,F1,21'];
    const responses = [
      'A_0=81,F1,60,60,00',
      'A_0=81,F1,60,61,00',
      'A_1=81,F1,60,62,00',
      'A_2=81,F1,60,63,00',
      'B=81,F1,61,60,00',
      'B_9=81,F1,61,61,00',
    ];
    expect(told(file(requests, responses))).toEqual(['60/20 → 60:60 60:61 60:62', '60/20 → 60:63', '61/20 → 61:60', '61/21 → 61:61']);
  });

  it('hold several telegrams in one value, in all three forms of a length, and functional requests', () => {
    const long = Array.from({ length: 300 }, () => '62').join(',');
    const responses = [`A_0=82,F1,60,58,00,00,80,F1,61,02,58,01,00,80,F1,62,00,01,2C,${long},00`];
    const [line] = told(file(['A_0=C4,EF,F1,18,02,FF,FF'], responses));
    expect(line).toMatch(/^EF!\/1802FFFF → 60:5800 61:5801 62:(62){300}$/);
  });

  it('tell the supply and the ignition', () => {
    const [requests, responses] = [['A_0=81,60,F1,20'], ['A_0=81,F1,60,60,00']];
    const power = '[POWERSUPPLY]\nUBatt = 12500\n[IGNITION]\nIgnition = 0\n[KEYBYTES]\nA=01,8A\n';
    expect(decodeEdiSim(file(requests, responses, power))).toMatchObject({ voltage: 12.5, ignition: 'off', remarks: [] });
    expect(decodeEdiSim(file(requests, responses, '[IGNITION]\nIgnition=12000\n'))).toMatchObject({ voltage: undefined, ignition: 'on' });
    expect(decodeEdiSim(file(requests, responses))).toMatchObject({ voltage: undefined, ignition: undefined });
  });

  it('tell what they passed over, once for each kind', () => {
    const responses = ['A_0=81,F1,60,60,17', 'A_1=81,F1,60,61,18', 'C_0=81,F1,60,61,18'];
    expect(decodeEdiSim(file(['A_0=81,60,F1,20', 'A_1=81,60,F1,20'], responses)).remarks).toEqual([
      'line 6 and 1 more: a checksum is wrong, as where a VIN was replaced',
      'line 8: a response without a request is left out',
    ]);
  });

  it.each([
    ['any byte', '83,XX,F1,22,XX,XX', 0x60, '223000', true],
    ['any byte, but not more of them', '83,XX,F1,22,XX,XX', 0x60, '2230', false],
    ['half a byte', '83,6X,F1,22,3X,XX', 0x6a, '223FFF', true],
    ['another half', '83,6X,F1,22,3X,XX', 0x7a, '223FFF', false],
    ['a byte under a mask', '80&C0,60,F1,22', 0x60, '22', true],
    ['another byte under a mask', '81,60,F1,20&F0', 0x60, '31', false],
    ['any end', '80&C0,XX,F1,30,XX,..', 0x64, '300102030405', true],
    ['an end of nothing', '80&C0,XX,F1,30,XX,..', 0x64, '3001', true],
    ['an end behind too little', '80&C0,XX,F1,30,XX,..', 0x64, '30', false],
  ])('leave open: %s', (_what, request, target, payload, fits) => {
    expect(ruled(request, '81,F1,60,60,00', target, payload)).toBe(fits ? '60:60' : undefined);
  });

  it.each([
    ['0F|', '2F', '0F'],
    ['0F&', '03', '03'],
    ['0F^', '2C', '0C'],
    ['F0+', '13', 'F3'],
    ['10-', 'ED', '0D'],
    ['10*', '30', '30'],
    ['47/', '02', '17'],
  ])('work out %s, with a byte of the request and with a fixed one', (left, with23, with03) => {
    const answer = (right: string) => ruled('84,XX,F1,22,30,05,XX', `82,F1,00|[01],6E,${left}${right},00^$00`, 0x40, '22300523');
    expect(answer('[06]')).toBe(`40:6E${with23}`);
    expect(answer('03')).toBe(`40:6E${with03}`);
  });

  it('answer nothing where a byte of the request is not there, or is 0 to divide by', () => {
    expect(ruled('81,XX,F1,XX', '82,F1,60,6E,00|[04],00^$00', 0x40, '22')).toBeUndefined();
    expect(ruled('82,XX,F1,22,XX', '82,F1,60,6E,10/[04],00^$00', 0x40, '2200')).toBeUndefined();
    expect(ruled('82,XX,F1,22,XX', '82,F1,60,6E,10/[04],00^$00', 0x40, '2204')).toBe('60:6E04');
  });

  it('work a fixed request out at once', () => {
    expect(told(file(['A_0=82,40,F1,11,01'], ['A_0=82,F1,00|[01],51,00|[04],00^$00']))).toEqual(['40/1101 → 40:5101']);
  });

  it('make one rule of equal requests, answered in turn', () => {
    const { rules } = decodeEdiSim(file(['A_0=82,XX,F1,11,01', 'A_1=82,XX,F1,11,01'], ['A_0=81,F1,60,51,00', 'A_1=81,F1,60,52,00']));
    expect(rules.map(({ turns }) => turns.map((turn) => toHex(turn[0]?.constants ?? fromHex(''))))).toEqual([['6051', '6052']]);
  });

  it.each([
    ['[REQUEST', 'line 1: "[REQUEST" begins a section and does not end it'],
    ['A_0=81', 'line 1: "A_0=81" stands in front of the first section'],
    ['[REQUEST]\nwhat', 'line 2: "what" is neither a section nor a key with a value'],
    ['[60.REQUEST]\nA=22,F1,90', 'line 2: a section of one ECU, "60.REQUEST", is not understood'],
    ['[POWERSUPPLY]\nUBatt=twelve', 'line 2: "UBATT" is "twelve"'],
    [file(['A_0=81,60,F1,20', 'a_0=81,60,F1,20'], []), 'line 3: the request "A_0" stands twice'],
    [file(['A_0=81,60,F1,20'], []), 'line 2: the request "A_0" has no response'],
    [file(['A_0=81,60,F1,2'], []), 'line 2: "2" in the request is no byte'],
    [file(['A_0=81,60,F1,20|0F'], []), 'line 2: "20|0F" in the request is no byte'],
    [file(['A_0=81,60,F1,..,20'], []), 'line 2: ".." in the request is no byte'],
    [file(['A_0=82,60,F1,20'], ['A_0=81,F1,60,60,00']), 'line 2: the request has 4 bytes, and its length asks for 5'],
    [
      file(['A_0=01,60,F1,20'], ['A_0=81,F1,60,60,00']),
      'line 2: the request is no telegram: it begins with 01; a BMW-FAST telegram begins with 80 to FF',
    ],
    [file(['A_0=81,60,F1,20'], ['A_0=']), 'line 5: the response is empty'],
    [file(['A_0=81,60,F1,20'], ['A_0=81,F1,60,60']), 'line 5: the response ends after 4 of 5 bytes'],
    [file(['A_0=81,60,F1,20'], ['A_0=XX,F1,60,60,00']), 'line 5: "XX" in the response is no byte'],
    [file(['A_0=81,60,F1,20'], ['A_0=81,F1,60,60%[01],00']), 'line 5: "60%[01]" in the response is no byte'],
    [file(['A_0=81,60,F1,20'], ['A_0=81,F1,60,60|#00,00']), 'line 5: "60|#00" in the response is no byte'],
    [file(['A_0=81,60,F1,20'], ['A_0=81,F1,60,60/00,00']), 'line 5: the response divides by 0'],
    [file(['A_0=81,60,F1,20'], ['A_0=00|[00],F1,60,60,00']), 'line 5: the response is no telegram: it begins with no fixed byte'],
    [file(['A_0=81,60,F1,20'], ['A_0=82,F1,60,00^$00,60,00']), 'line 5: a checksum stands elsewhere than at the end of a telegram'],
    [file(['A_0=81,60,F1,20'], ['A_0=81,F1,60,60|[09],00']), 'line 2: the response cannot be worked out from the request'],
  ])('refuse %j', (text, message) => {
    expect(refusal(text)).toMatchObject({ code: 'recording.invalid', exit: 2, message });
  });

  it('give back any exchanges written so', () => {
    const bytes = (maxLength: number) => fc.uint8Array({ minLength: 1, maxLength });
    const address = fc.integer({ min: 0, max: 0xff });
    const exchange: fc.Arbitrary<Exchange> = fc.record({
      target: address,
      functional: fc.boolean(),
      request: bytes(0x3f),
      answers: fc.array(fc.record({ source: address, payload: bytes(0x3f) }), { minLength: 1, maxLength: 3 }),
    });
    const csv = (bytesOf: readonly number[]) => bytesOf.map((byte) => toHex(Uint8Array.of(byte))).join();
    fc.assert(
      fc.property(fc.array(exchange, { maxLength: 5 }), (exchanges) => {
        const requests = exchanges.map(
          ({ target, functional, request }, n) => `R_${n}=${csv([(functional ? 0xc0 : 0x80) | request.length, target, 0xf1, ...request])}`,
        );
        const responses = exchanges.flatMap(({ answers }, n) =>
          answers.map(({ source, payload }) => `R_${n}=${csv([0x80 | payload.length, 0xf1, source, ...payload])},00^$00`),
        );
        expect(decodeEdiSim(file(requests, responses)).exchanges).toEqual(exchanges);
      }),
      { seed, numRuns: 100 },
    );
  });

  it('never fail otherwise on any text', () => {
    const piece = fc.constantFrom(
      '[REQUEST]',
      '[RESPONSE]',
      '\n',
      'A_0=',
      'A_1=',
      '81,',
      '60,',
      'XX',
      'F1,',
      '00|[01]',
      '00^$00',
      '..',
      '80&C0',
      ',',
      '=',
      '_',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
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
