import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/core/index.ts';
import { dashboard, diffStates, holdSosButton } from '../../src/mock/index.ts';
import { type Bench, bench, masksWith } from './support.ts';

const RESET_MS = 300;
const ONE_BIT = [{ path: 'ecus.60.blocks.3301.@25.3', before: 1, after: 0 }];

/** Byte 0x25 of block 3301 as a tester reads it. */
function shownByte({ ask }: Bench): string | undefined {
  return ask(0x60, '223301')[0]?.slice(9 + 0x25 * 2, 9 + 0x26 * 2);
}

function differences({ car }: Bench): ReturnType<typeof diffStates> {
  return diffStates(bench().car.exportState(), car.exportState());
}

async function reset({ ask, clock }: Bench): Promise<void> {
  ask(0x60, '1101');
  await clock.sleep(RESET_MS);
}

/** Writes F7 with a fault in the way of the first write. */
function writeWith(fault: string): { car: Bench; answers: readonly string[] } {
  const car = bench('f06-sos', [`${fault},ecu=60,service=2E,did=3301,times=1`]);
  car.ask(0x60, '1003');
  return { car, answers: car.ask(0x60, `2E3301${masksWith(car.car, 'F7')}`) };
}

describe('a write with a fault in the way', () => {
  it('nrc: is refused and does nothing', () => {
    const { car, answers } = writeWith('nrc:33');
    expect(answers).toEqual(['60:7F2E33']);
    expect(differences(car)).toEqual([]);
    expect(car.ask(0x60, `2E3301${masksWith(car.car, 'F7')}`)).toEqual(['60:6E3301']);
  });

  it('nrc-stored: is refused and done', () => {
    const { car, answers } = writeWith('nrc-stored:72');
    expect(answers).toEqual(['60:7F2E72']);
    expect(differences(car)).toEqual(ONE_BIT);
  });

  it('mute: is done without an answer', () => {
    const { car, answers } = writeWith('mute');
    expect(answers).toEqual([]);
    expect(differences(car)).toEqual(ONE_BIT);
  });

  it('ignore: is neither done nor answered', () => {
    const { car, answers } = writeWith('ignore');
    expect(answers).toEqual([]);
    expect(differences(car)).toEqual([]);
  });

  it('not-stored: reads back, and is gone after the reset', async () => {
    const { car, answers } = writeWith('not-stored');
    expect(answers).toEqual(['60:6E3301']);
    expect(shownByte(car)).toBe('F7');
    expect(dashboard(car.car).hidden).toEqual([299]);
    expect(differences(car)).toEqual([]);
    expect(Object.keys(car.car.volatileState()['60']?.unstored ?? {})).toEqual(['3301']);
    await reset(car);
    expect(shownByte(car)).toBe('FF');
    expect(dashboard(car.car).shown).toEqual([299]);
  });

  it('stores: puts a third value where the write changes something, and nowhere else', () => {
    const { car, answers } = writeWith('stores:5A');
    expect(answers).toEqual(['60:6E3301']);
    expect(shownByte(car)).toBe('5A');
    expect(new Set(differences(car).map(({ path }) => path.slice(0, -2)))).toEqual(new Set(['ecus.60.blocks.3301.@25']));
  });

  it('lies: is stored, and the old bytes are read back until the reset', async () => {
    const { car, answers } = writeWith('lies');
    expect(answers).toEqual(['60:6E3301']);
    expect(shownByte(car)).toBe('FF');
    expect(differences(car)).toEqual(ONE_BIT);
    await reset(car);
    expect(shownByte(car)).toBe('F7');
  });

  it('lies: the next write ends it', () => {
    const { car } = writeWith('lies');
    car.ask(0x60, `2E3301${masksWith(car.car, 'F5')}`);
    expect(shownByte(car)).toBe('F5');
  });

  it('lies:flipped: is stored, and read back with one wrong bit', () => {
    const { car } = writeWith('lies:flipped');
    const written = masksWith(car.car, 'F7');
    expect(car.ask(0x60, '223301')).toEqual([`60:623301${written.slice(0, -2)}${toHex(Uint8Array.of(0x0f ^ 1))}`]);
    expect(differences(car)).toEqual(ONE_BIT);
  });

  it('late-apply: is done later, without an answer, even after the session', async () => {
    const { car, answers } = writeWith('late-apply:7000');
    expect(answers).toEqual([]);
    await car.clock.sleep(6999);
    expect(differences(car)).toEqual([]);
    await car.clock.sleep(2);
    expect(differences(car)).toEqual(ONE_BIT);
  });

  it('reset: is not done, and the ECU is away for a while', async () => {
    const { car, answers } = writeWith('reset');
    expect(answers).toEqual([]);
    expect(car.ask(0x60, '3E00')).toEqual([]);
    await car.clock.sleep(RESET_MS);
    expect(car.ask(0x60, '22F186')).toEqual(['60:62F1860181']);
    expect(differences(car)).toEqual([]);
  });

  it('lose-cafd: fails, and no coding write is taken any more, nor after a reset', async () => {
    const { car, answers } = writeWith('lose-cafd');
    expect(answers).toEqual(['60:7F2E72']);
    expect(car.ask(0x60, '22F101')[0]?.slice(-16)).toBe('05FFFFFFFFFFFFFF');
    await reset(car);
    car.ask(0x60, '1003');
    expect(car.ask(0x60, `2E3301${masksWith(car.car, 'F7')}`)).toEqual(['60:7F2E31']);
    expect(differences(car).map(({ path }) => path)).toContain('ecus.60.coded');
  });

  it('drop-session: meets the default session', () => {
    expect(writeWith('drop-session').answers).toEqual(['60:7F2E7F']);
  });

  it('pending: is answered after so many 78', async () => {
    const { car, answers } = writeWith('pending:3');
    await car.clock.sleep(1000);
    expect(answers).toEqual(['60:7F2E78', '60:7F2E78', '60:7F2E78', '60:6E3301']);
    expect(differences(car)).toEqual(ONE_BIT);
  });

  it('pending:forever: is never answered, and the ECU takes nothing else until it falls over', async () => {
    const { car, answers } = writeWith('pending:forever');
    await car.clock.sleep(60_000);
    expect(answers.length).toBeGreaterThan(1000);
    expect(new Set(answers)).toEqual(new Set(['60:7F2E78']));
    expect(car.ask(0x60, '223301')).toEqual(['60:7F2221']);
    car.car.powerCycle();
    await car.clock.sleep(RESET_MS);
    expect(shownByte(car)).toBe('FF');
  });

  it('two at once both take effect', () => {
    const car = bench('f06-sos', ['stores:5A,service=2E', 'mute,service=2E']);
    car.ask(0x60, '1003');
    expect(car.ask(0x60, `2E3301${masksWith(car.car, 'F7')}`)).toEqual([]);
    expect(shownByte(car)).toBe('5A');
  });
});

