import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DATA_FOLDER, loadDataFile } from '../../../src/catalog/data-file.ts';

import { type DataFiles, dataFiles } from '../../../src/catalog/schema.ts';
import { parseWithoutCompiling } from '../../../src/cli/parse-once.ts';
import { fromHex } from '../../../src/core/index.ts';
import { type Car, dashboard, loadProfile, startMockCar } from '../../../src/mock/index.ts';
import { loadStateFile } from '../../../src/mock/state-file.ts';
import { hostileJson, mutatedDocument } from '../mutate-json.ts';
import type { Random } from '../random.ts';
import { StepClock } from '../step-clock.ts';
import { bytesTarget, type Target } from '../target.ts';

type Document = Record<string, unknown>;

// In memory where the system has a place for that: a million files are many.
const FOLDER = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'kombi-fuzz-'));
process.on('exit', () => rmSync(FOLDER, { recursive: true, force: true }));
const ENCODER = new TextEncoder();
const PROFILE = loadProfile('f06-short');
// As the program does: it parses each file once.
parseWithoutCompiling();
const READS = [
  '22F190',
  '22F101',
  '22F18C',
  '223F06',
  '22100B',
  '22D10B',
  '222521',
  '22DC56',
  '22460A',
  '223301',
  '1902FF',
  '1003',
  '1101',
  '2E330100',
].map(fromHex);

const PROFILE_DOCUMENT = shortened(
  JSON.parse(readFileSync(new URL('../../../fixtures/vehicles/f06-sos.json', import.meta.url), 'utf8')) as Document,
);
const STATE_DOCUMENT = shortened(
  JSON.parse(JSON.stringify(startMockCar({ profile: PROFILE, clock: new StepClock() }).exportState())) as Document,
);

/** Two ECUs, with all that one may have, and two blocks of each: what is large is only slow. */
function shortened({ ecus, ...profile }: Document): Document {
  const kept = Object.entries(ecus as Record<string, Document>).filter(([address]) => ['10', '60'].includes(address));
  const short = kept.map(([address, ecu]) => [
    address,
    { ...ecu, blocks: Object.fromEntries(Object.entries(ecu['blocks'] ?? {}).slice(0, 2)) },
  ]);
  return { ...profile, ecus: Object.fromEntries(short) };
}

/** Asks every ECU for everything: data that passed must be fit to be told. */
function askAll(car: Car, clock: StepClock): void {
  const answers: Uint8Array[] = [];
  for (const target of car.ecus.keys()) {
    for (const payload of READS) {
      car.request({ tester: 0xf4, target, payload }, (_source, answer) => answers.push(answer));
      clock.advance(100);
    }
  }
  dashboard(car);
  car.volatileState();
  car.importState(car.exportState());
}

function jsonMaker(document: Document): (random: Random) => Uint8Array {
  return (random) => ENCODER.encode(hostileJson(random, mutatedDocument(random, document)));
}

function fileWith(name: string, input: Uint8Array): string {
  const file = join(FOLDER, name);
  writeFileSync(file, input);
  return file;
}

const CATALOG_KEYS = Object.keys(dataFiles()) as (keyof DataFiles)[];

/** The first rows of each of the catalog's files, which lie in a file of its own kind each. */
const CATALOG_TARGETS = CATALOG_KEYS.map((key) => {
  const { file } = dataFiles()[key];
  const rows = (JSON.parse(readFileSync(new URL(file, DATA_FOLDER), 'utf8')) as Record<string, unknown[]>)[key] ?? [];
  const document = { [key]: rows.slice(0, 3) };
  return { key, file, document };
});

/** Files that a person names or that come with the program. */
export const DATA_FILE_TARGETS: readonly Target[] = [
  bytesTarget({
    name: 'profile',
    errors: ['usage'],
    samples: [ENCODER.encode(JSON.stringify(PROFILE_DOCUMENT))],
    make: jsonMaker(PROFILE_DOCUMENT),
    parse: (input) => {
      const clock = new StepClock();
      askAll(startMockCar({ profile: fileWith('car.json', input), clock }), clock);
    },
  }),
  bytesTarget({
    name: 'state',
    errors: ['usage'],
    samples: [ENCODER.encode(JSON.stringify(STATE_DOCUMENT))],
    make: jsonMaker(STATE_DOCUMENT),
    parse: (input) => {
      const clock = new StepClock();
      const state = loadStateFile(fileWith('state.json', input), PROFILE.name);
      const car = startMockCar({ profile: PROFILE, clock });
      if (state !== undefined) car.importState(state);
      askAll(car, clock);
    },
  }),
  bytesTarget({
    name: 'catalog',
    errors: ['catalog'],
    samples: CATALOG_TARGETS.map(({ document }) => ENCODER.encode(JSON.stringify(document))),
    make: (random) => jsonMaker(random.pick(CATALOG_TARGETS).document)(random),
    parse: (input) => {
      const head = Buffer.from(input.subarray(0, 40)).toString('latin1');
      const { key, file } = CATALOG_TARGETS.find((target) => head.includes(`"${target.key}"`)) ??
        CATALOG_TARGETS[0] ?? { key: 'ecus', file: 'ecus.json' };
      fileWith(file, input);
      loadDataFile(pathToFileURL(`${FOLDER}/`), key);
    },
  }),
];
