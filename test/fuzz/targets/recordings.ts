import { readFileSync } from 'node:fs';
import { fromHex, toHex } from '../../../src/core/index.ts';
import { RecordedCar } from '../../../src/mock/index.ts';
import { decodeEdiSim, decodeEdiText, type Exchange, encodeEdiText, type Recording } from '../../../src/recording/index.ts';
import type { Random } from '../random.ts';
import { StepClock } from '../step-clock.ts';
import { demand, type Target, textTarget } from '../target.ts';

const fixture = (name: string) => readFileSync(new URL(`../../../fixtures/recordings/${name}`, import.meta.url), 'latin1');

const READS = ['22F190', '22F150', '223000', '2E300001', '1902FF', '1A80', '2109', '1003', '3E80', '1101', '30010203'].map(fromHex);
const WORDS = ['83', '60', 'F1', '22', '30', '00', 'XX', '8X', '80', 'C3', 'DF', ':', ';', '\n', '\t', 'zz', '7F', '31'];
const ITEMS = ['83', 'XX', 'F1', '22', '30', '00', '80&C0', '..', '00|[01]', '10/[04]', '00^$00', '01-[FFFF]', '_', ' ', '#'];
const KEYS = ['A_0', 'A_1', 'A', 'B_7', '__0', 'UBatt', 'Ignition'];
const SECTIONS = ['[REQUEST]', '[RESPONSE]', '[POWERSUPPLY]', '[IGNITION]', '[KEYBYTES]', '[60.REQUEST]', '['];

/** What was read must be fit to be played: every ECU is asked, and the car put away and taken out. */
function play(recording: Recording): void {
  const car = new RecordedCar({ file: 'car.txt', recording, clock: new StepClock() });
  for (const target of [...car.ecuAddresses().slice(0, 4), 0xdf, 0xef, 0x99]) {
    for (const payload of READS) {
      const there = car.request({ tester: 0xf4, target, payload }, (source, answer) => {
        demand(source >= 0 && source <= 0xff && answer.length > 0, 'an answer that nobody could send');
      });
      demand(there || !car.ecuAddresses().includes(target), 'an ECU of the car is not there');
    }
  }
  car.importState(car.exportState());
}

function textOf(exchanges: readonly Exchange[]): string {
  return JSON.stringify(exchanges, (_key, value: unknown) => (value instanceof Uint8Array ? toHex(value) : value));
}

/** Lines out of pieces of the grammar. */
function words(random: Random, pieces: readonly string[], between: string): string {
  return Array.from({ length: random.below(24) }, () => random.pick(pieces)).join(between);
}

function simOf(random: Random): string {
  const rows = Array.from({ length: random.below(6) }, () => `${random.pick(KEYS)}=${words(random, ITEMS, ',')}`);
  return Array.from({ length: random.below(5) }, () => `${random.pick(SECTIONS)}\n${rows.join('\n')}`).join('\n');
}

/** Recordings of other programs, as somebody sends them. */
export const RECORDING_TARGETS: readonly Target[] = [
  textTarget({
    name: 'edi-text',
    errors: ['recording'],
    samples: fixture('f20-read.txt')
      .split('\n')
      .filter((line) => line.length < 200),
    make: (random) => words(random, WORDS, ' '),
    parse: (input) => {
      const recording = decodeEdiText(input);
      const again = decodeEdiText(encodeEdiText(recording.exchanges));
      demand(textOf(again.exchanges) === textOf(recording.exchanges), 'it writes otherwise than it reads');
      play(recording);
    },
  }),
  textTarget({
    name: 'edi-sim',
    errors: ['recording'],
    samples: [fixture('e90-read.sim').replace(/^(12|EF|2E).*\n/gm, '')],
    make: simOf,
    parse: (input) => play(decodeEdiSim(input)),
  }),
];
