// What reading and writing a block through an ELM327 costs on the serial line: characters and virtual time, host time zero.
// Floors: elm327.md §3.3. The chip shows a frame in 20 characters, takes one in 17 and answers with its prompt.
import { ecuAddress, fromHex, toHex, VirtualClock } from '../../dist/core/index.js';
import { plugIn } from '../../dist/mock/elm327/index.js';
import { startMockCar } from '../../dist/mock/index.js';
import { createMockSerialPort } from '../../dist/mock/serial/index.js';
import { createElm327Transport } from '../../dist/transport/elm327/index.js';
import { openSerialStream } from '../../dist/transport/serial/index.js';
import { atMost } from './table.js';

const KOMBI = ecuAddress(0x60);
const BLOCK = '3001';
const BLOCK_BYTES = 252;
const REQUEST_LINE = '6003223001\r';
const BITS_PER_CHARACTER = 10;
const PATIENCE_MS = 5000;
/** ISO 15765-2 with extended addressing: 5 bytes in the first frame, 6 in every other; service and identifier in front of the block. */
const FRAMES = 1 + Math.ceil((3 + BLOCK_BYTES - 5) / 6);

export async function measure() {
  const rows = [];
  for (const baud of [38_400, 115_200]) {
    const { read, write } = await measureAt(baud);
    rows.push(...rowsOf(`read ${BLOCK_BYTES} bytes`, baud, { ...read, floor: FRAMES * 20 + REQUEST_LINE.length, aim: 1.15 }));
    rows.push(...rowsOf(`write ${BLOCK_BYTES} bytes`, baud, { ...write, floor: FRAMES * 18, aim: 1.3 }));
  }
  return rows;
}

function rowsOf(what, baud, { characters, ms, floor, aim }) {
  const name = `ELM327 at ${baud}, ${what}`;
  return [
    atMost(aim, {
      name: `${name}, virtual time`,
      unit: 'ms',
      value: ms,
      against: 'line rate',
      floor: (floor * BITS_PER_CHARACTER * 1000) / baud,
    }),
    atMost(aim, { name: `${name}, on the wire`, unit: 'characters', value: characters, against: 'frames', floor }),
  ];
}

async function measureAt(baud) {
  const clock = new VirtualClock();
  const car = startMockCar({ profile: 'f06-sos', clock });
  const adapter = plugIn(car, { baud });
  const path = `/dev/bench-${baud}`;
  const { binding } = await createMockSerialPort(adapter, { path });
  const transport = createElm327Transport({
    open: openSerialStream({ path, baudRate: baud, clock, binding }),
    clock,
    description: `the mock adapter at ${baud} baud`,
    portName: undefined,
  });
  const costOf = async (exchange) => {
    const before = characters(adapter);
    const startMs = clock.now();
    const answer = await exchange();
    return { answer, characters: characters(adapter) - before, ms: clock.now() - startMs };
  };
  try {
    await transport.open();
    // The filter is set by the first question to an ECU, the session by one before the write: neither belongs to the block.
    await ask(transport, '3E00');
    const read = await costOf(() => ask(transport, `22${BLOCK}`));
    const block = read.answer.slice(6);
    if (block.length !== 2 * BLOCK_BYTES) throw new Error(`block ${BLOCK} has ${block.length / 2} bytes in place of ${BLOCK_BYTES}`);
    await ask(transport, '1003');
    const write = await costOf(() => ask(transport, `2E${BLOCK}${block}`));
    return { read, write };
  } finally {
    await transport.dispose();
    adapter.close();
    car.close();
  }
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

function characters({ counters }) {
  return counters.charactersReceived + counters.charactersSent;
}
