import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ControlConnection } from '../../../src/mock/hsfz/control-connection.ts';
import { diffStates } from '../../../src/mock/index.ts';
import { play, playSim, playText } from './support.ts';

const VIN_HEX = Buffer.from('WBATESTV1N0000001').toString('hex').toUpperCase();

describe('a recorded car', () => {
  it('answers the same request in turn, and from the start again after the last', () => {
    const { ask } = play(['60 22D112 = 60:62D11213', '60 22D112 = 60:62D11214', '60 223000 = 60:62300001']);
    expect([1, 2, 3].map(() => ask(0x60, '22D112')?.join())).toEqual(['60:62D11213', '60:62D11214', '60:62D11213']);
  });

  it('gives all of an answer in its order, also of another address', () => {
    const { ask } = play(['47 1A80 = 47:7F1A78 47:5A8001 3F:5A8002']);
    expect(ask(0x47, '1A80')).toEqual(['47:7F1A78', '47:5A8001', '3F:5A8002']);
  });

  it('leaves out what only others answered', () => {
    const { car, ask } = play(['63 1A80 = 63:5A8001', '63 1A80 = 65:5A8002', '63 1A80 = 63:5A8003']);
    expect([1, 2, 3].map(() => ask(0x63, '1A80')?.join())).toEqual(['63:5A8001', '63:5A8003', '63:5A8001']);
    expect(car.ecuAddresses()).toEqual([0x63, 0x65]);
  });

  it('answers for all whom the recording names, ECU by ECU', () => {
    const { ask } = play(['DF* 22F150 = 10:7F2278 60:62F1500F7E60 10:62F1500F7E10', '61 223000 = 61:62300001']);
    expect(ask(0xdf, '22F150')).toEqual(['10:7F2278', '10:62F1500F7E10', '60:62F1500F7E60']);
  });

  it('answers one ECU alone with what it said when all were asked, unless it never came to an end', () => {
    const { ask } = play(['DF* 22F150 = 10:7F2278 60:62F1500F7E60 10:62F1500F7E10 61:7F2278']);
    expect(ask(0x10, '22F150')).toEqual(['10:7F2278', '10:62F1500F7E10']);
    expect(ask(0x61, '22F150')).toEqual(['61:7F2231']);
  });

  it('answers all at once with what each said alone, refusals left out, where nobody asked all', () => {
    const { ask } = play(['10 22F150 = 10:62F1500F7E10', '60 22F150 = 60:7F2231', '61 22F150 = 61:62F1500F7E61']);
    expect(ask(0xdf, '22F150')).toEqual(['10:62F1500F7E10', '61:62F1500F7E61']);
    expect(ask(0xdf, '22F151')).toEqual([]);
  });

  it('does not know an ECU that never answered', () => {
    const { car, ask } = play(['99 22F150 =', '60 22F150 = 60:7F2231']);
    expect(ask(0x99, '22F150')).toBeUndefined();
    expect(ask(0x12, '22F150')).toBeUndefined();
    expect(car.ecuAddresses()).toEqual([0x60]);
  });

  it('is silent where the ECU was', () => {
    expect(play(['60 22F150 =', '60 223000 = 60:62300001']).ask(0x60, '22F150')).toEqual([]);
  });

  it('refuses what was not recorded, and counts it', () => {
    const { car, ask } = play(['60 223000 = 60:62300001', '60 19020C = 60:5902FF', '60 31010203 = 60:71010203', '60 2C01 = 60:7F2C11']);
    expect(car.unknownRequests.report()).toBeUndefined();
    expect(ask(0x60, '223001')).toEqual(['60:7F2231']);
    expect(ask(0x60, '19020F')).toEqual(['60:7F1931']);
    expect(ask(0x60, '1906026009FF')).toEqual(['60:7F1912']);
    expect(ask(0x60, '31010F01')).toEqual(['60:7F3131']);
    expect(ask(0x60, '14FFFFFF')).toEqual(['60:7F1411']);
    expect(ask(0x60, '2C02')).toEqual(['60:7F2C11']);
    expect(ask(0x60, '1007')).toEqual(['60:7F1012']);
    expect(ask(0xdf, '223001')).toEqual([]);
    expect(ask(0x60, '223000')).toEqual(['60:62300001']);
    expect(car.unknownRequests.total).toBe(8);
    expect(car.unknownRequests.report()).toBe(
      '8 requests were not in the recording and refused (by service 10: 1, 14: 1, 19: 2, 22: 2, 2C: 1, 31: 1; first 60 223001, 60 19020F, 60 1906026009FF, 60 31010F01, 60 14FFFFFF)',
    );
  });

  it('can be kept awake, changed in its session and reset, by one or by all', () => {
    const { car, ask } = play(['60 223000 = 60:62300001', '61 223000 = 61:62300001']);
    expect(ask(0x60, '3E00')).toEqual(['60:7E00']);
    expect(ask(0x60, '3E80')).toEqual([]);
    expect(ask(0x60, '1003')).toEqual(['60:5003003201F4']);
    expect(ask(0x60, '1083')).toEqual([]);
    expect(ask(0xdf, '1101')).toEqual(['60:5101', '61:5101']);
    expect(ask(0xdf, '3E80')).toEqual([]);
    expect(car.unknownRequests.total).toBe(0);
  });

  it('speaks KWP2000 where its recording does', () => {
    const { ask } = play(['60 1A80 = 60:5A8001', '60 2109 = 60:6109012B', '61 22F150 = 61:62F1500F7E61', '61 1A80 = 61:7F1A12']);
    expect(ask(0x60, '3E01')).toEqual(['60:7E']);
    expect(ask(0x60, '3E02')).toEqual([]);
    expect(ask(0x60, '1089')).toEqual(['60:5089']);
    expect(ask(0x60, '1A81')).toEqual(['60:7F1A12']);
    expect(ask(0x60, '210A')).toEqual(['60:7F2112']);
    expect(ask(0x60, '1802FFFF')).toEqual(['60:7F1811']);
    expect(ask(0x60, '223000')).toEqual(['60:7F2231']);
    // A refusal alone makes no KWP2000 ECU.
    expect(ask(0x61, '3E00')).toEqual(['61:7E00']);
  });

  it('says which addresses mean all: those recorded, DF always, EF where nothing is recorded', () => {
    const addresses = (lines: readonly string[]) => [0xdf, 0xef, 0xed, 0x60].filter((address) => play(lines).car.isFunctional(address));
    expect(addresses(['60 1A80 = 60:5A8001'])).toEqual([0xdf, 0xef]);
    expect(addresses(['ED* 1A80 = 60:5A8001'])).toEqual([0xdf, 0xed]);
  });
});

