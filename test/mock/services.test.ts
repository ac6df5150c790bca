import { describe, expect, it } from 'vitest';
import { bench } from './support.ts';

const VIN_HEX = '5742413643393230313044303030303031';

/** What each request gets in the default session; bytes written from the standard and the recordings. */
const DEFAULT_SESSION: readonly (readonly [title: string, target: number, request: string, answers: readonly string[]])[] = [
  ['VIN of the cluster', 0x60, '22F190', [`60:62F190${VIN_HEX}`]],
  ['VIN of the gateway', 0x10, '22F190', [`10:62F190${VIN_HEX}`]],
  ['description index', 0x60, '22F150', ['60:62F1500F1F30']],
  ['session', 0x60, '22F186', ['60:62F1860181']],
  ['session and state', 0x60, '22F100', ['60:62F10001810001']],
  ['no older SVK', 0x60, '22F102', ['60:7F2222']],
  ['several identifiers', 0x60, '22F15037FEFFFF', ['60:62F1500F1F3037FE44303030303031']],
  ['an absent block', 0x60, '223302', ['60:7F2231']],
  ['half an identifier', 0x60, '22F1', ['60:7F2213']],
  ['voltage, 893 × 0.015 V', 0x12, '22460A', ['12:62460A037D']],
  ['terminal 15', 0x40, '22DC56', ['40:62DC560A']],
  ['mileage, RAM and EEPROM', 0x60, '22D10D', ['60:62D10D0001B7000001B700']],
  ['the clock, 10:15:00 on 20 November 2026', 0x60, '22D113', ['60:62D1130A0F00140B07EA']],
  ['message 299 in the history, at 112000 km', 0x60, '22D10B', ['60:62D10B012B36B0']],
  ['message 299 raised', 0x60, '222521', [`60:622521012B${'0000'.repeat(44)}`]],
  [
    'I-levels of the gateway, with a code',
    0x10,
    '22100B',
    [`10:62100B463031300F0301F9463031300F0301F9463031300F0301F60014${'00'.repeat(20)}`],
  ],
  ['I-levels of the CAS', 0x40, '22100B', ['40:62100B463031300F0301F9463031300F0301F9463031300F0301F6']],
  ['the list of ECUs', 0x10, '223F07', ['10:623F07000C1012182930405D6061637278']],
  ['trouble codes of the emergency-call unit', 0x61, '19020C', ['61:59027FB7F3412F']],
  ['no trouble codes', 0x60, '19020C', ['60:59027F']],
  ['snapshot of a trouble code', 0x61, '1904B7F341FF', ['61:5904B7F3412F0102170001B5701701090D663E']],
  ['extended data of a trouble code', 0x61, '1906B7F341FF', ['61:5906B7F3412F01000207']],
  ['snapshot of an unknown trouble code', 0x61, '1904112233FF', ['61:7F1931']],
  ['an unknown report', 0x61, '197F00', ['61:7F1912']],
  ['tester present', 0x60, '3E00', ['60:7E00']],
  ['tester present, suppressed', 0x60, '3E80', []],
  ['tester present, too long', 0x60, '3E0000', ['60:7F3E13']],
  ['extended session, P2 200 ms, P2* 5 s', 0x60, '1003', ['60:500300C801F4']],
  ['coding session', 0x63, '1041', ['63:5041012B01F4']],
  ['a session without times', 0x30, '1003', ['30:5003']],
  ['a session the ECU lacks', 0x30, '1041', ['30:7F1012']],
  ['a session request that is too long', 0x60, '100300', ['60:7F1013']],
  ['a session request that is too short', 0x60, '10', ['60:7F1013']],
  ['a session, suppressed', 0x60, '1083', []],
  ['another reset', 0x60, '1102', ['60:7F1112']],
  ['switching trouble codes off', 0x60, '8502', ['60:7F857F']],
  ['switching communication off', 0x60, '280101', ['60:7F287F']],
  ['writing', 0x60, '2E301041414141414141', ['60:7F2E7F']],
  ['security access: no keys here', 0x60, '2711', ['60:7F2711']],
  ['an unknown service', 0x60, 'BA00', ['60:7FBA11']],
  ['preconditions', 0x60, '31010203', ['60:71010203']],
  ['energy mode in the wrong session', 0x60, '31010F0C03', ['60:7F3122']],
  ['an unknown routine', 0x60, '31011234', ['60:7F3131']],
  ['a routine cut short', 0x60, '310102', ['60:7F3113']],
];

describe('services in the default session', () => {
  it.each(DEFAULT_SESSION)('%s', (_title, target, request, answers) => {
    expect(bench().ask(target, request)).toEqual(answers);
  });

  it('gives the whole SVK of the cluster, the CAFD last', () => {
    const [answer = ''] = bench().ask(0x60, '22F101');
    expect(answer.slice(0, 'xx:62F101'.length + 34)).toBe('60:62F1010101000B1503128A04D200001000000001');
    expect(answer.slice(-16)).toBe('057E570601010000');
    expect(answer).toHaveLength('60:62F101'.length + 2 * (17 + 11 * 8));
  });

  it('gives the vehicle order as a stream of 6-bit letters: 0315 F006 6C92', () => {
    const [answer = ''] = bench().ask(0x10, '223F06');
    expect(answer.slice(0, 33)).toBe('10:623F06003B034134559904165A3652');
    expect(answer.endsWith(`0014${'00'.repeat(20)}`)).toBe(true);
  });
});

