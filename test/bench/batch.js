// Backups of a hundred mock cars at once against one alone, where waiting for their answers is most of the time. The cars have
// a process of their own, and both processes all cores.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { environment, medians, messageFrom } from './pinned.js';
import { atMost } from './table.js';

const CARS = 100;
const RUNS = 3;
const END = fileURLToPath(new URL('./batch-end.js', import.meta.url));

export async function measure() {
  const cars = start(['cars', String(CARS)]);
  try {
    const ports = await messageFrom(cars);
    const { one, all } = await medians(RUNS, { one: () => batch(ports.slice(0, 1)), all: () => batch(ports) });
    return [
      atMost(1.5, {
        name: `ENET, backups of ${CARS} cars at once, each`,
        unit: 'ms',
        value: all,
        against: 'one alone',
        floor: one,
      }),
    ];
  } finally {
    cars.kill();
  }
}

async function batch(ports) {
  const child = start(['batch', ports.join(',')]);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const ms = await messageFrom(child);
  child.disconnect();
  await ended;
  return ms;
}

function start(args) {
  return spawn(process.execPath, [END, ...args], { env: environment(), stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
}
