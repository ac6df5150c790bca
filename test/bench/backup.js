// A backup of a whole mock car: over ENET against two bare Node sockets that exchange the same bytes the same number of times, both
// with the same server, so that what is compared is the program and not the mock car; over ELM327 at 115200 in virtual time against the least that its two wires, the serial line and the bus, need for them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openArchive } from '../../dist/archive/index.js';
import { loadCatalog } from '../../dist/catalog/index.js';
import { VirtualClock } from '../../dist/core/index.js';
import { backUp, openCar } from '../../dist/job/index.js';
import { plugIn } from '../../dist/mock/elm327/index.js';
import { startMockCar } from '../../dist/mock/index.js';
import { createMockSerialPort } from '../../dist/mock/serial/index.js';
import { createElm327Transport } from '../../dist/transport/elm327/index.js';
import { openSerialStream } from '../../dist/transport/serial/index.js';
import { addUp, createElm327Floor } from './elm327-floor.js';
import { medians, pinnedEnds, requirePinning } from './pinned.js';
import { atLeast, atMost } from './table.js';

const RUNS = 3;
const { serve, answerOf } = pinnedEnds(fileURLToPath(new URL('./backup-end.js', import.meta.url)));
const BAUD = 115_200;
export async function measure() {
  const folder = mkdtempSync(join(tmpdir(), 'kombi-bench-'));
  try {
    return [...(await overEnet(join(folder, 'recording.json'))), ...(await overElm327(join(folder, 'archive')))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function overEnet(recording) {
  requirePinning();
  const [car, port] = await serve('car');
  try {
    const exchanges = await answerOf('record', port);
    writeFileSync(recording, JSON.stringify(exchanges));
    const [echo, echoPort] = await serve('bare-server', recording);
    try {
      const waits = [];
      const { kombi, bare } = await medians(RUNS, {
        kombi: async () => {
          const { ms, waitedMs } = await answerOf('kombi', echoPort);
          waits.push(waitedMs);
          return ms - waitedMs;
        },
        bare: () => answerOf('bare', echoPort, recording, waits[0]),
      });
      const waitMs = Math.min(...waits);
      const name = `ENET, backup of 12 ECUs, ${exchanges.length} exchanges`;
      const row = (name, ms, floorMs) => {
        const perSecond = (duration) => (exchanges.length * 1000) / duration;
        return atLeast(0.6, { name, unit: 'exchanges/s', value: perSecond(ms), against: 'bare TCP', floor: perSecond(floorMs) });
      };
      return [
        row(name, kombi, bare),
        row(`both with the ${Math.round(waitMs)} ms in which ECUs may answer late`, kombi + waitMs, bare + waitMs),
      ];
    } finally {
      echo.kill();
    }
  } finally {
    car.kill();
  }
}

async function overElm327(folder) {
  const clock = new VirtualClock();
  const car = startMockCar({ profile: 'f06-sos', clock });
  const adapter = plugIn(car, { baud: BAUD });
  const path = '/dev/bench-backup';
  const { binding } = await createMockSerialPort(adapter, { path });
  const transport = createElm327Transport({
    open: openSerialStream({ path, baudRate: BAUD, clock, binding }),
    clock,
    description: 'the mock adapter',
    portName: undefined,
  });
  const opened = await openCar(transport, { catalog: loadCatalog() });
  const floor = createElm327Floor({ baud: BAUD });
  addUp(transport, floor);
  const startMs = clock.now();
  const charactersBefore = characters(adapter);
  const { complete } = await backUp(opened, openArchive(folder), { tool: { name: 'kombi', version: 'bench' }, mayLack: true });
  const ms = clock.now() - startMs;
  const crossed = characters(adapter) - charactersBefore;
  await opened.dispose();
  adapter.close();
  car.close();
  if (!complete) throw new Error('a backup lacks something');
  const name = `ELM327 at ${BAUD}, backup of 12 ECUs`;
  return [
    atMost(1.2, { name: `${name}, virtual time`, unit: 'ms', value: ms, against: 'line and bus', floor: floor.ms }),
    atMost(1.2, { name: `${name}, on the wire`, unit: 'characters', value: crossed, against: 'frames', floor: floor.frameCharacters }),
  ];
}

function characters({ counters }) {
  return counters.charactersReceived + counters.charactersSent;
}