describe('a read with a fault in the way', () => {
  const right = '60:62301044303030303031';

  it.each([
    ['misread', ['60:62301044303030303030']],
    ['wrong-did', ['60:62301144303030303031']],
    ['duplicate-reply', [right, right]],
    ['foreign-reply', ['61:62301044303030303031', right]],
  ])('%s', (fault, answers) => {
    const { ask } = bench('f06-sos', [`${fault},did=3010,times=1`]);
    expect(ask(0x60, '223010')).toEqual(answers);
    expect(ask(0x60, '223010')).toEqual([right]);
  });

  it('misread, once in two readings: they differ', () => {
    const { ask } = bench('f06-sos', ['misread,did=3301,after=1,times=1']);
    expect(ask(0x60, '223301')).not.toEqual(ask(0x60, '223301'));
  });
});

describe('a fault of the car', () => {
  it('voltage: is at every ECU, from the request on', () => {
    const { ask, car } = bench('f06-sos', ['voltage:11.505,ecu=60,after=1']);
    expect(ask(0x12, '22460A')).toEqual(['12:62460A037D']);
    ask(0x60, '3E00');
    expect(ask(0x12, '22460A')).toEqual(['12:62460A037D']);
    ask(0x60, '3E00');
    expect(ask(0x12, '22460A')).toEqual(['12:62460A02FF']);
    expect(car.voltage()).toBe(11.505);
  });

  it.each([
    ['voltage:10.5', '93'],
    ['engine-on', '83'],
    ['driving', '88'],
    ['ignition-off', '22'],
  ])('%s: the write is refused with %s', (fault, nrc) => {
    expect(writeWith(fault).answers).toEqual([`60:7F2E${nrc}`]);
  });

  it('ignition-off: terminal 15 is off', () => {
    const { ask, car } = bench('f06-sos', ['ignition-off']);
    expect(ask(0x40, '22DC56')).toEqual(['40:62DC5602']);
    expect(car.ignition()).toBe(false);
  });

  it('ext-change: the block is another one before the request, and stays so', () => {
    const car = bench('f06-sos', ['ext-change,did=3010,after=1,times=1']);
    expect(car.ask(0x60, '223010')).toEqual(['60:62301044303030303031']);
    expect(car.ask(0x60, '223010')).toEqual(['60:62301044303030303030']);
    expect(differences(car)).toEqual([{ path: 'ecus.60.blocks.3010.@06.0', before: 1, after: 0 }]);
  });

  it('other-vin: it is another car, in every ECU', () => {
    const { ask, car } = bench('f06-sos', ['other-vin,after=1']);
    ask(0x60, '3E00');
    expect(ask(0x60, '22F190')[0]).toMatch(/39$/);
    expect(ask(0x10, '22F190')[0]).toMatch(/39$/);
    expect(car.vin).toBe('WBA6C92010D000009');
  });

  it('swap-ecu: it has another serial number, and its writes survive', () => {
    const car = bench('f06-sos', ['swap-ecu,ecu=60,service=11,times=1']);
    const before = car.ask(0x60, '22F18C');
    car.ask(0x60, '1003');
    car.ask(0x60, `2E3301${masksWith(car.car, 'F7')}`);
    car.ask(0x60, '1101');
    expect(differences(car).map(({ path }) => path)).toEqual(
      expect.arrayContaining(['ecus.60.blocks.3301.@25.3', 'ecus.60.dids.F18C.@09.0']),
    );
    expect(before[0]).toMatch(/01$/);
  });
});

describe('the SOS button', () => {
  it('dials when it is held for five seconds, and the car keeps that it did', () => {
    const { car, ask } = bench('f06-sos', ['hold-sos,service=3E,times=1']);
    holdSosButton(car, 4);
    expect(car.exportState()).not.toHaveProperty('events');
    ask(0x60, '3E00');
    expect(car.events).toEqual(['ecall_dialled']);
    const again = bench();
    again.car.importState(car.exportState());
    expect(again.car.exportState().events).toEqual(['ecall_dialled']);
  });
});
