import { describe, expect, it } from 'vitest';
import { fromHex, toHex, VirtualClock } from '../../src/core/index.ts';
import { type Car, dashboard, diffStates, type EcuProfile, loadProfile, startMockCar } from '../../src/mock/index.ts';
import { bench, masksWith } from './support.ts';

const CLOCK_LOST = '60:62D113FFFFFFFFFFFFFF';

describe('a coding write', () => {
  it('hides the message: one bit differs in the whole car, before the reset and after', async () => {
    const { ask, car, clock } = bench();
    const before = car.exportState();
    expect(dashboard(car)).toEqual({ shown: [299], hidden: [] });
    ask(0x60, '1003');
    expect(ask(0x60, `2E3301${masksWith(car, 'F7')}`)).toEqual(['60:6E3301']);
    const oneBit = [{ path: 'ecus.60.blocks.3301.@25.3', before: 1, after: 0 }];
    expect(diffStates(before, car.exportState())).toEqual(oneBit);
    expect(ask(0x60, '223301')[0]?.slice(9 + 0x25 * 2, 9 + 0x26 * 2)).toBe('F7');
    ask(0x60, '1101');
    await clock.sleep(300);
    expect(diffStates(before, car.exportState())).toEqual(oneBit);
    expect(dashboard(car)).toEqual({ shown: [], hidden: [299] });
  });

  it('and its undoing leave no bit different', async () => {
    const { ask, car, clock } = bench();
    const before = car.exportState();
    for (const byte of ['F7', 'FF']) {
      ask(0x60, '1003');
      ask(0x60, `2E3301${masksWith(car, byte)}`);
      ask(0x60, '1101');
      await clock.sleep(300);
    }
    expect(diffStates(before, car.exportState())).toEqual([]);
  });

  it('is lost with the supply where no reset has committed it', () => {
    const { ask, car } = bench();
    const before = car.exportState();
    ask(0x60, '1003');
    ask(0x60, `2E3301${masksWith(car, 'F7')}`);
    car.powerCycle();
    expect(diffStates(before, car.exportState())).toEqual([]);
  });

  it('loses the clock, which no state holds, and which can be set again', () => {
    const { ask, car } = bench();
    ask(0x60, '1003');
    ask(0x60, '2E301044303030303031');
    expect(ask(0x60, '22D113')).toEqual([CLOCK_LOST]);
    expect(car.volatileState()['60']?.clock).toBe('lost');
    expect(ask(0x60, '2ED113163B00140B07EA')).toEqual(['60:6ED113']);
    expect(ask(0x60, '22D113')).toEqual(['60:62D113163B00140B07EA']);
    expect(ask(0x60, '2ED113183B00140B07EA')).toEqual(['60:7F2E31']);
  });

  it('leaves the clock of another ECU alone', () => {
    const { ask } = bench();
    ask(0x61, '1003');
    expect(ask(0x61, '2E3000FFFFFFFFFF')).toEqual(['61:6E3000']);
    expect(ask(0x60, '22D113')).not.toEqual([CLOCK_LOST]);
  });

  it.each([
    ['an unknown block', '2E330244', '60:7F2E31'],
    ['a byte too few', '2E3010443030303030', '60:7F2E13'],
    ['a byte too many', '2E30104430303030303100', '60:7F2E13'],
    ['no bytes', '2E3010', '60:7F2E13'],
    ['something that is no coding block', '2EF18C00000000000000000000', '60:7F2E31'],
  ])('is refused for %s, and changes nothing', (_what, request, answer) => {
    const { ask, car } = bench();
    const before = car.exportState();
    ask(0x60, '1003');
    expect(ask(0x60, request)).toEqual([answer]);
    expect(diffStates(before, car.exportState())).toEqual([]);
  });

  it.each([
    ['voltage too low', { voltage: 10.9 }, '93'],
    ['voltage too high', { voltage: 16.1 }, '92'],
    ['the engine running', { engineRpm: 700 }, '83'],
    ['the car moving', { speedKmh: 5 }, '88'],
    ['terminal 15 off', { ignition: false }, '22'],
  ])('is refused for %s', (_what, environment, nrc) => {
    const { ask, car } = bench();
    Object.assign(car.environment, environment);
    ask(0x60, '1003');
    expect(ask(0x60, '2E301041414141414141')).toEqual([`60:7F2E${nrc}`]);
  });

  it('is taken in the coding session too', () => {
    const { ask } = bench();
    ask(0x60, '1041');
    expect(ask(0x60, '2E301041414141414141')).toEqual(['60:6E3010']);
  });

  it('to the gateway finds no coding data', () => {
    const { ask } = bench();
    ask(0x10, '1003');
    expect(ask(0x10, '2E37FE41414141414141')).toEqual(['10:7F2E31']);
  });
});

describe('an ECU as its profile sets it', () => {
  const base = loadProfile('f06-sos');
  const cluster = base.ecus.get(0x60);

  function carWith(changes: Partial<EcuProfile>): { car: Car; clock: VirtualClock; ask(hex: string): string[] } {
    if (cluster === undefined) throw new Error('no cluster');
    const clock = new VirtualClock();
    const car = startMockCar({ profile: { ...base, ecus: new Map([[0x60, { ...cluster, ...changes }]]) }, clock });
    const ask = (hex: string) => {
      const answers: string[] = [];
      car.request({ tester: 0xf1, target: 0x60, payload: fromHex(hex) }, (_source, payload) => answers.push(toHex(payload)));
      return answers;
    };
    return { car, clock, ask };
  }

  it('refuses coding with 33 where coding must be signed, but not the clock', () => {
    const { ask } = carWith({ secureCoding: true });
    ask('1003');
    expect(ask('2E301044303030303032')).toEqual(['7F2E33']);
    expect(ask('2ED113163B00140B07EA')).toEqual(['6ED113']);
  });

  it('takes the time it needs for every answer', async () => {
    const { ask, clock } = carWith({ timing: { replyMs: 30 } });
    const answers = ask('3E00');
    await clock.sleep(29);
    expect(answers).toEqual([]);
    await clock.sleep(2);
    expect(answers).toEqual(['7E00']);
  });

  it('has its own S3 and its own reset time', async () => {
    const { ask, clock } = carWith({ timing: { s3Ms: 100, resetMs: 10 } });
    ask('1003');
    await clock.sleep(100);
    expect(ask('22F186')).toEqual(['62F1860181']);
    ask('1101');
    await clock.sleep(10);
    expect(ask('3E00')).toEqual(['7E00']);
  });

  it('states its flow control to the CAN', () => {
    expect(carWith({}).car.canFlowControl(0x60)).toEqual({ blockSize: 0, separationTime: 0 });
    expect(carWith({ flowControl: { blockSize: 8, separationTime: 10 } }).car.canFlowControl(0x60)).toEqual({
      blockSize: 8,
      separationTime: 10,
    });
  });
});

describe('the dashboard', () => {
  it('follows the block that the profile names', () => {
    const { ask, car } = bench('f13-m6');
    const block = car.exportState().ecus['60']?.blocks?.['3001'] ?? '';
    ask(0x60, '1003');
    expect(ask(0x60, `2E3001${block.slice(0, 74)}F7${block.slice(76)}`)).toEqual(['60:6E3001']);
    expect(dashboard(car)).toEqual({ shown: [], hidden: [299] });
  });

  it('shows every message of a car without masks', () => {
    expect(dashboard(bench('f15').car)).toEqual({ shown: [299], hidden: [] });
  });
});
