// Requests per second over ENET, against two bare Node sockets that exchange the same bytes in the same segments; both ask the same
// bare server, so that what is compared is the program and not the mock car.
import { fileURLToPath } from 'node:url';
import { medians, pinnedEnds, requirePinning } from './pinned.js';
import { atLeast } from './table.js';

const RUNS = 5;
const AIM = 0.7;
const { serve, answerOf } = pinnedEnds(fileURLToPath(new URL('./enet-end.js', import.meta.url)));
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
          kombi: () => answerOf('kombi', echoPort, did),
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
