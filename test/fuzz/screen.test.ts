import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sha256 } from '../../src/archive/sha256.ts';
import { canonicalText } from '../../src/archive/strict-json.ts';
import { escapeText } from '../../src/cli/escape.ts';
import { systemClock } from '../../src/core/index.ts';
import { startElm327TcpServer } from '../../src/mock/elm327/index.ts';
import { type Car, createFaultBoard, startHsfzServer, startMockCar } from '../../src/mock/index.ts';
import { Bench, type Run } from '../cli/support/bench.ts';
import { BACKUP_CONTENT, type Document, JOURNAL_RECORDS, sealedBackup, sealedJournal } from './sealed.ts';

/** One word, so that no wrapping can put its second half at the start of a line; only a line end that got through does. */
const HOSTILE = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u202eDROWER\u2066\u200b\ud800\u0008\u0000\r\nFORGED';
const HOSTILE_BYTES = Buffer.from(HOSTILE, 'utf8');
const VIN = 'WBA6C92010D000002';

function newBench(): Bench {
  const bench = new Bench();
  bench.folder = mkdtempSync(join(tmpdir(), 'kombi-screen-'));
  onTestFinished(() => rmSync(bench.folder, { recursive: true, force: true }));
  return bench;
}

/** Nothing on either screen acts, and no line is one that a car or a file has made up. */
function expectHarmless(run: Run, words: readonly string[]): void {
  for (const line of `${run.stdout}\n${run.stderr}`.split('\n')) {
    expect(escapeText(line), `kombi ${words.join(' ')}`).toBe(line);
    expect(line.trimStart().startsWith('FORGED'), `${words.join(' ')} prints a forged line`).toBe(false);
  }
  expect(run.stdout + run.stderr, `kombi ${words.join(' ')}`).not.toBe('');
}

/** Runs a command as people and as programs do. @returns its exit status, which is the same */
async function expectHarmlessRuns(bench: Bench, words: readonly string[]): Promise<number> {
  const screen = await bench.run([...words, '--verbose']);
  expectHarmless(screen, words);
  const json = await bench.run([...words, '--json']);
  expectHarmless(json, words);
  expect(json.exit, `kombi ${words.join(' ')}`).toBe(screen.exit);
  expect(() => JSON.parse(json.stdout), `kombi ${words.join(' ')}`).not.toThrow();
  return screen.exit;
}

/** A car of which every identifier that is text, and some that are not, is hostile. */
function hostileCar(vin: string | undefined): Car {
  const car = startMockCar({ profile: 'f06-short', clock: systemClock, faults: createFaultBoard() });
  for (const ecu of car.ecus.values()) {
    const honest = ecu.read.bind(ecu);
    ecu.read = (did) => {
      if (did === 0xf190) return Buffer.from(vin ?? HOSTILE, 'utf8');
      if ([0xf18c, 0x100b, 0x3f06, 0xf18a, 0xf150, 0xd10b, 0x2521].includes(did)) return HOSTILE_BYTES;
      if (did !== 0xf101) return honest(did);
      // Two entries more than it has: of an unknown class, and of text.
      const svk = honest(did) ?? new Uint8Array(0);
      return Buffer.concat([svk.subarray(0, 2), Uint8Array.of(0, 99), svk.subarray(4), HOSTILE_BYTES]);
    };
  }
  return car;
}

const READING = [
  ['info'],
  ['read', '60:3301', 'KOMBI:3301.@25'],
  ['blocks', 'KOMBI'],
  ['faults'],
  ['messages', 'active'],
  ['messages', 'show', '299'],
  ['backup', 'create', '--ecu', 'KOMBI', '--label', HOSTILE],
  ['backup', 'list'],
  ['backup', 'verify'],
  ['history'],
  ['code', 'KOMBI:3301.@25=F7', '--dry-run', '--label', HOSTILE],
  ['recover'],
];

