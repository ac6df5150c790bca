import { fromHex, toHex, VirtualClock } from '../../src/core/index.ts';
import { type Car, createFaultBoard, parseFault, startMockCar } from '../../src/mock/index.ts';

export interface Bench {
  readonly car: Car;
  readonly clock: VirtualClock;
  /** Asks an ECU (or DF) and gives what was answered at once, as `60:62F190…`. */
  ask(target: number, hex: string): readonly string[];
  /** Asks, lets time pass, and gives everything answered until then. */
  askFor(target: number, hex: string, waitMs: number): Promise<readonly string[]>;
}

/** A mock car on a virtual clock, with these faults. */
export function bench(profile = 'f06-sos', faults: readonly string[] = [], stateFile?: string): Bench {
  const clock = new VirtualClock();
  const board = createFaultBoard(faults.map(parseFault));
  const car = startMockCar({ profile, clock, faults: board, ...(stateFile === undefined ? {} : { stateFile }) });
  const send = (target: number, hex: string) => {
    const answers: string[] = [];
    car.request({ tester: 0xf4, target, payload: fromHex(hex) }, (source, payload) =>
      answers.push(`${toHex(Uint8Array.of(source))}:${toHex(payload)}`),
    );
    return answers;
  };
  return {
    car,
    clock,
    ask: send,
    async askFor(target, hex, waitMs) {
      const answers = send(target, hex);
      await clock.sleep(waitMs);
      return answers;
    },
  };
}

/** Block 3301 of `f06-sos` with byte 0x25 replaced. */
export function masksWith(car: Car, byte: string): string {
  const block = car.exportState().ecus['60']?.blocks?.['3301'] ?? '';
  return `${block.slice(0, 0x25 * 2)}${byte}${block.slice(0x26 * 2)}`;
}
