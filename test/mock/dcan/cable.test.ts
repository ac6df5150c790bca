import { describe, expect, it } from 'vitest';
import { fromHex, toHex, VirtualClock } from '../../../src/core/index.ts';
import { DcanCable } from '../../../src/mock/dcan/index.ts';
import { createFaultBoard, parseFault, startMockCar } from '../../../src/mock/index.ts';

// Telegrams written out by hand (bmw-diagnostics §10).
const SESSION = '8260F11003E6';
const ANSWER = '86F160500300C801F4E7';

function plug(faults: readonly string[] = []) {
  const clock = new VirtualClock();
  const car = startMockCar({ profile: 'f06-sos', clock, faults: createFaultBoard(faults.map(parseFault)) });
  const cable = new DcanCable(car);
  const said: string[] = [];
  let unplugged = false;
  cable.connect({
    output: (bytes) => void said.push(toHex(bytes)),
    unplugged: () => {
      unplugged = true;
    },
  });
  return {
    cable,
    car,
    clock,
    feed: (hex: string) => cable.feed(fromHex(hex)),
    said: async (waitMs = 500) => {
      await clock.sleep(waitMs);
      return said.splice(0);
    },
    unplugged: () => unplugged,
    delivered: () => car.volatileState()['60']?.session === '03',
  };
}

describe('the cable', () => {
  it('repeats a request and tells the answer, however it is cut', async () => {
    for (let at = 0; at <= SESSION.length; at += 2) {
      const { feed, said } = plug();
      feed(SESSION.slice(0, at));
      feed(SESSION.slice(at));
      expect(await said()).toEqual([SESSION, ANSWER]);
    }
  });

  it('takes the time of its line and of its chip', async () => {
    const { feed, said } = plug();
    feed(SESSION);
    expect(await said(1.5)).toEqual([]);
    expect(await said(0.1)).toEqual([SESSION]);
    expect(await said(1)).toEqual([ANSWER]);
  });

  it('repeats what it does not pass on: a wrong sum, another tester', async () => {
    for (const wrong of ['8260F11003E7', '8260F01003E5']) {
      const { feed, said, delivered } = plug();
      feed(wrong);
      expect([await said(), delivered()]).toEqual([[wrong], false]);
    }
  });

  it('says long answers in the forms of their length', async () => {
    const { feed, said } = plug();
    feed('8360F12233012A');
    const [, answer = ''] = await said();
    expect(answer.slice(0, 12)).toBe('80F160000143');
    expect(answer).toHaveLength(2 * (6 + 3 + 320 + 1));
  });

  it('forgets half a request, and noise', async () => {
    const { feed, said } = plug();
    feed('8260F1');
    await said(300);
    feed(SESSION);
    expect(await said()).toEqual([SESSION, ANSWER]);
    feed('7C003F');
    feed(SESSION);
    expect(await said()).toEqual([SESSION, ANSWER]);
  });

  it('shows terminal 15 on DSR', () => {
    const { cable, car } = plug();
    expect(cable.dataSetReady()).toBe(true);
    car.environment.ignition = false;
    expect(cable.dataSetReady()).toBe(false);
  });
});

describe('a fault of the cable', () => {
  it.each([
    ['echo-lost', [ANSWER], true],
    ['echo-wrong', ['8260F11003E7', ANSWER], true],
    ['bad-sum', [SESSION, `${ANSWER.slice(0, -2)}E6`], true],
    ['drop-byte', [SESSION, '86F1605003C801F4E7'], true],
    ['garbage', [SESSION, `7C003F${ANSWER}`], true],
    ['unplug', [], false],
  ])('%s', async (fault, heard, wasDelivered) => {
    const { feed, said, delivered, unplugged } = plug([`${fault},times=1`]);
    feed(SESSION);
    expect([await said(), delivered(), unplugged()]).toEqual([heard, wasDelivered, fault === 'unplug']);
  });

  it('latency: everything comes so much later', async () => {
    const { feed, said } = plug(['latency:16']);
    feed(SESSION);
    expect(await said(16)).toEqual([]);
    expect(await said(1)).toEqual([SESSION]);
  });
});