describe('what a car tells', () => {
  it.each(['enet', 'elm327'] as const)('cannot act on the screen over %s', async (wire) => {
    const bench = newBench();
    const car = hostileCar(VIN);
    const server = wire === 'enet' ? await startHsfzServer(car) : await startElm327TcpServer(car, { baud: 4_000_000 });
    onTestFinished(() => server.close());
    const link = `${wire}://127.0.0.1:${server.port}`;
    // Over the adapter each of them takes its second; what is told is the same.
    for (const words of wire === 'enet' ? READING : READING.slice(0, 2)) {
      expect(await expectHarmlessRuns(bench, [...words, '--link', link]), `kombi ${words.join(' ')}`).toBe(0);
    }
  });

  it('cannot act on the screen where it is no VIN, and nothing is read of such a car', async () => {
    const bench = newBench();
    const server = await startHsfzServer(hostileCar(undefined));
    onTestFinished(() => server.close());
    for (const words of READING.filter(([name, kind]) => !(name === 'backup' && kind !== 'create') && name !== 'history')) {
      expect(await expectHarmlessRuns(bench, [...words, '--link', `enet://127.0.0.1:${server.port}`]), `kombi ${words.join(' ')}`).toBe(3);
    }
  });

  it('cannot act on the screen of a mock car that is started', async () => {
    const bench = newBench();
    const state = startMockCar({ profile: 'f06-short' }).exportState();
    writeFileSync(bench.stateFile, JSON.stringify({ ...state, vin: HOSTILE }));
    await expectHarmlessRuns(bench, ['sim', 'f06-short', '--for', '0', '--state', bench.stateFile]);
  });
});

/** Every string of a document that the format leaves open. */
const OPEN_KEYS = [
  'vin',
  'vinSource',
  'iLevel',
  'series',
  'model',
  'name',
  'version',
  'commit',
  'kind',
  'firmware',
  'serial',
  'hardware',
  'label',
  'txid',
];

function hostileDocument(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => (key === 'cafds' ? HOSTILE : hostileDocument(item, key)));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, hostileDocument(item, name)]));
  return typeof value === 'string' && OPEN_KEYS.includes(key) ? HOSTILE : value;
}

function plantBackup(folder: string, content: Document, sequence: number): string {
  const bytes = Buffer.from(canonicalText(sealedBackup(content)));
  const id = sha256(bytes).slice(0, 16);
  mkdirSync(join(folder, 'backups'), { recursive: true });
  writeFileSync(join(folder, 'backups', `20261120T101530Z-f16d-000${sequence}-${id}.json`), bytes);
  return id;
}

/** An archive as somebody would make it who knows the format and means ill. */
function hostileArchive(bench: Bench): { readonly ids: readonly string[] } {
  const vehicles = join(bench.archive, 'vehicles');
  const hex = join(vehicles, `hex-${sha256(HOSTILE)}`);
  const honest = join(vehicles, VIN);
  const strange = join(vehicles, '\u001b[2J\u202e\nFORGED');
  const content = hostileDocument({ ...BACKUP_CONTENT, label: '', txid: '' }) as Document;
  const vehicle = content['vehicle'] as Document;
  const ids = [
    plantBackup(hex, content, 1),
    plantBackup(honest, { ...content, vehicle: { ...vehicle, vin: VIN } }, 1),
    plantBackup(honest, { ...content, vehicle: { ...vehicle, vin: VIN }, requires: [HOSTILE] }, 2),
    plantBackup(honest, { ...content, vehicle: { ...vehicle, vin: VIN }, time: HOSTILE }, 3),
    plantBackup(honest, { ...content, vehicle }, 4),
    plantBackup(strange, content, 5),
    plantBackup(honest, { ...content, [HOSTILE]: HOSTILE, ecus: [{ address: HOSTILE, name: null, blocks: [] }] }, 6),
  ];
  const [begin = {}, ...records] = JOURNAL_RECORDS;
  const open = { label: HOSTILE, undoes: HOSTILE, planId: HOSTILE, backup: HOSTILE, tool: HOSTILE, adapter: HOSTILE };
  for (const [folder, vin] of [
    [hex, HOSTILE],
    [honest, VIN],
    [strange, HOSTILE],
  ] as const) {
    mkdirSync(join(folder, 'journals'), { recursive: true });
    writeFileSync(
      join(folder, 'journals', '20261120T101541Z-5f1e0c9a7b3d2468.jsonl'),
      sealedJournal([{ ...begin, ...open, vin }, ...records]),
    );
    writeFileSync(join(folder, 'MANIFEST.sha256'), `${'0'.repeat(64)}  ${HOSTILE}\n${'0'.repeat(64)}  backups/\u001b[2J.json\n`);
  }
  // One without its end, so that there is something to recover.
  writeFileSync(
    join(honest, 'journals', '20261120T111541Z-aaaa0c9a7b3d2468.jsonl'),
    sealedJournal([{ ...begin, ...open, vin: VIN, sequence: 9 }, ...records.slice(0, 1)]),
  );
  return { ids };
}

