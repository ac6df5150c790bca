import { fromHex, toHex, VirtualClock } from '../../../src/core/index.ts';
import { createFaultBoard, parseFault, RecordedCar } from '../../../src/mock/index.ts';
import { decodeEdiSim, decodeEdiText, encodeEdiText } from '../../../src/recording/index.ts';

export interface Played {
  readonly car: RecordedCar;
  readonly clock: VirtualClock;
  /** Asks an ECU (or all) and gives what was answered at once, as `60:62F190…`; undefined where nobody has the address. */
  ask(target: number, hex: string): readonly string[] | undefined;
}

export interface PlayOptions {
  readonly faults?: readonly string[];
  readonly stateFile?: string;
  readonly vin?: string;
}

/** A recorded car of lines such as `60 223000 = 60:6230000102 60:…`, with `*` behind the address where all were asked. */
export function play(lines: readonly string[], options?: PlayOptions): Played {
  const exchanges = lines.map((line) => {
    const [question = '', answers = ''] = line.split('=');
    const [address = '', request = ''] = question.trim().split(' ');
    return {
      target: Number.parseInt(address, 16),
      functional: address.endsWith('*'),
      request: fromHex(request),
      answers: answers
        .trim()
        .split(' ')
        .filter((answer) => answer !== '')
        .map((answer) => ({ source: Number.parseInt(answer, 16), payload: fromHex(answer.split(':')[1] ?? '') })),
    };
  });
  return playText(encodeEdiText(exchanges), options);
}

export function playSim(requests: Readonly<Record<string, string>>): Played {
  const rows = Object.entries(requests);
  const section = (name: string, values: readonly string[]) => `[${name}]\n${values.map((value, n) => `R_${n}=${value}`).join('\n')}\n`;
  return start(
    decodeEdiSim(
      section(
        'REQUEST',
        rows.map(([request]) => request),
      ) +
        section(
          'RESPONSE',
          rows.map(([, response]) => response),
        ),
    ),
  );
}

export function playText(text: string, options?: PlayOptions): Played {
  return start(decodeEdiText(text), options);
}

function start(recording: ReturnType<typeof decodeEdiText>, { faults = [], ...options }: PlayOptions = {}): Played {
  const clock = new VirtualClock();
  const board = createFaultBoard(faults.map(parseFault));
  const car = new RecordedCar({ file: 'car.txt', recording, clock, faults: board, ...options });
  return {
    car,
    clock,
    ask(target, hex) {
      const answers: string[] = [];
      const told = car.request({ tester: 0xf4, target, payload: fromHex(hex) }, (source, payload) =>
        answers.push(`${toHex(Uint8Array.of(source))}:${toHex(payload)}`),
      );
      return told ? answers : undefined;
    },
  };
}