describe('open bytes of a recording', () => {
  it('are answered by the ECUs that are there, after all that is recorded exactly', () => {
    const { car, ask } = playSim({
      '83,XX,F1,22,XX,XX': '83,F1,00|[01],7F,22,31,00^$00',
      '83,60,F1,22,30,00': '84,F1,60,62,30,00,01,00',
      'C3,EF,F1,22,16,00': '84,F1,61,62,16,00,02,00,84,F1,60,62,16,00,02,00',
    });
    expect(ask(0x60, '223000')).toEqual(['60:62300001']);
    expect(ask(0x60, '223001')).toEqual(['60:7F2231']);
    expect(ask(0x61, '223001')).toEqual(['61:7F2231']);
    expect(ask(0x61, '221600')).toEqual(['61:62160002']);
    expect(ask(0x62, '223001')).toBeUndefined();
    expect(car.unknownRequests.total).toBe(0);
  });

  it('are answered in turn, also where all are asked', () => {
    const row = (answer: string) => `82 60 F1 21 XX XX : 82 F1 60 61 ${answer} 00`;
    const { ask } = playText([row('01'), row('02'), 'C1 DF F1 2X XX : 81 F1 60 61 00'].join('\n'));
    expect([1, 2, 3].map(() => ask(0x60, '2107')?.join())).toEqual(['60:6101', '60:6102', '60:6101']);
    expect(ask(0xdf, '2F')).toEqual(['60:61']);
    expect(ask(0x61, '2107')).toBeUndefined();
  });
});

