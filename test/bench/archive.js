// What an archive of 10,000 backups costs against one of 1,000: list, verify and diff, and whether each grows faster than it does.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openArchive } from '../../dist/index.js';
import { atMost } from './table.js';

const CARS = 10;
const FEW = 1000;
const MANY = 10_000;
const ROUNDS = 3;
// So short that the machine's other work shows: many of each.
const SHORT_ROUNDS = 15;
const BLOCKS = ['3000', '3001', '3300', '3301'];

export async function measure() {
  const folder = mkdtempSync(join(tmpdir(), 'kombi-bench-'));
  try {
    const few = buildArchive(join(folder, 'few'), FEW);
    const many = buildArchive(join(folder, 'many'), MANY);
    const long = await least(ROUNDS, {
      listFew: () => microsecondsPer(FEW, () => checkedList(few, FEW)),
      listMany: () => microsecondsPer(MANY, () => checkedList(many, MANY)),
      verifyFew: () => microsecondsPer(FEW, () => checkedVerify(few, FEW)),
      verifyMany: () => microsecondsPer(MANY, () => checkedVerify(many, MANY)),
    });
    const short = await least(SHORT_ROUNDS, {
      diffFew: () => microsecondsPer(1, () => few.diff()),
      diffMany: () => microsecondsPer(1, () => many.diff()),
      carOfMany: () => microsecondsPer(MANY / CARS, () => checkedList(many, MANY / CARS, many.vin)),
    });
    const each = { unit: 'us CPU each', against: `${FEW} backups` };
    return [
      atMost(1.5, { name: `archive of ${MANY} backups, list`, value: long.listMany, floor: long.listFew, ...each }),
      atMost(1.5, { name: `archive of ${MANY} backups, verify`, value: long.verifyMany, floor: long.verifyFew, ...each }),
      atMost(MANY / FEW, {
        name: `archive of ${MANY} backups, diff two`,
        value: short.diffMany,
        floor: short.diffFew,
        unit: 'us CPU',
        against: `${FEW} backups`,
      }),
      atMost(1.5, {
        name: `archive of ${MANY} backups, list one car`,
        value: short.carOfMany,
        floor: long.listMany,
        unit: 'us CPU each',
        against: 'all cars',
      }),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The least of each: what else the machine does only ever adds. */
async function least(rounds, kinds) {
  const results = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, Number.POSITIVE_INFINITY]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [kind, run] of Object.entries(kinds)) results[kind] = Math.min(results[kind], await run());
  }
  return results;
}

/** Of processor time, all threads: a run of seconds never has a shared machine to itself as one of milliseconds may. */
async function microsecondsPer(count, run) {
  const start = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / count;
}

async function checkedList({ archive }, count, vin) {
  const backups = await archive.listBackups(vin);
  if (backups.length !== count || backups.some(({ state }) => state !== 'intact')) throw new Error('the list is not what was written');
}

async function checkedVerify({ archive }, count) {
  const { checked, problems } = await archive.verifyAll();
  if (checked !== count || problems.length > 0) throw new Error(`verify: ${problems[0]?.problem ?? `${checked} files`}`);
}

/** Files as the archive writes them, without its syncs: ten thousand of those would be the measurement. */
function buildArchive(directory, count) {
  const ids = [];
  let vin = '';
  for (let car = 0; car < CARS; car += 1) {
    vin = `WBA6C9201BD${String(car).padStart(6, '0')}`;
    const vehicle = join(directory, 'vehicles', vin);
    mkdirSync(join(vehicle, 'backups'), { recursive: true });
    let manifest = '';
    for (let sequence = 1; sequence <= count / CARS; sequence += 1) {
      const { text, hash } = backupText(vin, sequence);
      const name = `20261120T101530Z-be7c-${String(sequence).padStart(4, '0')}-${hash.slice(0, 16)}.json`;
      writeFileSync(join(vehicle, 'backups', name), text);
      manifest += `${hash}  backups/${name}\n`;
      ids.push(hash.slice(0, 16));
    }
    writeFileSync(join(vehicle, 'MANIFEST.sha256'), manifest);
  }
  writeFileSync(join(directory, 'FORMAT.json'), '{\n  "format": 1\n}\n');
  const archive = openArchive(directory);
  return { archive, vin, diff: () => diffTwo(archive, ids) };
}

async function diffTwo(archive, ids) {
  const { diffBackups } = await import('../../dist/index.js');
  const { equal } = diffBackups(await archive.loadBackup(ids.at(0)), await archive.loadBackup(ids.at(-1)));
  if (equal) throw new Error('two cars are equal');
}

function backupText(vin, sequence) {
  const content = {
    format: 1,
    requires: [],
    sequence,
    time: '2026-11-20T10:15:30Z',
    clockTrusted: true,
    prev: null,
    tool: { name: 'bench', version: '0' },
    adapter: { kind: 'enet', firmware: null },
    voltage: { first: 13.4, last: 13.4 },
    vehicle: { vin, vinSource: '10/F190' },
    complete: true,
    ecus: [
      {
        address: '60',
        name: 'KOMBI',
        serial: '0000000001',
        svk: '0101000100',
        cafds: ['CAFD_7E570601_001_000_000'],
        complete: true,
        blocks: BLOCKS.map((did, index) => block(did, 32 * (index + 1), sequence)),
        unreadable: [],
      },
    ],
  };
  const text = canonical({ ...content, contentSha256: sha256(canonical(content)) });
  return { text, hash: sha256(text) };
}

function block(did, length, seed) {
  const bytes = Buffer.from(Array.from({ length }, (_, index) => (index * 7 + seed) & 0xff));
  const rows = bytes
    .toString('hex')
    .toUpperCase()
    .match(/.{1,32}/g);
  return { did, length, sha256: sha256(bytes), reads: 2, rows };
}

function canonical(document) {
  return `${JSON.stringify(document, null, 2)}\n`;
}

function sha256(data) {
  return createHash('sha256').update(data).digest('hex');
}