describe('what a file holds', () => {
  it('cannot act on the screen from an archive, however well it is sealed', async () => {
    const bench = newBench();
    const { ids } = hostileArchive(bench);
    for (const words of [
      ['backup', 'list'],
      ['backup', 'list', '--vin', VIN],
      ['backup', 'verify', '--all'],
      ['history'],
      ['history', '--vin', VIN],
    ]) {
      await expectHarmlessRuns(bench, words);
    }
    const link = 'mock:f06-short?link=elm327';
    for (const id of ids) {
      await expectHarmlessRuns(bench, ['backup', 'show', id]);
      await expectHarmlessRuns(bench, ['backup', 'verify', id]);
      await expectHarmlessRuns(bench, ['backup', 'verify', id, '--against-car', '--link', link]);
      await expectHarmlessRuns(bench, ['backup', 'diff', ids[0] ?? '', id]);
      await expectHarmlessRuns(bench, ['restore', id, '--dry-run', '--link', link]);
    }
    for (const words of [['info'], ['blocks', 'KOMBI'], ['recover'], ['undo', '--dry-run'], ['history']]) {
      await expectHarmlessRuns(bench, [...words, '--link', link]);
    }
    expect((await bench.run(['backup', 'show', ids[1] ?? ''])).stdout).toContain('\\x1B[2J');
  });

  it('cannot act on the screen from a file that is named', async () => {
    const bench = newBench();
    const file = join(bench.folder, '\u001b]0;x\u0007\nFORGED.json');
    for (const text of [HOSTILE, `{"${HOSTILE}":1}`, JSON.stringify({ format: 1, name: HOSTILE }), '', `KOMBI:${HOSTILE}=FF\n`]) {
      writeFileSync(file, text);
      for (const words of [
        ['sim', file, '--for', '0'],
        ['sim', 'f06-short', '--state', file, '--for', '0'],
        ['backup', 'show', file],
        ['backup', 'verify', file],
        ['code', '--file', file, '--link', 'mock:f06-short?link=elm327'],
        ['read', '60:3301', '--link', `mock:f06-short?link=elm327&state=${encodeURIComponent(file)}`],
      ]) {
        await expectHarmlessRuns(bench, words);
      }
    }
  });
});

describe('what is typed', () => {
  it.each(
    [
      ['read', `KOMBI:3301/${HOSTILE}`, '--link', 'mock:f06-short'],
      ['code', `KOMBI:3301.@25=${HOSTILE}`, '--link', 'mock:f06-short'],
      ['info', '--link', `mock:${HOSTILE}`],
      ['info', '--link', HOSTILE],
      ['info', '--link', `enet://${HOSTILE}`],
      ['info', '--link', `mock:f06-short?fault=${encodeURIComponent(HOSTILE.replace('\ud800', ''))}`],
      ['backup', 'show', HOSTILE],
      ['backup', 'list', '--archive', `/nowhere/${HOSTILE.replace('\u0000', '')}`],
      ['history', '--vin', HOSTILE],
      ['messages', 'find', HOSTILE],
      ['messages', 'show', HOSTILE],
      [HOSTILE],
      ['read', '60:3301', `--${HOSTILE}`],
      ['sim', '--adapter', HOSTILE, '--elm327', '0'],
      ['schema', HOSTILE],
      ['completion', HOSTILE],
    ].map((words) => ({ words, shown: escapeText(words.join(' ')) })),
  )('cannot act on the screen: $shown', async ({ words }) => {
    await expectHarmlessRuns(newBench(), words);
  });
});