describe('coding blocks of a recording', () => {
  const LINES = [
    '60 223000 = 60:6230000102',
    '60 22D112 = 60:62D11213',
    '40 223005 = 40:6230050A0B',
    '40 2E30050C0D = 40:6E3005',
    '40 2E30050E0F = 40:7F2E22',
  ];

  it('are written and read back, and nothing else is', () => {
    const { car, ask } = play(LINES);
    const before = car.exportState();
    expect(ask(0x60, '2E30000203')).toEqual(['60:6E3000']);
    expect(ask(0x60, '223000')).toEqual(['60:6230000203']);
    expect(ask(0x60, '2E300002')).toEqual(['60:7F2E13']);
    expect(ask(0x60, '2E300102')).toEqual(['60:7F2E31']);
    expect(ask(0x60, '2ED11214')).toEqual(['60:7F2E31']);
    expect(ask(0x60, '1101')).toEqual(['60:5101']);
    expect(ask(0x60, '223000')).toEqual(['60:6230000203']);
    expect(diffStates(before, car.exportState()).map(({ path }) => path)).toEqual([
      ...['ecus.60.blocks.3000.@00.0', 'ecus.60.blocks.3000.@00.1', 'ecus.60.blocks.3000.@01.0'],
    ]);
    expect(ask(0x60, '2E30000102')).toEqual(['60:6E3000']);
    expect(car.exportState()).toEqual(before);
  });

  it('are written as was recorded where it was', () => {
    const { ask } = play(LINES);
    expect(ask(0x40, '2E30050E0F')).toEqual(['40:7F2E22']);
    expect(ask(0x40, '223005')).toEqual(['40:6230050A0B']);
    expect(ask(0x40, '2E30050C0D')).toEqual(['40:6E3005']);
    expect(ask(0x40, '223005')).toEqual(['40:6230050C0D']);
    expect(ask(0x40, '2E30051011')).toEqual(['40:6E3005']);
    expect(ask(0xdf, '223005')).toEqual(['40:6230051011']);
  });

  it('are kept in a file where one is named, and refused from another car', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kombi-recorded-'));
    try {
      const stateFile = join(folder, 'car.json');
      play(LINES, { stateFile }).ask(0x60, '2E30000203');
      expect(play(LINES, { stateFile }).ask(0x60, '223000')).toEqual(['60:6230000203']);
      expect(() => play(['61 223000 = 61:62300001'], { stateFile })).toThrow(expect.objectContaining({ code: 'usage.state', exit: 2 }));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the VIN of a recorded car', () => {
  it.each([
    ['the gateway', [`60 22F190 = 60:62F190${VIN_HEX.replace('31', '32')}`, `10 22F190 = 10:62F190${VIN_HEX}`], 'WBATESTV1N0000001'],
    ['whoever has it', [`DF* 22F190 = 76:62F190${VIN_HEX}`], 'WBATESTV1N0000001'],
    ['KWP2000', ['60 1A80 = 60:5A80', `60 1A90 = 60:5A90${VIN_HEX}`], 'WBATESTV1N0000001'],
    [
      'the CAS, where all others have its end only',
      ['60 1A90 = 60:5A9030303030303031', `40 221010 = 40:621010${VIN_HEX}`],
      'WBATESTV1N0000001',
    ],
    ['nobody', ['60 22F190 = 60:7F2231'], undefined],
    ['nobody: it is not coded', [`10 22F190 = 10:62F190${'30'.repeat(17)}`], undefined],
  ])('comes from %s', (_who, lines, vin) => {
    const { car } = play(lines);
    expect(car.recordedVin).toBe(vin);
    expect(car.vin).toBe(vin ?? '0'.repeat(17));
  });

  it('may be another one: told where the recorded one was, or by every ECU where none was', () => {
    const options = { vin: 'WBATESTV1N0000009' };
    const hex = VIN_HEX.replace(/31$/, '39');
    const recorded = play([`DF* 22F190 = 10:62F190${VIN_HEX} 60:7F2231`], options);
    expect(recorded.ask(0x10, '22F190')).toEqual([`10:62F190${hex}`]);
    expect(recorded.ask(0xdf, '22F190')).toEqual([`10:62F190${hex}`, '60:7F2231']);
    expect(recorded.car.vin).toBe(options.vin);
    const silent = play(['60 22F150 = 60:62F1500F7E60', '40 1A80 = 40:5A8001'], options);
    expect(silent.ask(0xdf, '22F190')).toEqual([`60:62F190${hex}`]);
    expect(silent.ask(0x40, '221010')).toEqual([`40:621010${hex}`]);
    expect(silent.car.unknownRequests.total).toBe(0);
  });
});

describe('the gateway of a recorded car', () => {
  it('tells the recorded VIN to who looks for a car', () => {
    const written: string[] = [];
    const { car } = play([`10 22F190 = 10:62F190${VIN_HEX}`]);
    const wire = {
      write: (bytes: Uint8Array) => void written.push(Buffer.from(bytes.subarray(6)).toString('latin1')),
      end: () => undefined,
      reset: () => undefined,
    };
    new ControlConnection(car, wire).feed(Buffer.from('000000000011', 'hex'));
    expect(written).toEqual(['DIAGADR10BMWMAC020000000000BMWVINWBATESTV1N0000001']);
  });
});

describe('faults of a recorded car', () => {
  const LINES = ['60 223000 = 60:7F2278 60:62300001', '61 223000 = 61:62300001'];

  it.each([
    ['nrc:22,ecu=60', ['60:7F2222']],
    ['nrc-stored:22', ['60:7F2278', '60:7F2222']],
    ['mute', []],
    ['ignore', []],
    ['misread', ['60:7F2278', '60:62300000']],
    ['duplicate-reply', ['60:62300001', '60:7F2278', '60:62300001']],
  ])('%s strikes', (fault, answers) => {
    expect(play(LINES, { faults: [fault] }).ask(0x60, '223000')).toEqual(answers);
  });

  it('pending comes before the answer', async () => {
    const { clock, car } = play(LINES, { faults: ['pending:2'] });
    const answers: string[] = [];
    car.request({ tester: 0xf4, target: 0x61, payload: Uint8Array.of(0x22, 0x30, 0x00) }, (_source, payload) =>
      answers.push(Buffer.from(payload).toString('hex')),
    );
    expect(answers).toEqual(['7f2278']);
    await clock.sleep(60);
    expect(answers).toEqual(['7f2278', '7f2278']);
    await clock.sleep(60);
    expect(answers).toEqual(['7f2278', '7f2278', '62300001']);
  });

  it('strike each ECU once where all are asked', () => {
    const { ask } = play(LINES, { faults: ['ignore,ecu=61'] });
    expect(ask(0xdf, '223000')).toEqual(['60:7F2278', '60:62300001']);
  });

  it('change the supply and the ignition from the request on', () => {
    const { car, ask } = play(LINES, { faults: ['voltage:11.5', 'ignition-off'] });
    expect([car.voltage(), car.ignition()]).toEqual([12.5, true]);
    ask(0x60, '223000');
    expect([car.voltage(), car.ignition()]).toEqual([11.5, false]);
  });

  it('that need a memory are refused', () => {
    expect(() => play(LINES, { faults: ['not-stored'] })).toThrow(expect.objectContaining({ code: 'usage.fault', exit: 2 }));
    expect(() => play(LINES, { faults: ['disconnect', 'cf-lost', 'unplug'] })).not.toThrow();
  });
});
