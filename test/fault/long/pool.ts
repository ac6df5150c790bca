import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Done, Unit } from './unit.ts';

const PROCESSES = 2;
const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));
const TYPESCRIPT = new URL('../../support/run-typescript.js', import.meta.url).href;

/** Runs units in two processes, each taking the next as soon as it is done with one; gives what came of them, in their order. */
export async function runUnits(units: readonly Unit[], tell: (text: string) => void): Promise<readonly Done[]> {
  const done: Done[] = [];
  let next = 0;
  let finished = 0;
  const work = async (child: ChildProcess): Promise<void> => {
    for (let number = next++; number < units.length; number = next++) {
      const unit = units[number];
      if (unit === undefined) break;
      const result = await run(child, unit);
      done[number] = result;
      finished += 1;
      for (const [key, { violations }] of Object.entries(result.tallies)) for (const violation of violations) tell(`${key} ${violation}`);
      if (finished % 10 === 0) tell(`${finished} of ${units.length}`);
    }
    child.disconnect();
  };
  const children = Array.from({ length: PROCESSES }, () => fork(WORKER, { execArgv: ['--import', TYPESCRIPT] }));
  try {
    await Promise.all(children.map(work));
  } finally {
    for (const child of children) child.kill();
  }
  return done;
}

function run(child: ChildProcess, unit: Unit): Promise<Done> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`a process of the campaign ended with ${code} in ${JSON.stringify(unit)}`));
    child.once('exit', ended);
    child.once('message', (done: Done) => {
      child.off('exit', ended);
      resolve(done);
    });
    child.send(unit);
  });
}
