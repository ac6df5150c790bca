import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/core/index.ts';
import { plugIn } from '../../../src/mock/elm327/index.ts';
import { startMockCar } from '../../../src/mock/index.ts';
import { AdapterTerminal, RECIPE } from './terminal.ts';

/** A terminal past the recipe, in front of a car of a profile. */
async function inCar(baud: number) {
  const clock = new VirtualClock();
  const car = startMockCar({ profile: 'f06-sos', clock });
  const terminal = new AdapterTerminal(plugIn(car, { baud }), clock);
  await terminal.askAll(RECIPE);
  return { car, clock, terminal };
}

/** The bytes of a long answer, its filling included, out of what the terminal showed. */
const payload = (shown: string) => [...shown.matchAll(/660F1(?:1[0-9A-F]{3}|2[0-9A-F])([0-9A-F]+)/g)].map(([, bytes]) => bytes).join('');

describe('the adapter in front of a profile', () => {
  it('reads the VIN in blocks of three frames', async () => {
    const { car, terminal } = await inCar(115_200);
    const first = await terminal.ask('600322F1901');
    const rest = await terminal.ask('603003003');
    expect(payload(first + rest)).toBe(`62F190${Buffer.from(car.vin, 'latin1').toString('hex').toUpperCase()}FFFFFF`);
  });

  it('is heard by every ECU at once, tester present leaving no trace', async () => {
    const { car, terminal } = await inCar(115_200);
    expect((await terminal.ask('DF021001')).match(/6[0-9A-F]{2}F10[26]5001/g)?.length).toBe(car.ecuAddresses().length);
    expect(await terminal.ask('DF023E80')).toBe('NO DATA\r\r>');
  });

  it.each([38_400, 115_200])('reads a long block at %i baud within 1.15 of what its lines take', async (baud) => {
    const { clock, terminal } = await inCar(baud);
    const from = clock.now();
    let shown = await terminal.ask('60032233011');
    const frames = 1 + Math.ceil((Number.parseInt(shown.slice(6, 9), 16) - 5) / 6);
    for (let left = frames - 1; left > 0; left -= 15) {
      const block = Math.min(15, left).toString(16).toUpperCase();
      shown += await terminal.ask(`60300${block}00${block}`);
    }
    expect(shown.match(/660F1/g)).toHaveLength(frames);
    const floorMs = ((frames * 20 + 12) * 10_000) / baud;
    const ratio = (terminal.lastAt - from) / floorMs;
    expect(ratio).toBeGreaterThan(1);
    expect(ratio).toBeLessThan(1.15);
  });
});
