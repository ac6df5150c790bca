import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/core/index.ts';
import { CanBus, type CanFrame, CarOnCan } from '../../../src/mock/can/index.ts';
import { FakeCar } from './fake-car.ts';

// fast-check prints the seed of a failure; KOMBI_SEED replays it.
const seed = Number(process.env['KOMBI_SEED'] ?? 15_765);

const payloadBytes = fc.uint8Array({ minLength: 4, maxLength: 600 });
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase();

describe('ISO 15765-2 of an ECU', () => {
  it('carries any answer, whatever block size and separation time the tester asks for', async () => {
    await fc.assert(
      fc.asyncProperty(payloadBytes, fc.nat(20), fc.constantFrom(0, 1, 0xf5), async (answer, blockSize, separationTime) => {
        const clock = new VirtualClock();
        const bus = new CanBus(clock);
        new CarOnCan(new FakeCar({ clock, answers: { '22F190': hexOf(answer) } }), bus);
        const got: number[] = [];
        let length = 0;
        let sequence = 0;
        const tester = {
          receive: ({ data }: CanFrame) => {
            const [, control = 0, low = 0] = data;
            if (control < 0x10) got.push(...data.subarray(2));
            else if (control < 0x20) {
              length = (control & 0xf) * 256 + low;
              got.push(...data.subarray(3));
            } else {
              sequence += 1;
              expect(control).toBe(0x20 + (sequence % 16));
              got.push(...data.subarray(2));
            }
            const asked = control >= 0x10 && (sequence === 0 || (blockSize > 0 && sequence % blockSize === 0));
            if (asked) bus.send(tester, { id: 0x6f1, data: Uint8Array.of(0x60, 0x30, blockSize, separationTime) });
          },
        };
        bus.attach(tester);
        bus.send(tester, { id: 0x6f1, data: Uint8Array.of(0x60, 3, 0x22, 0xf1, 0x90) });
        await clock.sleep(3000);
        expect(hexOf(Uint8Array.from(got.slice(0, length || answer.length)))).toBe(hexOf(answer));
      }),
      { seed, numRuns: 60 },
    );
  });

  it('takes any request, whatever block size it asks for', async () => {
    await fc.assert(
      fc.asyncProperty(payloadBytes, fc.nat(20), async (tail, blockSize) => {
        const request = Uint8Array.of(0x2e, 0x33, 0x01, ...tail);
        const clock = new VirtualClock();
        const car = new FakeCar({ clock, flowControl: { blockSize, separationTime: 0 } });
        const bus = new CanBus(clock);
        new CarOnCan(car, bus);
        const send = (...bytes: number[]) => bus.send(tester, { id: 0x6f1, data: Uint8Array.of(0x60, ...bytes) });
        let offset = 5;
        let sequence = 0;
        const tester = {
          receive: ({ data }: CanFrame) => {
            expect([...data]).toEqual([0xf1, 0x30, blockSize, 0]);
            for (let left = blockSize || Number.POSITIVE_INFINITY; left > 0 && offset < request.length; left -= 1) {
              sequence += 1;
              send(0x20 + (sequence % 16), ...request.subarray(offset, offset + 6));
              offset += 6;
            }
          },
        };
        bus.attach(tester);
        send(0x10 + (request.length >> 8), request.length & 0xff, ...request.subarray(0, 5));
        await clock.sleep(3000);
        expect(car.received).toEqual([`60 ${hexOf(request)}`]);
      }),
      { seed, numRuns: 60 },
    );
  });
});