describe('services in the extended session', () => {
  it.each([
    ['session', '22F100', '60:62F10003860001'],
    ['switching trouble codes off', '8502', '60:C502'],
    ['switching communication off', '280101', '60:6801'],
    ['energy mode', '31010F0C03', '60:71010F0C'],
  ])('%s', (_title, request, answer) => {
    const { ask } = bench();
    ask(0x60, '1003');
    expect(ask(0x60, request)).toEqual([answer]);
  });

  it('tells the energy mode that was set', () => {
    const { ask } = bench();
    ask(0x60, '1003');
    ask(0x60, '31010F0C03');
    expect(ask(0x60, '22100A')).toEqual(['60:62100A03']);
  });

  it('ends after S3 without a word, at the millisecond', async () => {
    const { ask, clock } = bench();
    ask(0x60, '1003');
    await clock.sleep(4999);
    expect(ask(0x60, '22F186')).toEqual(['60:62F1860386']);
    await clock.sleep(5000);
    expect(ask(0x60, '22F186')).toEqual(['60:62F1860181']);
  });

  it('is kept up by a functional tester present', async () => {
    const { ask, clock } = bench();
    ask(0x60, '1003');
    for (let round = 0; round < 4; round += 1) {
      await clock.sleep(3000);
      expect(ask(0xdf, '3E80')).toEqual([]);
    }
    expect(ask(0x60, '22F186')).toEqual(['60:62F1860386']);
  });
});

describe('functional requests', () => {
  it('are answered by every ECU, in order of address', () => {
    const sources = bench()
      .ask(0xdf, '22F150')
      .map((answer) => answer.slice(0, 2));
    expect(sources).toEqual(['10', '12', '18', '29', '30', '40', '5D', '60', '61', '63', '72', '78']);
  });

  it('are not refused with 31 by those that do not know', () => {
    expect(bench().ask(0xdf, '223301')).toHaveLength(1);
    expect(bench().ask(0xdf, '2711')).toEqual([]);
  });

  it('are refused for their length', () => {
    expect(bench().ask(0xdf, '22F1')).toHaveLength(12);
  });
});

describe('time', () => {
  it('puts an answer off with 78 where the profile says so, and is busy meanwhile', async () => {
    const { ask, askFor } = bench();
    const answers = askFor(0x63, '22F101', 41);
    expect(ask(0x63, '22F190')).toEqual(['63:7F2221']);
    const got = await answers;
    expect(got.map((answer) => answer.slice(0, 9))).toEqual(['63:7F2278', '63:7F2278', '63:62F101']);
  });

  it('keeps an ECU from answering for as long as its reset takes', async () => {
    const { ask, car, clock } = bench();
    expect(ask(0x60, '1101')).toEqual(['60:5101']);
    await clock.sleep(299);
    expect(ask(0x60, '22F190')).toEqual([]);
    expect(car.ecuAddresses()).not.toContain(0x60);
    await clock.sleep(1);
    expect(ask(0x60, '22F186')).toEqual(['60:62F1860181']);
    expect(car.ecuAddresses()).toContain(0x60);
  });

  it('drops an answer held over a reset', async () => {
    const { askFor, car, clock } = bench();
    const answers = askFor(0x63, '22F101', 100);
    car.powerCycle();
    await clock.sleep(50);
    expect(await answers).toEqual(['63:7F2278']);
  });

  it('lets the clock run', async () => {
    const { ask, clock } = bench();
    await clock.sleep(61_000);
    expect(ask(0x60, '22D113')).toEqual(['60:62D1130A1001140B07EA']);
  });

  it('says nothing for an address that nobody has', () => {
    const { car } = bench();
    expect(car.request({ tester: 0xf4, target: 0x99, payload: Uint8Array.of(0x3e, 0x00) }, () => {})).toBe(false);
  });
});

describe('trouble codes', () => {
  it('are cleared, and come back at the reset where the fault is still there', async () => {
    const { ask, askFor, clock } = bench();
    expect(await askFor(0x61, '14FFFFFF', 20)).toEqual(['61:7F1478', '61:54']);
    expect(ask(0x61, '19020C')).toEqual(['61:59027F']);
    ask(0x61, '1101');
    await clock.sleep(300);
    expect(ask(0x61, '19020C')).toEqual(['61:59027FB7F3412F']);
  });

  it('are cleared one by one', () => {
    const { ask } = bench();
    expect(ask(0x60, '14B7F341')).toEqual(['60:7F1431']);
    expect(ask(0x60, '14FF')).toEqual(['60:7F1413']);
  });

  it('leave the message history to its own routine', () => {
    const { ask } = bench();
    expect(ask(0x60, '3101F010')).toEqual(['60:7101F010']);
    expect(ask(0x60, '22D10B')).toEqual(['60:62D10B']);
    expect(ask(0x61, '3101F010')).toEqual(['61:7F3131']);
  });
});
