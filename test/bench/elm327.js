// What each mock adapter costs, in virtual time and with host time zero: the commands until the first answer, reading and writing
// a block of 252 bytes, and a backup of the cluster with its 14 blocks, each beside the least that this adapter's wires need for
// the same messages (elm327-floor.js). A slow cable is switched to 500000 baud before the block is read; the backup pays for
// that itself.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openArchive } from '../../dist/archive/index.js';
import { loadCatalog } from '../../dist/catalog/index.js';
import { ecuAddress, fromHex, toHex, VirtualClock } from '../../dist/core/index.js';
import { backUp, openCar } from '../../dist/job/index.js';
import { lineOf, plugIn } from '../../dist/mock/elm327/index.js';
import { startMockCar } from '../../dist/mock/index.js';
import { createMockSerialPort } from '../../dist/mock/serial/index.js';
import { createElm327Transport } from '../../dist/transport/elm327/index.js';
import { openSerialStream } from '../../dist/transport/serial/index.js';
import { addUp, createElm327Floor } from './elm327-floor.js';
import { atMost } from './table.js';

const KOMBI = ecuAddress(0x60);
const BLOCK = '3001';
const BLOCK_BYTES = 252;
const PATIENCE_MS = 5000;
const MOST_COMMANDS = 10;
const AIMS = { read: 1.15, write: 1.3 };

/** Every adapter that may write, and one that may only read. */
const ADAPTERS = [
  ...['genuine-1.4b', 'genuine-2.1', 'genuine-2.3', 'clone-1.5', 'clone-canze', 'minimal', 'stn1110', 'stn2120'].map((name) => ({ name })),
  { name: 'genuine-2.1', baud: 115_200 },
  ...['wifi', 'bluetooth-30ms', 'bluetooth-100ms'].map((name) => ({ name })),
  { name: 'clone-wican', readsOnly: true },
];

let ports = 0;

export async function measure() {
  const rows = [];
  for (const adapter of ADAPTERS) rows.push(...(await measureAdapter(adapter)));
  return rows;
}

async function measureAdapter(options) {
  const { name, baud, readsOnly = false } = options;
  const label = baud === undefined ? name : `${name} at ${baud}`;
  const { opening, read, write } = await shortWork(options);
  const row = (column, aim, figure) => ({ ...atMost(aim, { name: `${label}, ${column}`, ...figure }), matrix: { row: label, column } });
  const time = (column, aim, { ms, floor }) => row(column, aim, { unit: 'ms', value: ms, against: 'its wires', floor });
  const backup = await wholeCluster(options);
  return [
    row('open, of 10', 1, { unit: 'cmds', value: opening.commands, against: 'allowed', floor: MOST_COMMANDS }),
    time('first answer', Number.POSITIVE_INFINITY, opening),
    time(`read ${BLOCK_BYTES}`, AIMS.read, read),
    ...(readsOnly ? [] : [time(`write ${BLOCK_BYTES}`, AIMS.write, write)]),
    time('backup', Number.POSITIVE_INFINITY, backup),
  ];
}

/** Opened, asked a question, then a block read and written. */
async function shortWork({ name, baud, readsOnly }) {
  const bench = await plug(name, baud);
  const { transport, lines } = bench;
  try {
    const opening = await bench.costOf(async () => {
      await transport.open();
      await ask(transport, '22F190');
    });
    const commands = lines.findIndex((line) => line.includes('22F190'));
    // What a first question can do without is sent before the second; an ECU is taken at its word once it has kept it.
    for (let count = 0; count < 2; count += 1) await ask(transport, '223301');
    const read = await bench.costOf(() => ask(transport, `22${BLOCK}`));
    const block = read.answer.slice(6);
    if (block.length !== 2 * BLOCK_BYTES) throw new Error(`block ${BLOCK} has ${block.length / 2} bytes in place of ${BLOCK_BYTES}`);
    if (readsOnly) return { opening: { ...opening, commands }, read };
    await ask(transport, '1003');
    const write = await bench.costOf(() => ask(transport, `2E${BLOCK}${block}`));
    return { opening: { ...opening, commands }, read, write };
  } finally {
    await bench.dispose();
  }
}

/** As `kombi backup create --ecu KOMBI` does it, from the moment that the car is known. */
async function wholeCluster({ name, baud }) {
  const bench = await plug(name, baud);
  const folder = mkdtempSync(join(tmpdir(), 'kombi-bench-'));
  try {
    const car = await openCar(bench.transport, { catalog: loadCatalog() });
    const cost = await bench.costOf(() => backUp(car, openArchive(folder), { ecus: [KOMBI], tool: { name: 'kombi', version: 'bench' } }));
    if (cost.answer.blocks !== 14) throw new Error(`the backup holds ${cost.answer.blocks} blocks in place of 14`);
    return cost;
  } finally {
    await bench.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** An adapter on its port, with what is sent to it written down, and the floor of all messages added up. */
async function plug(name, baud) {
  const clock = new VirtualClock();
  const car = startMockCar({ profile: 'f06-sos', clock });
  const adapter = plugIn(car, { personality: name, ...(baud === undefined ? {} : { baud }) });
  ports += 1;
  const path = `/dev/bench-${ports}`;
  const { binding } = await createMockSerialPort(adapter, { path });
  const { wired = true, roundTripMs = 0 } = lineOf(name);
  const lines = [];
  const openPort = openSerialStream({ path, baudRate: adapter.baud, clock, wired, binding });
  const open = async (signal) => {
    const stream = await openPort(signal);
    const write = stream.write.bind(stream);
    stream.write = (bytes) => {
      const line = Buffer.from(bytes).toString('latin1').trim();
      if (line !== '') lines.push(line);
      return write(bytes);
    };
    return stream;
  };
  const transport = createElm327Transport({ open, clock, description: name, portName: undefined });
  const way = name.startsWith('stn') ? 'stn' : name === 'minimal' ? 'slow' : 'raw';
  const floor = createElm327Floor({ baud: () => adapter.baud, roundTripMs, way });
  addUp(transport, floor);
  return {
    transport,
    lines,
    async costOf(work) {
      const before = { ms: clock.now(), floor: floor.ms };
      const answer = await work();
      return { answer, ms: clock.now() - before.ms, floor: floor.ms - before.floor };
    },
    async dispose() {
      await transport.dispose();
      adapter.close();
      car.close();
    },
  };
}

/** One exchange with the cluster, which must end in a positive answer. */
async function ask(transport, request) {
  await transport.send(KOMBI, fromHex(request));
  const message = await transport.receive(transport.clock.now() + PATIENCE_MS);
  const answer = message === undefined ? 'nothing' : toHex(message.payload);
  if (Number.parseInt(answer.slice(0, 2), 16) !== Number.parseInt(request.slice(0, 2), 16) + 0x40)
    throw new Error(`${request.slice(0, 6)} was answered with ${answer}`);
  return answer;
}
