// Requests per second over ENET, against two bare Node sockets that exchange the same bytes in the same segments.
import { fileURLToPath } from 'node:url';
import { medians, messageFrom, requirePinning, startPinned } from './pinned.js';
import { atLeast } from './table.js';

const RUNS = 5;
const AIM = 0.7;
const END = fileURLToPath(new URL('./enet-end.js', import.meta.url));
const READS = [
  { name: 'ENET, read the VIN', did: 'F190' },
  { name: 'ENET, read a 252-byte block', did: '3001' },
];

export async function measure() {
  requirePinning();
  const [car, carPort] = await serve('car');
  try {
    const rows = [];
    for (const { name, did } of READS) {
      const recording = await answerOf('record', carPort, did);
      const [echo, echoPort] = await serve('bare-server', recording);
      try {
        const { kombi, bare } = await medians(RUNS, {
          kombi: () => answerOf('kombi', carPort, did),
          bare: () => answerOf('bare', echoPort, recording),
        });
        rows.push(atLeast(AIM, { name, unit: 'requests/s', value: kombi, against: 'bare TCP', floor: bare }));
      } finally {
        echo.kill();
      }
    }
    return rows;
  } finally {
    car.kill();
  }
}

/** A process that stays and tells its port. */
async function serve(role, ...args) {
  const child = startPinned(END, [role, ...args]);
  return [child, await messageFrom(child)];
}

/** What a process tells that does one thing and ends. */
async function answerOf(role, ...args) {
  const child = startPinned(END, [role, ...args.map(String)]);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const answer = await messageFrom(child);
  // The next one must not share the core with the rest of this one.
  child.disconnect();
  await ended;
  return answer;
}
